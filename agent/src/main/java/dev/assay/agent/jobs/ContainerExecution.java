package dev.assay.agent.jobs;

import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.Container;
import dev.assay.protocol.job.ContainerResult;
import dev.assay.protocol.job.Resources;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.market.Progress;
import dev.assay.runtime.container.ArrayRun;
import dev.assay.runtime.container.ContainerEvent;
import dev.assay.runtime.container.ContainerException;
import dev.assay.runtime.container.ContainerHost;
import dev.assay.runtime.container.ContainerLimits;
import dev.assay.runtime.container.ContainerUsage;
import dev.assay.runtime.container.EngineImage;
import dev.assay.runtime.container.ImageResolver;
import dev.assay.runtime.container.LeaseRecord;
import dev.assay.runtime.container.Leftovers;
import dev.assay.runtime.container.PullTotals;
import dev.assay.runtime.device.GpuId;
import dev.assay.runtime.host.ProcessProbe;
import dev.assay.runtime.host.ProcessUsage;
import dev.assay.verification.statement.ResultPredicate.ContainerBuild;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Containers, several at a time, each with its part of what the lease has of the machine. How a
 * container ends by its tenant's doing is a part of the result; what the provider's side does to it
 * fails the attempt. What an earlier process of the agent left running goes on.
 */
