package dev.assay.runtime.runner;

import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.EngineException.Code;
import dev.assay.runtime.device.GpuId;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * A few runners that wait for a job with their engine loaded and warmed up on a model of the
 * program's own. Each serves one job and ends with it: none sees the data of two tenants.
 *
 * <p>A runner that waits costs a process's memory and no time. {@link #fill} starts what is missing
 * and does not wait for it; the pool starts none by itself, so that an agent without such work pays
 * nothing. Runners on GPUs are started when they are taken, because a process sees the GPUs it was
 * started with. Thread-safe. The owner closes the pool; who takes an engine owns that.
 */
public final class RunnerPool implements AutoCloseable {
    private final RunnerSettings settings;
    private final int size;
    private final Deque<IdleRunner> idle = new ArrayDeque<>();
    private boolean closed;

    /**
     * An empty pool.
     *
     * @param settings of every runner, but for what its job has of the machine
     * @param size the most runners that wait; 0 for none
     */
    public RunnerPool(RunnerSettings settings, int size) {
        if (size < 0) {
            throw new IllegalArgumentException("a pool cannot hold " + size + " runners");
        }
        this.settings = settings;
        this.size = size;
    }

    /**
     * Starts the runners that are missing. When one cannot be started the pool stays without: who
     * takes an engine then hears why.
     */
    public synchronized void fill() {
        boolean starts = true;
        while (starts && !closed && idle.size() < size) {
            Optional<IdleRunner> runner = launch();
            runner.ifPresent(idle::addLast);
            starts = runner.isPresent();
        }
    }

    private Optional<IdleRunner> launch() {
        try {
            return Optional.of(IdleRunner.launch(settings, true));
        } catch (EngineException e) {
            return Optional.empty();
        }
    }

    /** Whose runners these are, as {@link LeftoverRunners} looks for them. */
    public String owner() {
        return settings.owner();
    }

    /** How many runners wait, or start. */
    public synchronized int waiting() {
        return idle.size();
    }

    /** How many of them have their engine loaded and are warmed up. */
    public synchronized int ready() {
        return (int) idle.stream().filter(IdleRunner::isReady).count();
    }

    /**
     * An engine for one job: a runner that waits, or a new one.
     *
     * @param threads threads that one operator may use
     * @param memoryBytes what the job may take on top of what its runner holds; 0 for no limit
     * @param gpus the GPUs that the job may use; without any it runs on the CPU
     */
    public RunnerEngine take(int threads, long memoryBytes, List<GpuId> gpus)
            throws EngineException {
        if (gpus.isEmpty()) {
            for (IdleRunner runner = poll(); runner != null; runner = poll()) {
                Optional<RunnerEngine> engine = begin(runner, threads, memoryBytes);
                if (engine.isPresent()) {
                    return engine.get();
                }
            }
        }
        synchronized (this) {
            if (closed) {
                throw new EngineException(Code.UNAVAILABLE, "the agent is being stopped");
            }
        }
        return RunnerEngine.start(settings.with(threads, memoryBytes, gpus));
    }

    /** Nothing when the runner ended while it waited. */
    private static Optional<RunnerEngine> begin(IdleRunner runner, int threads, long memoryBytes) {
        try {
            return Optional.of(runner.begin(threads, memoryBytes));
        } catch (EngineException e) {
            return Optional.empty();
        }
    }

    private synchronized @Nullable IdleRunner poll() {
        return idle.pollFirst();
    }

    @Override
    public void close() {
        Deque<IdleRunner> last;
        synchronized (this) {
            closed = true;
            last = new ArrayDeque<>(idle);
            idle.clear();
        }
        last.forEach(IdleRunner::close);
    }
}
