package dev.assay.runtime.container;

import dev.assay.protocol.job.ContainerResult;
import dev.assay.runtime.container.ContainerException.Code;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How far the containers of a lease are: each index waits, runs, or has ended, and its unit is
 * handed out in the order of the indices. Once the end has begun nothing more is to start.
 * Thread-safe.
 */
final class ArrayProgress {
    private final int count;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** The fields below are guarded by the lock. */
    private final Deque<Integer> waiting = new ArrayDeque<>();

    private final Map<Integer, ContainerRun> running = new TreeMap<>();
    private final Map<Integer, ContainerResult.Unit> ended = new HashMap<>();
    private int handedOut;
    private int finished;
    private Duration cpu;
    private long peakMemoryBytes;
    private boolean ending;
    private @Nullable ContainerException failure;

    /**
     * What is left to do.
     *
     * @param count how many containers the lease has
     * @param handedOut how many units were handed out before
     * @param ended units that are not handed out yet, by index
     * @param waiting indices in the order in which they start
     * @param spent what containers used that have ended
     */
    ArrayProgress(
            int count,
            int handedOut,
            Map<Integer, ContainerResult.Unit> ended,
            Collection<Integer> waiting,
            ContainerUsage spent) {
        this.count = count;
        this.handedOut = handedOut;
        this.finished = handedOut + ended.size();
        this.ended.putAll(ended);
        this.waiting.addAll(waiting);
        this.cpu = spent.cpu();
        this.peakMemoryBytes = spent.peakMemoryBytes();
    }

    /** The index that starts next; none when there is none or the end has begun. */
    OptionalInt take() {
        lock.lock();
        try {
            Integer index = ending ? null : waiting.poll();
            return index == null ? OptionalInt.empty() : OptionalInt.of(index);
        } finally {
            lock.unlock();
        }
    }

    /** A container runs; answers whether it may go on. */
    boolean started(int index, ContainerRun run) {
        lock.lock();
        try {
            running.put(index, run);
            changed.signalAll();
            return !ending;
        } finally {
            lock.unlock();
        }
    }

    /** The container runs no more: from now on what it used is known for good. */
    void stopped(int index, ContainerRun run) {
        lock.lock();
        try {
            var _ = usage(); // the peak with this one
            running.remove(index);
            cpu = cpu.plus(run.usage().cpu());
        } finally {
            lock.unlock();
        }
    }

    /** One more has finished, whose unit follows; answers how many have. */
    int finished() {
        lock.lock();
        try {
            return ++finished;
        } finally {
            lock.unlock();
        }
    }

    /** A unit that may be handed out. */
    void ended(ContainerResult.Unit unit) {
        lock.lock();
        try {
            ended.put(unit.index(), unit);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the next unit by index; fails when no further one can come. */
    ContainerResult.Unit next() throws ContainerException, InterruptedException {
        lock.lock();
        try {
            while (true) {
                ContainerResult.Unit unit = ended.remove(handedOut);
                if (unit != null) {
                    handedOut++;
                    return unit;
                }
                if (failure != null) {
                    throw failure;
                }
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /** What all containers together used; the memory of those that ran at a time is added up. */
    ContainerUsage usage() {
        lock.lock();
        try {
            Duration spent = cpu;
            long memory = 0;
            for (ContainerRun run : running.values()) {
                spent = spent.plus(run.usage().cpu());
                memory += run.usage().peakMemoryBytes();
            }
            peakMemoryBytes = Math.max(peakMemoryBytes, memory);
            return new ContainerUsage(spent, peakMemoryBytes);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the container of an index runs; nothing when it ended or never will run. */
    Optional<ContainerRun> running(int index) throws InterruptedException {
        lock.lock();
        try {
            while (true) {
                ContainerRun run = running.get(index);
                if (run != null) {
                    return Optional.of(run);
                }
                if (ending || index < handedOut || index >= count || ended.containsKey(index)) {
                    return Optional.empty();
                }
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Nothing more is to start; answers what runs. */
    List<ContainerRun> end() {
        lock.lock();
        try {
            ending = true;
            changed.signalAll();
            return List.copyOf(running.values());
        } finally {
            lock.unlock();
        }
    }

    boolean isEnding() {
        lock.lock();
        try {
            return ending;
        } finally {
            lock.unlock();
        }
    }

    /** Why no further unit may come; the first failure stands and the others go with it. */
    void fail(ContainerException cause) {
        lock.lock();
        try {
            if (failure == null) {
                failure = cause;
            } else if (!failure.equals(cause)) {
                failure.addSuppressed(cause);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whoever waits for a unit learns that a cancellation left it undone. */
    void workerEnded() {
        lock.lock();
        try {
            if (failure == null && !waiting.isEmpty()) {
                failure = new ContainerException(Code.ENGINE_FAILED, "cancelled");
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
