package dev.assay.runtime.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.InspectExecResponse;
import com.github.dockerjava.api.model.Frame;

import dev.assay.runtime.container.ContainerException;
import dev.assay.runtime.container.ContainerException.Code;
import dev.assay.runtime.container.Shell;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** An {@code exec} of the engine over an upgraded connection. */
final class DockerShell implements Shell {
    private static final int ROOM = 1 << 16;
    private static final int PID_ATTEMPTS = 100;
    private static final Duration PID_PAUSE = Duration.ofMillis(20);

    private final DockerClient client;
    private final Calls calls;
    private final String container;
    private final String exec;
    private final BytePipe input = new BytePipe(ROOM);
    private final BytePipe output = new BytePipe(ROOM);
    private final Frames frames = new Frames();

    private DockerShell(DockerClient client, Calls calls, String container, String exec) {
        this.container = container;
        this.client = client;
        this.calls = calls;
        this.exec = exec;
    }

    static DockerShell open(
            DockerClient client, Calls calls, String container, List<String> command)
            throws ContainerException {
        String exec =
                calls.to(
                        "start a shell in " + container,
                        Code.BAD_SPEC,
                        () ->
                                client.execCreateCmd(container)
                                        .withCmd(command.toArray(String[]::new))
                                        .withTty(true)
                                        .withAttachStdin(true)
                                        .withAttachStdout(true)
                                        .withAttachStderr(true)
                                        .exec()
                                        .getId());
        DockerShell shell = new DockerShell(client, calls, container, exec);
        client.execStartCmd(exec).withTty(true).withStdIn(shell.input.source()).exec(shell.frames);
        return shell;
    }

    /** What the process writes, on the client's thread, which waits while nobody reads. */
    private final class Frames extends ResultCallback.Adapter<Frame> {
        @Override
        public void onNext(Frame frame) {
            try {
                output.sink().write(frame.getPayload());
            } catch (IOException e) {
                // nobody reads any more
            }
        }

        @Override
        public void onError(Throwable e) {
            output.endWrites();
            super.onError(e);
        }

        @Override
        public void onComplete() {
            output.endWrites();
            super.onComplete();
        }
    }

    @Override
    public OutputStream input() {
        return input.sink();
    }

    @Override
    public InputStream output() {
        return output.source();
    }

    @Override
    public void resize(int columns, int rows) throws ContainerException {
        calls.run(
                "resize a terminal",
                Code.ENGINE_FAILED,
                () -> client.resizeExecCmd(exec).withSize(rows, columns).exec());
    }

    @Override
    public int exitCode() throws ContainerException {
        Long code =
                calls.to(
                        "ask for a shell's exit code",
                        Code.ENGINE_FAILED,
                        () -> client.inspectExecCmd(exec).exec().getExitCodeLong());
        return Math.toIntExact(Objects.requireNonNullElse(code, -1L));
    }

    /**
     * {@inheritDoc}
     *
     * <p>The engine does not end a process whose connection is gone, so this does, if the process
     * is seen from here and is the container's.
     */
    @Override
    public void close() {
        endProcess();
        input.endWrites();
        input.endReads();
        output.endReads();
        try {
            frames.close();
        } catch (IOException e) {
            throw new UncheckedIOException("a shell does not close", e);
        }
    }

    private void endProcess() {
        try {
            long pid = pid();
            if (pid != 0
                    && Files.readString(Path.of("/proc", Long.toString(pid), "cgroup"))
                            .contains(container)) {
                ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
            }
        } catch (IOException | RuntimeException e) {
            // gone, not on this host, or the engine is away: it ends with its container
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The process's id on the host, which the engine knows a little after its start; 0 if none. */
    private long pid() throws InterruptedException {
        for (int attempt = 0; attempt < PID_ATTEMPTS; attempt++) {
            InspectExecResponse state = client.inspectExecCmd(exec).exec();
            Long pid = state.getPidLong();
            if (!Boolean.TRUE.equals(state.isRunning())) {
                return 0;
            }
            if (pid != null && pid != 0) {
                return pid;
            }
            Thread.sleep(PID_PAUSE);
        }
        return 0;
    }
}
