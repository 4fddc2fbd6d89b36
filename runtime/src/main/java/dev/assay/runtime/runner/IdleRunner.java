package dev.assay.runtime.runner;

import dev.assay.models.engine.EngineException;

import java.util.List;

/**
 * A runner process that no job has: it loads its engine, or waits with it loaded. {@link #begin}
 * makes it a job's engine, once; the owner closes it otherwise.
 */
final class IdleRunner implements AutoCloseable {
    private final RunnerProcess process;
    private final RunnerSettings settings;

    private IdleRunner(RunnerProcess process, RunnerSettings settings) {
        this.process = process;
        this.settings = settings;
    }

    /** Starts the process and does not wait for its engine. */
    static IdleRunner launch(RunnerSettings settings, boolean warmUp) throws EngineException {
        return launch(RunnerCommand.of(settings, warmUp), settings);
    }

    static IdleRunner launch(List<String> command, RunnerSettings settings) throws EngineException {
        return new IdleRunner(RunnerProcess.start(command, settings), settings);
    }

    long pid() {
        return process.pid();
    }

    /** Whether the runner has said that it is ready, so that {@link #begin} does not wait. */
    boolean isReady() {
        return process.hasSpoken();
    }

    /**
     * Waits until the engine is loaded and gives it to a job. On failure the process is ended.
     *
     * @param threads threads that one operator may use
     * @param memoryBytes what the job may take on top of what the runner holds; 0 for no limit
     */
    RunnerEngine begin(int threads, long memoryBytes) throws EngineException {
        boolean begun = false;
        try {
            switch (process.greeting(settings.startLimit())) {
                case Message.Ready(int version) when version == Message.Ready.VERSION -> {}
                case Message.Failed failed -> throw RunnerEngine.failure(failed);
                case Message other -> throw RunnerEngine.unexpected(other);
            }
            if (memoryBytes > 0) {
                process.limitMemory(memoryBytes);
            }
            begun =
                    switch (process.ask(new Message.Begin(threads), settings.loadLimit())) {
                        case Message.Begun _ -> true;
                        case Message.Failed failed -> throw RunnerEngine.failure(failed);
                        case Message other -> throw RunnerEngine.unexpected(other);
                    };
            return new RunnerEngine(process, settings);
        } finally {
            if (!begun) {
                close();
            }
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
