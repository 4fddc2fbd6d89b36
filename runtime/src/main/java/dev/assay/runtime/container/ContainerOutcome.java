package dev.assay.runtime.container;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.ContainerResult;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * How a container ended and what it left.
 *
 * @param exitCode of its program; −1 when nobody knows
 * @param message the cause in words
 * @param outputs what was collected; only when it is {@link ExitCause#DONE}
 * @param log the blob with its log
 * @param cpu processor time of all its processes, as last seen
 * @param peakMemoryBytes the most memory it had at a time, as last seen
 */
public record ContainerOutcome(
        RunId run,
        ExitCause cause,
        int exitCode,
        String message,
        Optional<Outputs> outputs,
        Digest log,
        Duration cpu,
        long peakMemoryBytes,
        Optional<Instant> startedAt,
        Optional<Instant> finishedAt) {
    /** What a result says of it. */
    public ContainerResult.Unit unit() {
        return new ContainerResult.Unit(
                run.index(),
                cause.name().toLowerCase(Locale.ROOT),
                exitCode,
                log,
                outputs.map(Outputs::digest));
    }

    /**
     * Collected outputs.
     *
     * @param digest of the blob with the manifest
     */
    public record Outputs(OutputManifest manifest, Digest digest) {}
}
