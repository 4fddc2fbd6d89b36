package dev.assay.runtime.runner;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What this machine's control groups hold of runners. */
final class ControlGroups {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");

    private ControlGroups() {}

    /** Whether this process may make a group. */
    static boolean writable() throws Exception {
        Process process = new ProcessBuilder("sleep", "60").start();
        try {
            return MemoryGroup.around(process.pid(), ROOT)
                    .map(
                            group -> {
                                process.destroyForcibly();
                                process.onExit().join();
                                group.close();
                                return true;
                            })
                    .orElse(false);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    /** Whether a runner is in a group of its own. */
    static boolean ofRunner(long pid) throws IOException {
        return Files.readString(Path.of("/proc", Long.toString(pid), "cgroup"))
                .contains("assay-runner-" + ProcessHandle.current().pid() + "-" + pid);
    }

    /** The groups that this process made below its own and that are still there. */
    static List<Path> left() throws IOException {
        String made = "assay-runner-" + ProcessHandle.current().pid() + "-";
        List<Path> left = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("/proc/self/cgroup"))) {
            String path = line.split(":", 3)[2].replaceFirst("^/+", "");
            for (Path own : List.of(ROOT.resolve("memory").resolve(path), ROOT.resolve(path))) {
                if (Files.isDirectory(own)) {
                    try (Stream<Path> groups = Files.list(own)) {
                        groups.filter(group -> group.getFileName().toString().startsWith(made))
                                .forEach(left::add);
                    }
                }
            }
        }
        return left;
    }
}
