package dev.assay.runtime.inventory;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Map;

/**
 * A machine that the kernel's files and fake libraries of NVML and the CUDA driver tell of. Without
 * gcc its tests are skipped.
 */
abstract class FakeMachine {
    static final String MODEL = "NVIDIA H100 80GB HBM3";

    @TempDir static Path libraries;
    static FakeDriver driver;

    @TempDir Path directory;
    KernelTree kernel;

    @BeforeAll
    static void build() throws Exception {
        driver = FakeDriver.whole(libraries);
    }

    @BeforeEach
    void bus() throws Exception {
        kernel = KernelTree.in(directory.resolve("root")).log("");
    }

    static String address(int gpu) {
        return "0000:%02x:00.0".formatted(0x3b + gpu);
    }

    /** GPUs that both libraries tell of alike. */
    static String gpus(int count) {
        StringBuilder gpus =
                new StringBuilder("driver=550.54.15\nlibrary=12.550.54.15\ngpus=" + count + "\n");
        for (int gpu = 0; gpu < count; gpu++) {
            gpus.append(
                    """
                    gpu.%1$d.uuid=%2$s
                    gpu.%1$d.name=%3$s
                    gpu.%1$d.pci=%4$s
                    nvml.gpu.%1$d.memory=85520809984
                    cuda.gpu.%1$d.memory=84997308416
                    """
                            .formatted(gpu, FakeDriver.uuid(gpu), MODEL, address(gpu)));
        }
        return gpus.toString();
    }

    /** The same GPUs as the kernel has them. */
    void installed(int count) throws Exception {
        kernel.driver("550.54.15");
        for (int gpu = 0; gpu < count; gpu++) {
            kernel.nvidia(address(gpu), MODEL, FakeDriver.uuid(gpu));
        }
    }

    /** The class whose methods are run in the other JVM. */
    abstract Class<? extends SurveyChecks> checks();

    void check(String name, String gpus) throws Exception {
        check(driver, name, gpus, Map.of());
    }

    void check(FakeDriver with, String name, String gpus, Map<String, String> environment)
            throws Exception {
        with.check(checks(), name, gpus, kernel.root(), environment);
    }
}
