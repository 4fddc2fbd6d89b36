package dev.assay.runtime.container;

import com.google.common.util.concurrent.Uninterruptibles;

import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.job.Container;
import dev.assay.protocol.job.ContainerResult;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.lease.Fault;
import dev.assay.runtime.container.ContainerException.Code;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;

/**
 * All containers of a lease, one for each index, so many at a time. How a container ends by its
 * tenant's doing is its unit, and the others go on; what the provider's side does to one ends all.
 * Units are handed out in the order of their indices, whatever order they end in.
 *
 * <p>It owns its workers' threads and the containers; closing it ends them. One thread calls {@link
 * #next}; the rest is thread-safe.
 */
public final class ArrayRun implements AutoCloseable {
    private static final Duration ENGINE_PAUSE = Duration.ofMillis(200);

    private final Terms terms;
    private final LeaseRecord record;
    private final Consumer<ContainerEvent> events;
    private final Map<Integer, Leftovers.Found> left = new HashMap<>();
    private final List<Thread> workers = new ArrayList<>();
    private final ArrayProgress progress;

    /**
     * What is run.
     *
     * @param limits of each container; its time is replaced by what is left until the deadline
     * @param gpus the devices that each container gets
     */
    public record Terms(
            ContainerHost host,
            LeaseId lease,
            Container job,
            EngineImage image,
            ContainerLimits limits,
            Instant deadline,
            List<String> gpus) {
        public Terms {
            gpus = List.copyOf(gpus);
        }
    }

    private ArrayRun(
            Terms terms,
            LeaseRecord record,
            List<Leftovers.Found> found,
            ArrayProgress progress,
            Consumer<ContainerEvent> events) {
        this.terms = terms;
        this.record = record;
        found.forEach(one -> left.put(one.run().index(), one));
        this.progress = progress;
        this.events = events;
    }

    /**
     * The work, or what is left of it; {@link #begin} starts it.
     *
     * @param record of the lease, which stays its caller's; with what ended in an earlier process
     * @param committed how many units need not be handed out any more; the record has them
     * @param found containers that an earlier process left; they come first
     * @param events is told what happens, on several threads
     */
    public static ArrayRun prepare(
            Terms terms,
            LeaseRecord record,
            int committed,
            List<Leftovers.Found> found,
            Consumer<ContainerEvent> events)
            throws ContainerException {
        ArrayProgress progress = progress(terms, record, committed, found);
        ArrayRun array = new ArrayRun(terms, record, found, progress, events);
        for (int i = 0; i < terms.job().parallel(); i++) {
            array.workers.add(
                    Thread.ofVirtual().name("array-" + i).unstarted(array::workUntilNoneIsLeft));
        }
        return array;
    }

    /** Starts the containers. */
    public void begin() {
        workers.forEach(Thread::start);
    }

    private static ArrayProgress progress(
            Terms terms, LeaseRecord record, int committed, List<Leftovers.Found> found)
            throws ContainerException {
        Map<Integer, ContainerResult.Unit> ended = new HashMap<>();
        Duration cpu = Duration.ZERO;
        long peakMemoryBytes = 0;
        for (Map.Entry<Integer, LeaseRecord.Ended> one : record.ended().entrySet()) {
            cpu = cpu.plus(one.getValue().usage().cpu());
            peakMemoryBytes = Math.max(peakMemoryBytes, one.getValue().usage().peakMemoryBytes());
            if (one.getKey() >= committed) {
                ended.put(one.getKey(), unit(terms.host(), one.getValue().unit()));
            }
        }
        Set<Integer> waiting = new LinkedHashSet<>();
        found.forEach(one -> waiting.add(one.run().index()));
        for (int index = committed; index < terms.job().array(); index++) {
            if (!ended.containsKey(index)) {
                waiting.add(index);
            }
        }
        return new ArrayProgress(
                terms.job().array(),
                committed,
                ended,
                waiting,
                new ContainerUsage(cpu, peakMemoryBytes));
    }

    /** Reads a unit that was stored when its container ended. */
    public static ContainerResult.Unit unit(ContainerHost host, Digest digest)
            throws ContainerException {
        try {
            return ContainerResult.Unit.parse(
                    host.blobs().read(digest, ContainerResult.MAX_UNIT_BYTES));
        } catch (BlobException | JsonException e) {
            throw new ContainerException(
                    Code.STORAGE,
                    "the unit " + digest.brief() + " of an earlier process: " + e.getMessage(),
                    e);
        }
    }

