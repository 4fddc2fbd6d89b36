package dev.assay.runtime.runner;

import dev.assay.runtime.device.GpuId;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The command line and the environment of a runner process. */
final class RunnerCommand {
    private static final String GPUS = "CUDA_VISIBLE_DEVICES";
    private static final Set<String> KEPT =
            Set.of(
                    "PATH",
                    "HOME",
                    "LANG",
                    "TZ",
                    "TMPDIR",
                    "LD_LIBRARY_PATH",
                    "PYTORCH_LIBRARY_PATH");

    /**
     * The C library keeps memory that was freed, up to the bound, rather than return it to the
     * kernel: a run frees and takes megabytes at each operator, and fetching them page by page took
     * a fifth of its time. What is kept counts against the job's limit.
     */
    private static final Map<String, String> ALLOCATOR =
            Map.of(
                    "MALLOC_MMAP_THRESHOLD_", Integer.toString(32 << 20), // the most it accepts
                    "MALLOC_TRIM_THRESHOLD_", Integer.toString(128 << 20));

    private RunnerCommand() {}

    /**
     * This JVM's own {@code java} and class path. The shell hands the pipe over as descriptor 3 and
     * is then replaced by the runner.
     */
    static List<String> of(RunnerSettings settings, boolean warmUp) {
        Path cache = settings.cache().toAbsolutePath();
        return List.of(
                "/bin/sh",
                "-c",
                "exec \"$@\" 3>&1 1>&2",
                LeftoverRunners.mark(settings.owner()),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + settings.heapBytes(),
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=" + cache.resolve("crash-%p.log"),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-D" + LeftoverRunners.mark(settings.owner()),
                "-cp",
                System.getProperty("java.class.path"),
                RunnerMain.class.getName(),
                cache.toString(),
                Integer.toString(settings.maxFrameBytes()),
                settings.gpus().isEmpty() ? RunnerMain.CPU : RunnerMain.GPU,
                warmUp ? RunnerMain.WARM : RunnerMain.COLD);
    }

    /** Makes of an environment what a runner needs; of the GPUs it sees its job's alone. */
    static void restrict(Map<String, String> environment, List<GpuId> gpus) {
        environment.keySet().retainAll(KEPT);
        environment.putAll(ALLOCATOR);
        environment.put(GPUS, gpus.stream().map(GpuId::uuid).collect(Collectors.joining(",")));
    }
}
