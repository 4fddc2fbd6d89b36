package dev.assay.runtime.docker;

import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.assay.runtime.container.ContainerException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * An engine of a test's own, to be killed: data, sockets and process ids in one folder, no bridge,
 * no firewall rules. Takes root and {@code dockerd}.
 */
final class PrivateEngine implements AutoCloseable {
    private final Path folder;
    private final List<String> options;
    private @Nullable Process daemon;

    private PrivateEngine(Path folder, List<String> options) {
        this.folder = folder;
        this.options = options;
    }

    /** Starts one; where that is not possible the test is skipped. */
    static PrivateEngine start(Path folder, String... options) throws Exception {
        assumeTrue(
                "root".equals(System.getProperty("user.name")),
                "a Docker Engine takes root to start");
        PrivateEngine engine = new PrivateEngine(folder, List.of(options));
        try {
            engine.start();
            return engine;
        } catch (IOException e) {
            engine.close();
            return abort("no Docker Engine can be started here: " + e.getMessage());
        }
    }

    URI socket() {
        return URI.create("unix://" + folder.resolve("sock"));
    }

    /** Starts the daemon, again after it was ended. */
    void start() throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "dockerd",
                                "--data-root",
                                folder.resolve("data").toString(),
                                "--exec-root",
                                folder.resolve("exec").toString(),
                                "--pidfile",
                                folder.resolve("pid").toString(),
                                "--host",
                                socket().toString(),
                                "--bridge=none",
                                "--iptables=false",
                                "--ip6tables=false",
                                "--ip-forward=false"));
        command.addAll(options);
        Process started =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("log").toFile())
                        .start();
        daemon = started;
        try (DockerEngine engine = DockerEngine.at(socket())) {
            while (started.isAlive()) {
                try {
                    engine.facts();
                    return;
                } catch (ContainerException e) {
                    started.waitFor(50, TimeUnit.MILLISECONDS);
                }
            }
        }
        throw new IOException(
                "dockerd ended with "
                        + started.exitValue()
                        + ": "
                        + Files.readString(folder.resolve("log")));
    }

    /** Ends the daemon as its administrator would. */
    void stop() throws InterruptedException {
        Process running = daemon;
        if (running != null) {
            running.destroy();
            running.waitFor();
        }
    }

    /** Ends the daemon as a fault would. */
    void kill() throws IOException, InterruptedException {
        Process running = daemon;
        if (running != null) {
            running.destroyForcibly();
            running.waitFor();
            // its containerd dies with it, but nobody may have collected that process yet
            Files.deleteIfExists(folder.resolve("exec/containerd/containerd.pid"));
        }
    }

    /** Brings the engine back if need be, removes what it runs, and stops it. */
    @Override
    public void close() {
        try {
            Process running = daemon;
            if (running != null && !running.isAlive() && Files.exists(folder.resolve("data"))) {
                start();
            }
            try (DockerEngine engine = DockerEngine.at(socket())) {
                for (var container : engine.list(Map.of())) {
                    engine.remove(container.id());
                }
            } finally {
                stop();
                unmount();
            }
        } catch (Exception e) {
            throw new AssertionError("a private engine does not end", e);
        }
    }

    /** A daemon that was killed does not know all its mounts any more. */
    private void unmount() throws IOException, InterruptedException {
        for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo")).reversed()) {
            String place = line.split(" ")[4];
            if (place.startsWith(folder + "/")) {
                new ProcessBuilder("umount", "--lazy", place).start().waitFor();
            }
        }
    }
}
