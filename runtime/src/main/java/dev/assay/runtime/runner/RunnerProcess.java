package dev.assay.runtime.runner;

import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.EngineException.Code;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A child process that answers messages, and the only owner of it. Every wait ends: a request that
 * outlives its limit, and {@link #close} from any thread, kill the child, and with it end the pipes
 * that a request may be blocked on. Thread-safe; requests queue.
 */
final class RunnerProcess implements AutoCloseable {
    private static final int TAIL_BYTES = 8192;
    private static final int SIGNAL_BASE = 128;
    private static final Duration PIPE_LIMIT = Duration.ofSeconds(1);
    private static final Duration REAP_LIMIT = Duration.ofSeconds(5);
    private final Process process;
    private final Wire wire;
    private final Duration closeLimit;
    private final MemoryBound memory;
    private final OutputTail errors = new OutputTail(TAIL_BYTES);
    private final Thread errorReader;
    private final Deadline deadline;
    private final ReentrantLock exchange = new ReentrantLock();
    private final AtomicReference<@Nullable String> endedBecause = new AtomicReference<>();
    private volatile long memoryLimit;
    private volatile Duration waitLimit = Duration.ZERO;

    private RunnerProcess(Process process, MemoryBound memory, RunnerSettings settings) {
        this.process = process;
        this.wire =
                new Wire(
                        process.getInputStream(),
                        process.getOutputStream(),
                        settings.maxFrameBytes());
        this.closeLimit = settings.closeLimit();
        this.memory = memory;
        String name = "runner-" + process.pid();
        this.errorReader =
                Thread.ofPlatform()
                        .daemon()
                        .name(name + "-errors")
                        .unstarted(() -> errors.drain(process.getErrorStream()));
        this.deadline = new Deadline(name + "-deadline", this::overdue);
    }

    /** Starts the command; it sees only the environment variables a runner needs. */
    static RunnerProcess start(List<String> command, RunnerSettings settings)
            throws EngineException {
        ProcessBuilder builder = new ProcessBuilder(command);
        RunnerCommand.restrict(builder.environment(), settings.gpus());
        try {
            Process process = builder.start();
            MemoryBound memory = MemoryBound.of(process, settings.controlGroups());
            RunnerProcess runner = new RunnerProcess(process, memory, settings);
            runner.errorReader.start();
            runner.deadline.start();
            return runner;
        } catch (IOException e) {
            throw new EngineException(
                    Code.UNAVAILABLE, "the runner process cannot be started: " + e.getMessage(), e);
        }
    }

    /** From now on the child may take so many bytes on top of what it holds, or is killed. */
    void limitMemory(long bytes) throws EngineException {
        try {
            memoryLimit = bytes;
            memory.limit(bytes);
        } catch (IOException | NumberFormatException e) {
            throw new EngineException(
                    Code.UNAVAILABLE,
                    "the memory of the runner cannot be limited: " + e.getMessage(),
                    e);
        }
    }

    long pid() {
        return process.pid();
    }

    /** Whether the child has sent something that nobody has read yet. */
    boolean hasSpoken() {
        try {
            return process.getInputStream().available() > 0;
        } catch (IOException e) {
            return false; // its pipe is broken: it has ended
        }
    }

    /** Sends a request and waits for its answer. */
    Message ask(Message request, Duration limit) throws EngineException {
        return within(
                limit,
                () -> {
                    wire.send(request);
                    return wire.receive();
                });
    }

    /** Waits for what the runner says unasked: that it is ready. */
    Message greeting(Duration limit) throws EngineException {
        return within(limit, wire::receive);
    }

    private interface Exchange {
        Message call() throws IOException;
    }

    private Message within(Duration limit, Exchange step) throws EngineException {
        exchange.lock();
        try {
            if (endedBecause.get() != null) {
                throw lost();
            }
            waitLimit = limit;
            deadline.begin(limit);
            try {
                return step.call();
            } finally {
                deadline.end();
            }
        } catch (TooLargeException e) {
            throw new EngineException(
                    Code.BAD_INPUT, e.getMessage() + "; run fewer rows at a time", e);
        } catch (WireException e) {
            kill("it broke the protocol: " + e.getMessage());
            throw lost();
        } catch (IOException e) {
            throw lost();
        } finally {
            exchange.unlock();
        }
    }

    private void overdue() {
        kill("it did not answer within " + waitLimit.toMillis() / 1000.0 + " s");
    }

    private void kill(String reason) {
        endedBecause.compareAndSet(null, reason);
        process.destroyForcibly();
    }

    /** Describes the end of a child whose pipes broke, after making sure that it ended. */
    private EngineException lost() {
        if (!ends(PIPE_LIMIT)) {
            kill("it closed its output");
            ends(REAP_LIMIT);
        }
        if (memory.reached()) {
            return new EngineException(
                    Code.MEMORY_LIMIT,
                    "the job wanted more than its "
                            + (memoryLimit >> 20)
                            + " MiB of memory, and its runner was ended for it; order more"
                            + " (resources.memory), or use a smaller batch");
        }
        joinErrorReader();
        String reason = endedBecause.get();
        String output = errors.text();
        return new EngineException(
                Code.RUNNER_LOST,
                "the runner process "
                        + process.pid()
                        + " was lost: "
                        + (reason == null ? "" : reason + "; ")
                        + exit()
                        + (output.isEmpty() ? "" : "; its last output:\n" + output));
    }

    private String exit() {
        if (process.isAlive()) {
            return "it cannot be killed";
        }
        int code = process.exitValue();
        return code > SIGNAL_BASE
                ? "it was ended by signal " + (code - SIGNAL_BASE)
                : "it exited with code " + code;
    }

    /** Whether the child ends within this time; an interrupt kills it. */
    private boolean ends(Duration limit) {
        try {
            return process.waitFor(limit);
        } catch (InterruptedException e) {
            kill("its caller was interrupted");
            Thread.currentThread().interrupt();
            return !process.isAlive();
        }
    }

    private void joinErrorReader() {
        try {
            errorReader.join(PIPE_LIMIT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Ends the child: an idle one by closing its input, and by force when it does not end within
     * the limit; a busy one by force at once. Requests under way fail with {@code RUNNER_LOST}.
     */
    @Override
    public void close() {
        endedBecause.compareAndSet(null, "it was closed");
        if (exchange.tryLock()) {
            try {
                process.getOutputStream().close();
            } catch (IOException e) {
                process.destroyForcibly();
            } finally {
                exchange.unlock();
            }
            ends(closeLimit);
        }
        process.destroyForcibly();
        ends(REAP_LIMIT);
        deadline.close();
        joinErrorReader();
        memory.close();
    }
}
