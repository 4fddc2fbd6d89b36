package dev.assay.benchmarks.history;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.benchmarks.ResultFile;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.StrictJson;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Wall time, processor time and peak resident memory of {@code ./assay audit} of a whole history,
 * as a user starts it, but for a bound on the heap. Memory is the kernel's figure for the whole
 * process. Arguments: rounds, the heap's bound such as 320m, the history's folder, result file.
 */
public final class HistoryAuditSpeed {
    private HistoryAuditSpeed() {}

    /** What one audit took; the times in seconds. */
    private record Round(double wall, double processor, double peakMebibytes, ObjectNode report) {}

    public static void main(String[] args) throws IOException, InterruptedException, JsonException {
        int rounds = Integer.parseInt(args[0]);
        double[] wall = new double[rounds];
        double[] processor = new double[rounds];
        double[] memory = new double[rounds];
        ObjectNode figures = CanonicalJson.object().put("rounds", rounds).put("heap", args[1]);
        for (int i = 0; i < rounds; i++) {
            Round round = audit(args[1], args[2]);
            wall[i] = round.wall();
            processor[i] = round.processor();
            memory[i] = round.peakMebibytes();
            System.out.printf(
                    "%.1f s, %.1f s of processors, %.0f MiB%n", wall[i], processor[i], memory[i]);
            figures.set("counts", round.report().path("counts"));
            figures.put("verdict", round.report().path("verdict").asText());
        }
        figures.put("wallSeconds", ResultFile.rounded(ResultFile.median(wall)));
        figures.put("processorSeconds", ResultFile.rounded(ResultFile.median(processor)));
        figures.put("peakResidentMiB", ResultFile.rounded(ResultFile.median(memory)));
        ResultFile.write(Path.of(args[3]), "benchmarks/run.sh history", figures);
    }

    private static Round audit(String heap, String folder)
            throws IOException, InterruptedException, JsonException {
        long began = System.nanoTime();
        ProcessBuilder builder =
                new ProcessBuilder("./assay", "audit", "--json", folder)
                        .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("JDK_JAVA_OPTIONS", "-Xmx" + heap);
        Process process = builder.start();
        CompletableFuture<byte[]> output =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return process.getInputStream().readAllBytes();
                            } catch (IOException e) {
                                throw new java.io.UncheckedIOException(e);
                            }
                        });
        double peak = 0;
        Duration processor = Duration.ZERO;
        while (!process.waitFor(50, TimeUnit.MILLISECONDS)) {
            peak = Math.max(peak, peakMebibytes(process.pid()));
            processor = process.info().totalCpuDuration().orElse(processor);
        }
        double wall = (System.nanoTime() - began) / 1e9;
        ObjectNode report = StrictJson.object(output.join(), 1 << 24, "report");
        if (process.exitValue() != 0) {
            throw new IllegalStateException(
                    "assay audit ended with " + process.exitValue() + ": " + report);
        }
        return new Round(wall, processor.toNanos() / 1e9, peak, report);
    }

    private static double peakMebibytes(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024.0)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0; // the process has just ended
        }
    }
}
