package dev.assay.runtime.container;

import java.time.Duration;

/**
 * What one container may use. Every limit ends the container or refuses it more; none is advice.
 *
 * @param nanoCpus processor time per second, in billionths of a core
 * @param memoryBytes memory, with {@code /tmp}, {@code /dev/shm} and page cache; there is no swap
 * @param pids processes and threads at a time
 * @param openFiles open files of one process
 * @param tmpBytes size of {@code /tmp}
 * @param diskBytes all it may keep in its workspace
 * @param files files and folders it may keep in its workspace, and in its outputs
 * @param outputBytes the outputs together
 * @param logBytes how much of the log is kept; a container that writes {@link #LOG_FLOOD} times as
 *     much is ended
 * @param time from its start to its end
 * @param grace between the request to end and the end
 */
public record ContainerLimits(
        long nanoCpus,
        long memoryBytes,
        int pids,
        int openFiles,
        long tmpBytes,
        long diskBytes,
        int files,
        long outputBytes,
        long logBytes,
        Duration time,
        Duration grace) {
    /** How many times the kept size a log may have before its container is ended. */
    public static final int LOG_FLOOD = 16;

    /** The least memory that engines accept. */
    public static final long MIN_MEMORY_BYTES = 6L << 20;

    private static final long CORE = 1_000_000_000L;
    private static final int PIDS = 4096;

    /**
     * Below what engines that were started by hand may have themselves, so that they can grant it.
     */
    private static final int OPEN_FILES = 16_384;

    private static final int FILES = 100_000;
    private static final long LOG_BYTES = 16L << 20;
    private static final Duration GRACE = Duration.ofSeconds(10);

    public ContainerLimits {
        if (nanoCpus < CORE / 100 || memoryBytes < MIN_MEMORY_BYTES) {
            throw new IllegalArgumentException(
                    "a container needs a hundredth of a core and 6 MiB of memory");
        }
        if (pids < 1 || openFiles < 1 || files < 1 || tmpBytes < 1) {
            throw new IllegalArgumentException("a container needs limits of at least 1");
        }
        if (diskBytes < 1 || outputBytes < 1 || logBytes < 1) {
            throw new IllegalArgumentException("a container needs limits of at least 1 byte");
        }
        if (!time.isPositive() || grace.isNegative()) {
            throw new IllegalArgumentException("a container needs time");
        }
    }

    /**
     * The limits of a job that asked for this much; the rest is as most programs need it.
     *
     * @param cpus whole cores
     * @param diskBytes also the most its outputs may have
     * @param parallel how many containers share that, in equal parts
     */
    public static ContainerLimits of(
            int cpus, long memoryBytes, long diskBytes, int parallel, Duration time) {
        return new ContainerLimits(
                cpus * CORE / parallel,
                memoryBytes / parallel,
                PIDS,
                OPEN_FILES,
                Math.max(1, memoryBytes / parallel / 2),
                diskBytes / parallel,
                FILES,
                diskBytes / parallel,
                LOG_BYTES,
                time,
                GRACE);
    }

    /** The same with another time. */
    public ContainerLimits within(Duration other) {
        return new ContainerLimits(
                nanoCpus,
                memoryBytes,
                pids,
                openFiles,
                tmpBytes,
                diskBytes,
                files,
                outputBytes,
                logBytes,
                other,
                grace);
    }
}
