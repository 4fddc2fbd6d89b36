package dev.assay.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A machine with two GPUs, for processes that look there: NVIDIA's libraries as runtime/src/test/c
 * makes them, and the kernel's files.
 *
 * @param libraries for {@code LD_LIBRARY_PATH}
 * @param machine for {@code ASSAY_FAKE_GPUS}
 * @param kernel what stands for {@code /}
 */
record KillDriver(Path libraries, Path machine, Path kernel) {
    private static final int GPUS = 2;
    private static final String MODEL = "NVIDIA H100 80GB HBM3";
    private static final String VERSION = "550.54.15";

    static KillDriver build(Path folder) throws IOException, InterruptedException {
        Path libraries = Files.createDirectories(folder.resolve("lib"));
        compile("nvml.c", "libnvidia-ml.so.1", libraries);
        compile("cuda.c", "libcuda.so.1", libraries);
        StringBuilder machine = new StringBuilder("driver=" + VERSION + "\ngpus=" + GPUS + "\n");
        Path kernel = folder.resolve("root");
        write(
                kernel.resolve("proc/driver/nvidia/version"),
                "NVRM version: NVIDIA UNIX x86_64 Kernel Module  " + VERSION + "  Thu Feb 22");
        for (int gpu = 0; gpu < GPUS; gpu++) {
            String uuid = "GPU-%08d-1111-2222-3333-444444444444".formatted(gpu);
            String address = "0000:%02x:00.0".formatted(0x3b + gpu);
            machine.append(
                    """
                    gpu.%1$d.uuid=%2$s
                    gpu.%1$d.name=%3$s
                    gpu.%1$d.pci=%4$s
                    gpu.%1$d.memory=85520809984
                    cuda.gpu.%1$d.memory=84997308416
                    """
                            .formatted(gpu, uuid, MODEL, address));
            device(kernel, address, uuid);
        }
        return new KillDriver(
                libraries, Files.writeString(folder.resolve("gpus.properties"), machine), kernel);
    }

    private static void device(Path kernel, String address, String uuid) throws IOException {
        Path entry = kernel.resolve("sys/bus/pci/devices/" + address);
        write(entry.resolve("vendor"), "0x10de");
        write(entry.resolve("device"), "0x2330");
        write(entry.resolve("class"), "0x030200");
        Path driver = Files.createDirectories(kernel.resolve("sys/bus/pci/drivers/nvidia"));
        Files.createSymbolicLink(entry.resolve("driver"), entry.relativize(driver));
        write(
                kernel.resolve("proc/driver/nvidia/gpus/" + address + "/information"),
                "Model: \t\t %s\nGPU UUID: \t %s\nBus Location: \t %s\nGPU Excluded:\t No"
                        .formatted(MODEL, uuid, address));
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text + "\n");
    }

    private static void compile(String source, String soname, Path into)
            throws IOException, InterruptedException {
        Process gcc =
                new ProcessBuilder(
                                "gcc",
                                "-O1",
                                "-shared",
                                "-fPIC",
                                "-Wl,-soname," + soname,
                                "-o",
                                into.resolve(soname).toString(),
                                Example.root().resolve("runtime/src/test/c/" + source).toString())
                        .inheritIO()
                        .start();
        if (gcc.waitFor() != 0) {
            throw new IOException("gcc does not take " + source);
        }
    }
}
