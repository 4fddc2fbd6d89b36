package dev.assay.runtime.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * NVIDIA's libraries as src/test/c makes them, in a directory of a test, and JVMs that find them
 * there. What a test checks of the real bindings runs in such a JVM: a method of a class such as
 * {@link DriverChecks}.
 */
public record FakeDriver(Path directory) {
    public static final String NVML = "libnvidia-ml.so.1";
    static final String CUDA = "libcuda.so.1";

    private static final long LIMIT_SECONDS = 60;

    /** The UUID of one of the fake machine's GPUs, by its index. */
    public static String uuid(int gpu) {
        return "GPU-%08d-1111-2222-3333-444444444444".formatted(gpu);
    }

    /** A driver without any library. */
    public static FakeDriver in(Path directory) throws IOException {
        return new FakeDriver(Files.createDirectories(directory));
    }

    /** Both libraries whole. */
    public static FakeDriver whole(Path directory) throws Exception {
        return in(directory).with(NVML, "nvml.c").with(CUDA, "cuda.c");
    }

    /** Builds a library from its source; the functions named are not in it. */
    public FakeDriver with(String soname, String source, String... missing) throws Exception {
        Path sources = Path.of(System.getProperty("assay.root"), "runtime/src/test/c");
        List<String> command =
                new ArrayList<>(List.of("gcc", "-O1", "-Wall", "-Werror", "-shared", "-fPIC"));
        command.add("-Wl,-soname," + soname);
        for (String function : missing) {
            command.add("-D" + function + "=renamed_" + function);
        }
        command.addAll(
                List.of(
                        "-o",
                        directory.resolve(soname).toString(),
                        sources.resolve(source).toString()));
        try {
            Process compiler = new ProcessBuilder(command).inheritIO().start();
            assertThat(compiler.waitFor()).as(command.toString()).isZero();
        } catch (IOException e) {
            assumeTrue(false, "no gcc here to build the fake driver with");
        }
        return this;
    }

    /**
     * Runs a check in a JVM of its own and passes on what it says.
     *
     * @param checks its {@code main} runs the method that the first argument names
     * @param gpus the fake machine; see src/test/c/fake.h
     * @param root where the kernel's files are
     */
    public void check(
            Class<?> checks, String name, String gpus, Path root, Map<String, String> environment)
            throws IOException, InterruptedException {
        Path machine = Files.writeString(directory.resolve("gpus.properties"), gpus);
        Path output = directory.resolve("output");
        Path temporary = Files.createDirectories(directory.resolve("tmp"));
        ProcessBuilder builder =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Djava.io.tmpdir=" + temporary,
                        "-cp",
                        System.getProperty("java.class.path"),
                        checks.getName(),
                        name,
                        root.toString());
        builder.environment().remove("CUDA_VISIBLE_DEVICES");
        builder.environment().put("LD_LIBRARY_PATH", directory.toString());
        builder.environment().put("ASSAY_FAKE_GPUS", machine.toString());
        builder.environment().putAll(environment);
        Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            throw new AssertionError("no end of " + name + ": " + Files.readString(output));
        }
        assertThat(process.exitValue()).as(Files.readString(output)).isZero();
        assertThat(Files.readString(output)).endsWith("checked " + name + "\n");
    }
}