    /** Waits for the next unit by index; fails when no further one can come. */
    public ContainerResult.Unit next() throws ContainerException, InterruptedException {
        return progress.next();
    }

    /** What all containers together used; the memory of those that ran at a time is added up. */
    public ContainerUsage usage() {
        return progress.usage();
    }

    /** Waits until the container of an index runs; nothing when it ended or never will run. */
    public Optional<ContainerRun> running(int index) throws InterruptedException {
        return progress.running(index);
    }

    private void workUntilNoneIsLeft() {
        try {
            for (OptionalInt index = progress.take(); index.isPresent(); index = progress.take()) {
                work(index.getAsInt());
            }
        } catch (ContainerException e) {
            fail(e);
        } catch (InterruptedException e) { // nobody has this thread: it is not to run any more
            Thread.currentThread().interrupt();
            fail(new ContainerException(Code.ENGINE_FAILED, "interrupted", e));
        } catch (RuntimeException | Error e) {
            fail(new ContainerException(Code.ENGINE_FAILED, "a container's worker broke: " + e, e));
        } finally {
            progress.workerEnded();
        }
    }

    private void work(int index) throws ContainerException, InterruptedException {
        ContainerResult.Unit unit;
        try (ContainerRun run = open(index)) {
            if (!progress.started(index, run)) {
                run.cancel();
            }
            ContainerOutcome outcome;
            try {
                outcome = run.await();
            } finally {
                progress.stopped(index, run);
            }
            if (outcome.cause() == ExitCause.CANCELLED
                    || outcome.cause().fault() == Fault.PROVIDER) {
                throw new ContainerException(
                        Code.ENGINE_FAILED, "container " + index + ": " + outcome.message());
            }
            unit = outcome.unit();
            keep(unit, run.usage());
        }
        ended(unit);
    }

    /** An engine that went away may come back, as it may under a container that runs. */
    private ContainerRun open(int index) throws ContainerException, InterruptedException {
        long patience = System.nanoTime() + terms.host().patience().toNanos();
        while (true) {
            try {
                return tryToOpen(index);
            } catch (ContainerException e) {
                if (e.code() != Code.ENGINE_UNREACHABLE
                        || progress.isEnding()
                        || System.nanoTime() - patience > 0) {
                    throw e;
                }
                Thread.sleep(ENGINE_PAUSE);
            }
        }
    }

    private ContainerRun tryToOpen(int index) throws ContainerException {
        Leftovers.Found found = left.get(index);
        if (found != null) {
            return ContainerRun.attach(
                    terms.host(), found, terms.job(), limits(found.startedAt()), events);
        }
        return ContainerRun.start(
                terms.host(),
                new RunId(terms.lease(), index, terms.job().array()),
                terms.job(),
                terms.image(),
                limits(terms.host().clock().instant()),
                terms.gpus(),
                events);
    }

    private ContainerLimits limits(Instant startedAt) {
        Duration time = Duration.between(startedAt, terms.deadline());
        return terms.limits().within(time.isPositive() ? time : Duration.ofMillis(1));
    }

    private void keep(ContainerResult.Unit unit, ContainerUsage usage) throws ContainerException {
        try {
            Digest stored = terms.host().blobs().put(unit.bytes());
            record.ended(unit.index(), new LeaseRecord.Ended(stored, usage));
        } catch (BlobException e) {
            throw new ContainerException(Code.STORAGE, "cannot store a unit: " + e.getMessage(), e);
        }
    }

    /** Whoever gets the unit has been told of it before. */
    private void ended(ContainerResult.Unit unit) {
        RunId run = new RunId(terms.lease(), unit.index(), terms.job().array());
        events.accept(new ContainerEvent.Collected(run, progress.finished()));
        progress.ended(unit);
    }

    private void fail(ContainerException cause) {
        progress.fail(cause);
        end(ContainerRun::kill);
    }

    /** Starts no more containers and asks those that run to end, politely. Returns at once. */
    public void cancel() {
        end(ContainerRun::cancel);
    }

    private void end(Consumer<ContainerRun> how) {
        progress.end().forEach(how);
    }

    /** Ends and removes every container that runs, at once, and waits for that. */
    @Override
    public void close() {
        end(ContainerRun::kill);
        workers.forEach(Uninterruptibles::joinUninterruptibly);
    }
}
