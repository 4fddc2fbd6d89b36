package dev.assay.runtime.runner;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A control group of one process below the agent's own, of version 1 or 2 (cgroups(7)): the kernel
 * kills the process when the group is full of memory that cannot be taken back. Its folder is named
 * by the agent's and the process's id, so that one that a killed agent left is known and removed.
 */
final class MemoryGroup implements MemoryBound {
    private static final String PREFIX = "assay-runner-";
    private static final int REMOVAL_TRIES = 50;
    private static final long REMOVAL_PAUSE_MILLIS = 20;

    private final Path folder;
    private final Version version;

    MemoryGroup(Path folder, Version version) {
        this.folder = folder;
        this.version = version;
    }

    /** The names of a group's files, which differ between the versions. */
    enum Version {
        V1("memory.usage_in_bytes", "memory.limit_in_bytes", "memory.oom_control"),
        V2("memory.current", "memory.max", "memory.events");

        private final String usage;
        private final String limit;
        private final String events;

        Version(String usage, String limit, String events) {
            this.usage = usage;
            this.limit = limit;
            this.events = events;
        }
    }

    /** Puts a process into a new group; nothing where the agent may not make one. */
    static Optional<MemoryGroup> around(long pid, Path root) {
        try {
            return around(pid, root, Files.readAllLines(Path.of("/proc/self/cgroup")));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** As said by lines of {@code /proc/self/cgroup}: {@code id:controllers:path}. */
    static Optional<MemoryGroup> around(long pid, Path root, List<String> lines) {
        for (String line : lines) {
            String[] parts = line.split(":", 3);
            if (parts.length == 3 && List.of(parts[1].split(",", -1)).contains("memory")) {
                return create(below(root.resolve("memory"), parts[2]), pid, Version.V1);
            }
        }
        return lines.stream()
                .filter(line -> line.startsWith("0::"))
                .findFirst()
                .flatMap(line -> create(below(root, line.substring(3)), pid, Version.V2));
    }

    /** A container sees its own group at the top, whatever the path says. */
    private static Path below(Path top, String path) {
        Path own = top.resolve(path.replaceFirst("^/+", ""));
        return Files.isDirectory(own) ? own : top;
    }

    private static Optional<MemoryGroup> create(Path parent, long pid, Version version) {
        Path folder = parent.resolve(PREFIX + ProcessHandle.current().pid() + "-" + pid);
        try {
            removeLeftovers(parent);
            Files.createDirectory(folder);
        } catch (IOException | UncheckedIOException e) {
            return Optional.empty();
        }
        MemoryGroup group = new MemoryGroup(folder, version);
        try {
            if (!Files.isWritable(folder.resolve(version.limit))) {
                throw new IOException("no memory controller in " + folder);
            }
            Files.writeString(folder.resolve("cgroup.procs"), Long.toString(pid));
            return Optional.of(group);
        } catch (IOException e) {
            group.close();
            return Optional.empty();
        }
    }

    /** Removes empty groups of agents that are no more. */
    private static void removeLeftovers(Path parent) throws IOException {
        List<Path> leftovers;
        try (Stream<Path> children = Files.list(parent)) {
            leftovers = children.filter(MemoryGroup::isLeftover).toList();
        }
        for (Path leftover : leftovers) {
            tryRemove(leftover);
        }
    }

    private static boolean isLeftover(Path group) {
        String name = group.getFileName().toString();
        if (!name.matches(PREFIX + "[0-9]{1,9}-[0-9]{1,9}")) {
            return false;
        }
        String agent = name.substring(PREFIX.length(), name.lastIndexOf('-'));
        return ProcessHandle.of(Long.parseLong(agent)).isEmpty();
    }

    @Override
    public void limit(long bytes) throws IOException {
        long holds = Long.parseLong(Files.readString(folder.resolve(version.usage)).strip());
        write(version.limit, holds + bytes);
        switch (version) {
            case V1 -> {
                if (Files.exists(folder.resolve("memory.memsw.limit_in_bytes"))) {
                    write("memory.memsw.limit_in_bytes", holds + bytes);
                }
            }
            case V2 -> {
                if (Files.exists(folder.resolve("memory.swap.max"))) {
                    write("memory.swap.max", 0);
                }
            }
        }
    }

    private void write(String file, long number) throws IOException {
        Files.writeString(folder.resolve(file), Long.toString(number));
    }

    @Override
    public boolean reached() {
        try (Stream<String> lines = Files.lines(folder.resolve(version.events))) {
            return lines.anyMatch(
                    line -> line.startsWith("oom_kill ") && !line.equals("oom_kill 0"));
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }

    /** The kernel keeps a group for a moment after its process; what stays is removed later. */
    @Override
    public void close() {
        try {
            for (int i = 0; i < REMOVAL_TRIES && !tryRemove(folder); i++) {
                Thread.sleep(REMOVAL_PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean tryRemove(Path group) {
        try {
            Files.deleteIfExists(group);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
