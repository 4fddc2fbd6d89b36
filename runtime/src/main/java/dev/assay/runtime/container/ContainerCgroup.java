package dev.assay.runtime.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A container's control group: what the kernel counted for it. Reads version 2, and version 1 with
 * its folders where they usually are (cgroups(7)). Thread-safe.
 */
final class ContainerCgroup {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");

    /** The most that it can be below its limit when it cannot have more. */
    private static final long HUGE_PAGE = 2L << 20;

    private final Path cpu;
    private final Path memory;
    private final boolean unified;

    private ContainerCgroup(Path cpu, Path memory, boolean unified) {
        this.cpu = cpu;
        this.memory = memory;
        this.unified = unified;
    }

    /**
     * What was counted so far.
     *
     * @param peakMemoryBytes the most memory it had at a time
     * @param limitReached whether it wanted more memory than its own limit
     * @param killed how many of its processes the kernel killed for memory
     */
    record Sample(Duration cpu, long peakMemoryBytes, boolean limitReached, long killed) {
        static final Sample NONE = new Sample(Duration.ZERO, 0, false, 0);

        /** The later of two samples never takes anything back. */
        Sample max(Sample other) {
            return new Sample(
                    cpu.compareTo(other.cpu) > 0 ? cpu : other.cpu,
                    Math.max(peakMemoryBytes, other.peakMemoryBytes),
                    limitReached || other.limitReached,
                    Math.max(killed, other.killed));
        }
    }

    /** The control group of a process; nothing when this host does not see it. */
    static Optional<ContainerCgroup> of(long pid) {
        try {
            return of(Files.readAllLines(Path.of("/proc", Long.toString(pid), "cgroup")), ROOT);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Reads lines of {@code /proc/PID/cgroup}: {@code id:controllers:path}. */
    static Optional<ContainerCgroup> of(List<String> lines, Path root) {
        Path cpu = null;
        Path memory = null;
        Path unified = null;
        for (String line : lines) {
            String[] parts = line.split(":", 3);
            if (parts.length < 3) {
                continue;
            }
            String below = parts[2].replaceFirst("^/", "");
            if (parts[1].isEmpty()) {
                unified = root.resolve(below);
            }
            List<String> controllers = List.of(parts[1].split(",", -1));
            if (controllers.contains("cpuacct")) {
                cpu = root.resolve("cpuacct").resolve(below);
            }
            if (controllers.contains("memory")) {
                memory = root.resolve("memory").resolve(below);
            }
        }
        if (cpu != null && memory != null) {
            return Optional.of(new ContainerCgroup(cpu, memory, false));
        }
        return unified == null
                ? Optional.empty()
                : Optional.of(new ContainerCgroup(unified, unified, true));
    }

    /** Counts now; nothing once the container is gone. */
    Optional<Sample> sample() {
        try {
            return Optional.of(unified ? version2() : version1());
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private Sample version2() throws IOException {
        List<String> events = Files.readAllLines(memory.resolve("memory.events"));
        return new Sample(
                micros(field(Files.readAllLines(cpu.resolve("cpu.stat")), "usage_usec")),
                peak(),
                field(events, "max") > 0,
                field(events, "oom_kill"));
    }

    /**
     * Whoever is killed at the limit has reached it: so what was killed is read first. Not every
     * kernel counts failures in memory.failcnt (seen: 6.18 does not); that it had all it may have
     * shows as well.
     */
    private Sample version1() throws IOException {
        long killed = field(Files.readAllLines(memory.resolve("memory.oom_control")), "oom_kill");
        long peak = number(memory.resolve("memory.max_usage_in_bytes"));
        long limit = number(memory.resolve("memory.limit_in_bytes"));
        return new Sample(
                Duration.ofNanos(number(cpu.resolve("cpuacct.usage"))),
                peak,
                number(memory.resolve("memory.failcnt")) > 0 || peak >= limit - HUGE_PAGE,
                killed);
    }

    /** The processes in it, by their ids on this host. */
    List<Long> processes() {
        try {
            return Files.readAllLines(memory.resolve("cgroup.procs")).stream()
                    .map(Long::valueOf)
                    .toList();
        } catch (IOException | NumberFormatException e) {
            return List.of();
        }
    }

    /** Kernels before 5.19 keep no peak: then what it has now. */
    private long peak() throws IOException {
        Path peak = memory.resolve("memory.peak");
        return number(Files.exists(peak) ? peak : memory.resolve("memory.current"));
    }

    private static Duration micros(long micros) {
        return Duration.ofNanos(Math.multiplyExact(micros, 1000L));
    }

    private static long number(Path file) throws IOException {
        return Long.parseLong(Files.readString(file).strip());
    }

    /** The number after a name in lines of {@code name number}; 0 without one. */
    private static long field(List<String> lines, String name) {
        return lines.stream()
                .filter(line -> line.startsWith(name + " "))
                .findFirst()
                .map(line -> Long.parseLong(line.substring(name.length() + 1).strip()))
                .orElse(0L);
    }
}
