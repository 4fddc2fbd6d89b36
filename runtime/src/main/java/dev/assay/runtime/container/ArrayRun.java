package dev.assay.runtime.container;

import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.job.Container;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * All containers of a job, one for each index, so many at a time. The first that does not end well
 * ends the others, for the job is not done without it. One thread calls {@link #run}, once; {@link
 * #cancel} is for any.
 */
public final class ArrayRun {
    private final ContainerHost host;
    private final LeaseId lease;
    private final Container job;
    private final EngineImage image;
    private final ContainerLimits limits;
    private final List<String> gpus;
    private final Consumer<ContainerEvent> events;
    private final Deque<Integer> waiting = new ArrayDeque<>();
    private final Map<Integer, ContainerRun> running = new HashMap<>();
    private final Map<Integer, ContainerOutcome> outcomes = new TreeMap<>();
    private boolean ending;

    /**
     * @param limits of each container
     * @param gpus the devices that each container gets
     */
    public ArrayRun(
            ContainerHost host,
            LeaseId lease,
            Container job,
            EngineImage image,
            ContainerLimits limits,
            List<String> gpus,
            Consumer<ContainerEvent> events) {
        this.host = host;
        this.lease = lease;
        this.job = job;
        this.image = image;
        this.limits = limits;
        this.gpus = List.copyOf(gpus);
        this.events = events;
    }

    /**
     * Runs what is left of the array to its end.
     *
     * @param parallelism how many containers at a time, at least 1
     * @param done indices that an earlier agent process finished
     * @param found containers that one left; they come first
     * @return how each container ended, by index; after a failure or a cancellation not all
     */
    public List<ContainerOutcome> run(
            int parallelism, Set<Integer> done, List<Leftovers.Found> found)
            throws ContainerException, InterruptedException {
        Map<Integer, Leftovers.Found> left = new TreeMap<>();
        found.forEach(one -> left.put(one.run().index(), one));
        synchronized (this) {
            waiting.addAll(left.keySet());
            for (int index = 0; index < job.array(); index++) {
                if (!done.contains(index) && !left.containsKey(index)) {
                    waiting.add(index);
                }
            }
        }
        try (ExecutorService workers =
                Executors.newFixedThreadPool(
                        parallelism, Thread.ofVirtual().name("array-", 0).factory())) {
            List<Future<?>> futures = new ArrayList<>();
            for (int i = 0; i < parallelism; i++) {
                futures.add(
                        workers.submit(
                                () -> {
                                    work(left);
                                    return null;
                                }));
            }
            join(futures);
        }
        synchronized (this) {
            return List.copyOf(outcomes.values());
        }
    }

    /**
     * Waits for all workers; the first failure ends the others and is thrown when they are done.
     */
    private void join(List<Future<?>> futures) throws ContainerException, InterruptedException {
        ContainerException failure = null;
        for (Future<?> future : futures) {
            try {
                future.get();
            } catch (InterruptedException e) {
                cancel();
                throw e;
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof ContainerException cause)) {
                    throw new IllegalStateException("a container's worker broke", e.getCause());
                }
                if (failure == null) {
                    failure = cause;
                } else {
                    failure.addSuppressed(cause);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void work(Map<Integer, Leftovers.Found> left)
            throws ContainerException, InterruptedException {
        for (Integer index = next(); index != null; index = next()) {
            try (ContainerRun run = open(index, left)) {
                if (!register(index, run)) {
                    run.cancel();
                }
                ContainerOutcome outcome = run.await();
                ended(index, outcome);
            } catch (ContainerException e) {
                cancel();
                throw e;
            }
        }
    }

    private ContainerRun open(int index, Map<Integer, Leftovers.Found> left)
            throws ContainerException {
        Leftovers.Found found = left.get(index);
        return found == null
                ? ContainerRun.start(
                        host,
                        new RunId(lease, index, job.array()),
                        job,
                        image,
                        limits,
                        gpus,
                        events)
                : ContainerRun.attach(host, found, job, limits, events);
    }

    private synchronized @org.jspecify.annotations.Nullable Integer next() {
        return ending ? null : waiting.poll();
    }

    /** Whether the run may go on. */
    private synchronized boolean register(int index, ContainerRun run) {
        running.put(index, run);
        return !ending;
    }

    private synchronized void ended(int index, ContainerOutcome outcome) {
        running.remove(index);
        outcomes.put(index, outcome);
        if (outcome.cause() != ExitCause.DONE) {
            cancel();
        }
    }

    /** Starts no more containers and asks those that run to end. */
    public synchronized void cancel() {
        ending = true;
        running.values().forEach(ContainerRun::cancel);
    }
}
