package dev.assay.agent.jobs;

import dev.assay.agent.journal.JournalException;
import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.Container;
import dev.assay.protocol.job.ContainerResult;
import dev.assay.protocol.job.Resources;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.lease.Fault;
import dev.assay.protocol.market.Progress;
import dev.assay.runtime.container.ContainerException;
import dev.assay.runtime.container.ContainerHost;
import dev.assay.runtime.container.ContainerLimits;
import dev.assay.runtime.container.ContainerOutcome;
import dev.assay.runtime.container.ContainerRun;
import dev.assay.runtime.container.EngineImage;
import dev.assay.runtime.container.ExitCause;
import dev.assay.runtime.container.ImageResolver;
import dev.assay.runtime.container.RunId;
import dev.assay.runtime.device.GpuId;
import dev.assay.runtime.host.ProcessProbe;
import dev.assay.runtime.host.ProcessUsage;
import dev.assay.verification.statement.ResultPredicate.ContainerBuild;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Containers, one after the other, each with all that the lease has of the machine. How a container
 * ends by its tenant's doing is a part of the result; what the provider's side does to it fails the
 * attempt.
 */
final class ContainerExecution implements Execution {
    private final Container work;
    private final Assignment assignment;
    private final ContainerHost host;
    private final EngineImage image;
    private final ContainerLimits limits;
    private final List<String> gpus;
    private final Cancellation cancellation;
    private final List<ContainerResult.Unit> units = new ArrayList<>();

    private @Nullable ContainerRun running;
    private Duration cpu = Duration.ZERO;
    private long peakMemoryBytes;

    private ContainerExecution(
            Container work,
            Assignment assignment,
            ContainerHost host,
            EngineImage image,
            ContainerLimits limits,
            List<GpuId> gpus,
            Cancellation cancellation) {
        this.work = work;
        this.assignment = assignment;
        this.host = host;
        this.image = image;
        this.limits = limits;
        this.gpus = gpus.stream().map(GpuId::uuid).toList();
        this.cancellation = cancellation;
    }

    static ContainerExecution prepare(
            Container work,
            Assignment assignment,
            Workplace workplace,
            Cancellation cancellation,
            List<Digest> finished,
            List<GpuId> gpus)
            throws AttemptFailure {
        requireNotBegun(assignment, workplace, finished);
        Resources resources = assignment.spec().resources();
        Duration left =
                Duration.between(workplace.clock().instant(), assignment.lease().deadline());
        if (!left.isPositive()) {
            throw new AttemptFailure(Cause.DEADLINE, "the deadline passed before the work began");
        }
        try {
            ContainerHost host = workplace.containers().host();
            ContainerLimits limits =
                    ContainerLimits.of(
                            resources.cpu(),
                            resources.memoryBytes(),
                            resources.storageBytes(),
                            left);
            EngineImage image =
                    new ImageResolver(
                                    host.engine(),
                                    workplace.blobs(),
                                    resources.storageBytes(),
                                    false)
                            .resolve(work.image(), _ -> {});
            cancellation.check();
            return new ContainerExecution(
                    work, assignment, host, image, limits, gpus, cancellation);
        } catch (ContainerException e) {
            throw failure(e);
        } catch (IllegalArgumentException e) {
            throw new AttemptFailure(Cause.BAD_INPUT, e.getMessage(), e);
        }
    }

    /** Containers that an earlier process started were removed when this one started. */
    private static void requireNotBegun(
            Assignment assignment, Workplace workplace, List<Digest> finished)
            throws AttemptFailure {
        try {
            if (!finished.isEmpty() || !workplace.journal().receipts(assignment.id()).isEmpty()) {
                throw new AttemptFailure(
                        Cause.AGENT_RESTARTED,
                        "the agent was restarted while the attempt ran containers");
            }
        } catch (JournalException e) {
            throw new AttemptFailure(Cause.STORAGE, e.getMessage(), e);
        }
    }

    @Override
    public ProcessProbe processes() {
        return this::usage;
    }

    /** What all containers used until now, by their control groups. */
    private synchronized Optional<ProcessUsage> usage() {
        Duration spent = cpu;
        long peak = peakMemoryBytes;
        if (running != null) {
            spent = spent.plus(running.usage().cpu());
            peak = Math.max(peak, running.usage().peakMemoryBytes());
        }
        return Optional.of(new ProcessUsage(spent, 0, peak));
    }

    @Override
    public Digest next(ProgressReporter progress) throws AttemptFailure {
        int index = units.size();
        RunId id = new RunId(assignment.id(), index, work.units());
        ContainerOutcome outcome;
        try (ContainerRun run = ContainerRun.start(host, id, work, image, limits, gpus, _ -> {})) {
            began(run);
            cancellation.onRequest(run::cancel);
            outcome = run.await();
            ended(outcome);
        } catch (ContainerException e) {
            throw failure(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AttemptFailure(Cause.AGENT_RESTARTED, "the agent was stopped", e);
        } finally {
            cancellation.onRequest(() -> {});
        }
        cancellation.check();
        if (outcome.cause() == ExitCause.CANCELLED || outcome.cause().fault() == Fault.PROVIDER) {
            throw new AttemptFailure(Cause.ENGINE, "container " + index + ": " + outcome.message());
        }
        ContainerResult.Unit unit =
                new ContainerResult.Unit(
                        index,
                        outcome.cause().name().toLowerCase(Locale.ROOT),
                        outcome.exitCode(),
                        outcome.log(),
                        outcome.outputs().map(ContainerOutcome.Outputs::digest));
        units.add(unit);
        progress.offer(Progress.of(work, units.size()));
        return unit.digest();
    }

    private synchronized void began(ContainerRun run) {
        running = run;
    }

    private synchronized void ended(ContainerOutcome outcome) {
        running = null;
        cpu = cpu.plus(outcome.cpu());
        peakMemoryBytes = Math.max(peakMemoryBytes, outcome.peakMemoryBytes());
    }

    @Override
    public Digest store() throws AttemptFailure {
        try {
            return host.blobs().put(new ContainerResult(imageId(), units).bytes());
        } catch (BlobException e) {
            throw new AttemptFailure(Cause.STORAGE, e.getMessage(), e);
        }
    }

    @Override
    public ContainerBuild build() {
        return new ContainerBuild(imageId());
    }

    private Digest imageId() {
        return Digest.parse(image.id());
    }

    private static AttemptFailure failure(ContainerException e) {
        Cause cause =
                switch (e.code()) {
                    case ENGINE_UNREACHABLE, ENGINE_FAILED, REGISTRY -> Cause.ENGINE;
                    case IMAGE_MISSING, IMAGE_REFUSED, BAD_SPEC, OUTPUT_LIMIT, OUTPUT_MISSING ->
                            Cause.BAD_INPUT;
                    case INPUT -> Cause.BLOB;
                    case STORAGE -> Cause.STORAGE;
                };
        return new AttemptFailure(cause, e.getMessage(), e);
    }

    /** Each container was closed when it ended. */
    @Override
    public void close() {}
}
