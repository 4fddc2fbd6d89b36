package dev.assay.runtime.runner;

import dev.assay.runtime.device.GpuId;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How a runner process is started and how long it may take.
 *
 * @param owner whose runners these are, as {@link LeftoverRunners} looks for them
 * @param cache directory for the unpacked native library and for crash reports
 * @param threads threads that one operator may use
 * @param heapBytes bound of the runner's Java heap; native memory comes on top
 * @param maxFrameBytes the largest message either side accepts: bounds the rows of one run
 * @param startLimit until the engine is loaded
 * @param loadLimit until a model is loaded
 * @param runLimit until one run is answered
 * @param closeLimit for ending by itself when asked to, before it is killed
 * @param memoryBytes what its job may take on top of what the runner holds before; 0 for no limit
 * @param gpus the GPUs that its job sees; without any it runs on the CPU
 * @param controlGroups where the kernel's control groups are mounted
 */
public record RunnerSettings(
        String owner,
        Path cache,
        int threads,
        long heapBytes,
        int maxFrameBytes,
        Duration startLimit,
        Duration loadLimit,
        Duration runLimit,
        Duration closeLimit,
        long memoryBytes,
        List<GpuId> gpus,
        Path controlGroups) {
    private static final long MIN_HEAP = 64 << 20;

    public RunnerSettings {
        gpus = List.copyOf(gpus);
        if (!owner.matches("[0-9A-Za-z._-]{1,128}")) {
            throw new IllegalArgumentException(
                    "'" + owner + "' is no owner's name (letters, digits, '.', '_' and '-')");
        }
        if (memoryBytes < 0) {
            throw new IllegalArgumentException("a limit of memory cannot be negative");
        }
        if (threads < 1 || heapBytes < MIN_HEAP) {
            throw new IllegalArgumentException(
                    "a runner needs at least one thread and " + MIN_HEAP + " bytes of heap");
        }
        if (maxFrameBytes < Wire.LEAST_FRAME_BYTES || maxFrameBytes > Wire.MOST_FRAME_BYTES) {
            throw new IllegalArgumentException(
                    "a frame must be bounded by "
                            + Wire.LEAST_FRAME_BYTES
                            + " to "
                            + Wire.MOST_FRAME_BYTES
                            + " bytes");
        }
    }

    /** 1 GiB of heap, frames of 64 MiB, a minute to start or load, ten for a run. */
    public static RunnerSettings of(String owner, Path cache, int threads) {
        return new RunnerSettings(
                owner,
                cache,
                threads,
                1L << 30,
                64 << 20,
                Duration.ofMinutes(1),
                Duration.ofMinutes(1),
                Duration.ofMinutes(10),
                Duration.ofSeconds(2),
                0,
                List.of(),
                Path.of("/sys/fs/cgroup"));
    }

    /** The same for a job that has so much of the machine. */
    public RunnerSettings with(int jobThreads, long jobMemoryBytes, List<GpuId> jobGpus) {
        return new RunnerSettings(
                owner,
                cache,
                jobThreads,
                heapBytes,
                maxFrameBytes,
                startLimit,
                loadLimit,
                runLimit,
                closeLimit,
                jobMemoryBytes,
                jobGpus,
                controlGroups);
    }
}