final class ContainerExecution implements Execution {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerExecution.class);

    private final ContainerHost host;
    private final EngineImage image;
    private final LeaseRecord record;
    private final ArrayRun array;
    private final Cancellation cancellation;
    private final List<ContainerResult.Unit> units;
    private boolean begun;

    private ContainerExecution(
            ContainerHost host,
            EngineImage image,
            LeaseRecord record,
            ArrayRun array,
            Cancellation cancellation,
            List<ContainerResult.Unit> finished) {
        this.host = host;
        this.image = image;
        this.record = record;
        this.array = array;
        this.cancellation = cancellation;
        this.units = new ArrayList<>(finished);
    }

    /** A request to end ends the containers from now on. */
    static ContainerExecution prepare(
            Container work,
            Assignment assignment,
            Workplace workplace,
            Cancellation cancellation,
            List<Digest> finished,
            List<GpuId> gpus,
            Live live,
            Shells shells)
            throws AttemptFailure {
        Instant deadline = assignment.lease().deadline();
        Duration left = Duration.between(workplace.clock().instant(), deadline);
        if (!left.isPositive()) {
            throw new AttemptFailure(Cause.DEADLINE, "the deadline passed before the work began");
        }
        try {
            Resources resources = assignment.spec().resources();
            ContainerLimits limits =
                    ContainerLimits.of(
                            resources.cpu(),
                            resources.memoryBytes(),
                            resources.storageBytes(),
                            work.parallel(),
                            left);
            ContainerHost host = workplace.containers().host();
            LeaseRecord record = LeaseRecord.open(host, assignment.id());
            try {
                ImageResolver resolver =
                        new ImageResolver(
                                host.engine(), workplace.blobs(), resources.storageBytes(), false);
                EngineImage image = image(work, resolver, record, cancellation, live);
                ArrayRun.Terms terms =
                        new ArrayRun.Terms(
                                host,
                                assignment.id(),
                                work,
                                image,
                                limits,
                                deadline,
                                gpus.stream().map(GpuId::uuid).toList());
                ContainerExecution execution = begin(terms, record, cancellation, finished, live);
                shells.serve(execution.array::running);
                return execution;
            } catch (ContainerException | AttemptFailure | RuntimeException e) {
                forget(host, record);
                throw e;
            }
        } catch (ContainerException e) {
            cancellation.check(); // what fails then fails because of that
            throw failure(e);
        } catch (IllegalArgumentException e) {
            throw new AttemptFailure(Cause.BAD_INPUT, e.getMessage(), e);
        }
    }

    /**
     * What an earlier process started is made of one image, and what is started now of the same.
     */
    private static EngineImage image(
            Container work,
            ImageResolver resolver,
            LeaseRecord record,
            Cancellation cancellation,
            Live live)
            throws ContainerException, AttemptFailure {
        if (record.image().isPresent()) {
            return resolver.pinned(work.image(), record.image().get());
        }
        PullTotals totals = new PullTotals();
        Consumer<ContainerEvent> events =
                event -> {
                    if (event instanceof ContainerEvent.Pulling pulling) {
                        PullTotals.Fetched fetched = totals.add(pulling.progress());
                        live.fetched(fetched.doneBytes(), fetched.totalBytes());
                    }
                };
        cancellation.onRequest(Thread.currentThread()::interrupt);
        EngineImage image;
        try {
            image = resolver.resolve(work.image(), events);
        } finally {
            cancellation.onRequest(() -> {});
            if (cancellation.requested().isPresent()) {
                var _ = Thread.interrupted(); // it was meant for the fetching
            }
        }
        cancellation.check();
        record.image(image.id());
        return image;
    }

    private static ContainerExecution begin(
            ArrayRun.Terms terms,
            LeaseRecord record,
            Cancellation cancellation,
            List<Digest> finished,
            Live live)
            throws ContainerException, AttemptFailure {
        List<ContainerResult.Unit> units = new ArrayList<>();
        for (Digest unit : finished) {
            units.add(ArrayRun.unit(terms.host(), unit));
        }
        Set<Integer> ended = record.ended().keySet();
        if (!ended.containsAll(units.stream().map(ContainerResult.Unit::index).toList())) {
            throw new AttemptFailure(
                    Cause.STORAGE,
                    "the record of the containers of an earlier process is gone or not whole");
        }
        List<Leftovers.Found> found = Leftovers.of(terms.host(), terms.lease(), ended);
        cancellation.check();
        ArrayRun array =
                ArrayRun.prepare(
                        terms, record, units.size(), found, event -> happened(event, live));
        cancellation.onRequest(array::cancel);
        return new ContainerExecution(
                terms.host(), terms.image(), record, array, cancellation, units);
    }

    /** Called on several threads. */
    private static void happened(ContainerEvent event, Live live) {
        switch (event) {
            case ContainerEvent.Collected collected ->
                    live.progress(new Progress(collected.finished(), collected.run().count()));
            case ContainerEvent.Logged logged -> live.logged(logged.run().index(), logged.entry());
            case ContainerEvent.Pulling _,
                    ContainerEvent.ImageReady _,
                    ContainerEvent.Started _,
                    ContainerEvent.Health _,
                    ContainerEvent.Ending _,
                    ContainerEvent.Ended _ -> {}
        }
    }

    /** What the lease's containers used until now, those of an earlier process included. */
    @Override
    public ProcessProbe processes() {
        return () -> {
            ContainerUsage used = array.usage();
            return Optional.of(new ProcessUsage(used.cpu(), 0, used.peakMemoryBytes()));
        };
    }

    @Override
    public Digest next() throws AttemptFailure {
        if (!begun) {
            begun = true;
            array.begin();
        }
        try {
            ContainerResult.Unit unit = array.next();
            units.add(unit);
            return unit.digest();
        } catch (ContainerException e) {
            cancellation.check();
            throw failure(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AttemptFailure(Cause.AGENT_RESTARTED, "the agent was stopped", e);
        }
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

    /** Ends and removes what still runs, and forgets what it kept for a restart. */
    @Override
    public void close() {
        array.close();
        forget(host, record);
    }

    /** What stays is removed at the agent's next start. */
    private static void forget(ContainerHost host, LeaseRecord record) {
        try {
            record.close();
            Leftovers.remove(host, record.lease());
        } catch (ContainerException e) {
            LOG.warn("lease {}: {}", record.lease().brief(), e.getMessage());
        }
    }
}
