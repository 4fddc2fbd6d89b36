package dev.assay.benchmarks.exact;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Compares the exact matrix product with DJL/PyTorch's: fp32, square, one child process per number
 * of threads, because PyTorch fixes its number at start. Arguments: the results directory, rounds,
 * then sizes.
 */
public final class MatMulComparison {
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private static final int[] THREADS = {1, 2};

    private MatMulComparison() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length < 3) {
            System.err.println("usage: MatMulComparison RESULTS-DIRECTORY ROUNDS SIZE...");
            System.exit(2);
        }
        Path directory = Files.createDirectories(Path.of(args[0]));
        Instant begin = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        ObjectNode report = machine(begin);
        List<String> asked = List.of(args).subList(1, args.length);
        report.put("command", "benchmarks/run.sh matmul " + String.join(" ", asked));
        report.put("rounds", Integer.parseInt(args[1]));
        for (int threads : THREADS) {
            report.withArray("results").addAll(child(threads, asked));
        }
        report.put("loadAverageAtEnd", load());
        report.put("seconds", Duration.between(begin, Instant.now()).toSeconds());
        String day = begin.toString().substring(0, 10);
        Path file = directory.resolve("matmul-" + day + ".json");
        JSON.writeValue(file.toFile(), report);
        print(report);
        System.out.println("written to " + file);
    }

    private static ObjectNode machine(Instant now) throws IOException {
        ObjectNode report = JSON.createObjectNode();
        report.put("benchmark", "matmul");
        report.put("what", "fp32 square matrix product, GFLOP/s, medians over alternating rounds");
        report.put("date", now.toString());
        report.put("cpu", cpu());
        report.put("cores", Runtime.getRuntime().availableProcessors());
        report.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        report.put("jdk", System.getProperty("java.vm.version"));
        report.put("loadAverageAtBegin", load());
        return report;
    }

    private static String cpu() throws IOException {
        Path info = Path.of("/proc/cpuinfo");
        if (!Files.exists(info)) {
            return System.getProperty("os.arch");
        }
        try (Stream<String> lines = Files.lines(info)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown");
        }
    }

    private static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    /** Runs {@link MatMulMeasurement} in a process of its own and reads what it found. */
    private static List<JsonNode> child(int threads, List<String> roundsAndSizes)
            throws IOException, InterruptedException {
        Path found = Files.createTempFile("matmul", ".json");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--add-modules",
                                "jdk.incubator.vector",
                                "--enable-native-access=ALL-UNNAMED",
                                "-Xmx4g",
                                "-Dai.djl.offline=true",
                                "-Dai.djl.pytorch.num_threads=" + threads,
                                "-Dai.djl.pytorch.num_interop_threads=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                MatMulMeasurement.class.getName(),
                                found.toString(),
                                Integer.toString(threads)));
        command.addAll(roundsAndSizes);
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment().put("OPT_OUT_TRACKING", "true");
        int exit = builder.start().waitFor();
        if (exit != 0) {
            throw new IllegalStateException("the measurement ended with exit code " + exit);
        }
        List<JsonNode> results = new ArrayList<>();
        JSON.readTree(found.toFile()).forEach(results::add);
        Files.delete(found);
        return results;
    }

    private static void print(ObjectNode report) {
        System.out.println(
                "threads  size    exact  exact (both fresh)  pytorch  ratio  peak × threads");
        for (JsonNode result : report.withArray("results")) {
            System.out.printf(
                    Locale.ROOT,
                    "%7d  %4d  %7.1f  %18.1f  %7.1f  %5.2f  %14.1f%n",
                    result.path("threads").asInt(),
                    result.path("size").asInt(),
                    result.path("exactGflops").asDouble(),
                    result.path("exactBothFreshGflops").asDouble(),
                    result.path("pytorchGflops").asDouble(),
                    result.path("ratio").asDouble(),
                    result.path("fmaPeakGflops").asDouble());
        }
    }
}
