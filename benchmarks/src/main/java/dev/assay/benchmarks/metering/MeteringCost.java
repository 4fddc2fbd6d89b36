package dev.assay.benchmarks.metering;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.benchmarks.ResultFile;
import dev.assay.protocol.json.CanonicalJson;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What sampling costs: processor time of the sampler's thread and of its whole JVM, with nothing
 * else in it, over so many GPUs and attempts: see {@link MeteringProcess}. The GPUs are a library
 * built with gcc from the tests' source, so that the calls are real ones and the driver's own cost
 * is not in the figures. Arguments: seconds, result file.
 */
public final class MeteringCost {
    private static final Duration SETTLING = Duration.ofSeconds(15);
    private static final String SOURCE = "runtime/src/test/c/nvml.c";
    private static final String SONAME = "libnvidia-ml.so.1";
    private static final int MOST_GPUS = 8;

    /**
     * One way of being busy.
     *
     * @param attempts each with its part of the GPUs
     */
    private record Load(String name, int gpus, int attempts) {}

    private static final List<Load> LOADS =
            List.of(
                    new Load("noGpuOneAttempt", 0, 1),
                    new Load("oneGpuOneAttempt", 1, 1),
                    new Load("eightGpusOneAttempt", MOST_GPUS, 1),
                    new Load("eightGpusEightAttempts", MOST_GPUS, MOST_GPUS));

    private MeteringCost() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Duration span = Duration.ofSeconds(Long.parseLong(args[0]));
        Path folder = Files.createTempDirectory("assay-metering-cost");
        Map<String, String> environment = machine(folder);
        Map<Load, ChildProcess> children = new LinkedHashMap<>();
        ObjectNode figures = CanonicalJson.object().put("seconds", span.toSeconds());
        try {
            for (Load load : LOADS) {
                children.put(load, start(load, span, environment));
            }
            Thread.sleep(SETTLING.plus(span));
            for (Map.Entry<Load, ChildProcess> one : children.entrySet()) {
                String[] said = one.getValue().result().split(" ", -1);
                Duration passed = Duration.ofNanos(Long.parseLong(said[0]));
                figures.putObject(one.getKey().name())
                        .put("gpus", one.getKey().gpus())
                        .put("attempts", one.getKey().attempts())
                        .put("samplerPercentOfACore", percent(said[1], passed))
                        .put("jvmPercentOfACore", percent(said[2], passed));
            }
        } finally {
            children.values().forEach(ChildProcess::close);
            Files.deleteIfExists(folder.resolve(SONAME));
            Files.deleteIfExists(folder.resolve("gpus"));
            Files.deleteIfExists(folder);
        }
        ResultFile.write(Path.of(args[1]), "benchmarks/run.sh metering", figures);
    }

    private static double percent(String nanos, Duration passed) {
        return ResultFile.rounded(
                ChildProcess.percent(Duration.ofNanos(Long.parseLong(nanos)), passed));
    }

    private static ChildProcess start(Load load, Duration span, Map<String, String> environment)
            throws IOException {
        return ChildProcess.start(
                MeteringProcess.class,
                List.of("-XX:+UseSerialGC"),
                environment,
                Integer.toString(load.gpus()),
                Integer.toString(load.attempts()),
                Long.toString(SETTLING.toMillis()),
                Long.toString(span.toMillis()));
    }

    /** Builds the library and describes its GPUs. */
    private static Map<String, String> machine(Path folder)
            throws IOException, InterruptedException {
        Process compiler =
                new ProcessBuilder(
                                "gcc",
                                "-O1",
                                "-shared",
                                "-fPIC",
                                "-Wl,-soname," + SONAME,
                                "-o",
                                folder.resolve(SONAME).toString(),
                                SOURCE)
                        .inheritIO()
                        .start();
        if (compiler.waitFor() != 0) {
            throw new IOException("gcc could not build " + SOURCE);
        }
        StringBuilder gpus = new StringBuilder("gpus=" + MOST_GPUS + "\n");
        for (int gpu = 0; gpu < MOST_GPUS; gpu++) {
            String key = "gpu." + gpu + ".";
            for (String value :
                    List.of(
                            "uuid=" + MeteringProcess.uuid(gpu),
                            "memory=85520809984",
                            "memory.used=40000000000",
                            "power.limit=700000",
                            "energy=5000000",
                            "utilisation=97",
                            "throttle=4",
                            "ecc=1",
                            "remap.pending=0")) {
                gpus.append(key).append(value).append('\n');
            }
        }
        Path description = Files.writeString(folder.resolve("gpus"), gpus);
        return Map.of(
                "LD_LIBRARY_PATH", folder.toString(), "ASSAY_FAKE_GPUS", description.toString());
    }
}
