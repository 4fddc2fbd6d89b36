package dev.assay.protocol.job;

import dev.assay.protocol.money.Price;

import java.time.Duration;
import java.time.Instant;

/**
 * A job as a tenant writes it, before paths are resolved to digests. {@link JobFileReader} reads it
 * from YAML.
 *
 * @param model {@code builtin:NAME}, {@code sha256:…}, or the path of a model package directory
 * @param input path of the input file
 */
public record JobFile(
        String name,
        Resources resources,
        String model,
        String input,
        EngineName engine,
        int batch,
        Price maxPrice,
        Verification verify,
        Deadline deadline) {

    /** By when the work must be done. */
    public sealed interface Deadline {
        /** So long after the order is placed. */
        record Within(Duration duration) implements Deadline {}

        /** At this instant. */
        record At(Instant instant) implements Deadline {}

        /** The instant, for an order placed at {@code now}. */
        default Instant from(Instant now) {
            return switch (this) {
                case Within within -> now.plus(within.duration());
                case At at -> at.instant();
            };
        }
    }
}
