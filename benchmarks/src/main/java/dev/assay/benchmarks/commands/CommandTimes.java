package dev.assay.benchmarks.commands;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.benchmarks.ResultFile;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.StrictJson;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Wall time of {@code ./assay} as a user starts it, warm (built, files cached), in a home of its
 * own: the help, the example job with the times at which its events appear, and the audit of its
 * evidence. Medians over rounds. Peak resident memory is the kernel's figure for the whole process,
 * which is market, agent, tenant and auditor together. Arguments: rounds, result file.
 */
public final class CommandTimes {
    private CommandTimes() {}

    public static void main(String[] args) throws IOException, InterruptedException, JsonException {
        int rounds = Integer.parseInt(args[0]);
        Path home = Files.createTempDirectory("assay-benchmark-home");
        double[] help = new double[rounds];
        double[] run = new double[rounds];
        double[] audit = new double[rounds];
        double[] memory = new double[rounds];
        Map<String, double[]> events = new LinkedHashMap<>();
        run(home, new LinkedHashMap<>(), 1, 0);
        for (int round = 0; round < rounds; round++) {
            help[round] = seconds(home, "./assay", "--help");
            Run finished = run(home, events, rounds, round);
            run[round] = finished.seconds();
            memory[round] = finished.peakMebibytes();
            audit[round] = seconds(home, "./assay", "audit", finished.evidence());
        }
        ObjectNode figures = CanonicalJson.object().put("rounds", rounds);
        figures.put("helpSeconds", ResultFile.rounded(ResultFile.median(help)));
        figures.put("runSeconds", ResultFile.rounded(ResultFile.median(run)));
        ObjectNode split = figures.putObject("runEventAtSeconds");
        events.forEach((event, at) -> split.put(event, ResultFile.rounded(ResultFile.median(at))));
        figures.put("runPeakResidentMiB", ResultFile.rounded(ResultFile.median(memory)));
        figures.put("auditSeconds", ResultFile.rounded(ResultFile.median(audit)));
        ResultFile.write(Path.of(args[1]), "benchmarks/run.sh commands", figures);
    }

    private record Run(double seconds, double peakMebibytes, String evidence) {}

    /** One run of the example; notes when the first line of each kind of event came. */
    private static Run run(Path home, Map<String, double[]> events, int rounds, int round)
            throws IOException, InterruptedException, JsonException {
        long began = System.nanoTime();
        Process process = start(home, "./assay", "run", "--json", "examples/digits.yaml");
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        String evidence = "";
        double peak = 0;
        List<String> seen = new ArrayList<>();
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                ObjectNode json =
                        StrictJson.object(line.getBytes(StandardCharsets.UTF_8), 1 << 20, "event");
                String event = json.path("event").asText() + json.path("state").asText();
                if (!seen.contains(event)) {
                    seen.add(event);
                    events.computeIfAbsent(event, _ -> new double[rounds])[round] = since(began);
                }
                evidence = json.path("evidence").asText(evidence);
                peak = Math.max(peak, peakMebibytes(status));
            }
        }
        if (process.waitFor() != 0) {
            throw new IllegalStateException("assay run ended with " + process.exitValue());
        }
        return new Run(since(began), peak, evidence);
    }

    private static double seconds(Path home, String... command)
            throws IOException, InterruptedException {
        long began = System.nanoTime();
        Process process = start(home, command);
        process.getInputStream().readAllBytes();
        if (process.waitFor() != 0) {
            throw new IllegalStateException(
                    String.join(" ", command) + " ended with " + process.exitValue());
        }
        return since(began);
    }

    private static Process start(Path home, String... command) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("ASSAY_HOME", home.toString());
        return builder.start();
    }

    private static double peakMebibytes(Path status) {
        try {
            return Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024.0)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0; // the process has just ended
        }
    }

    private static double since(long began) {
        return (System.nanoTime() - began) / 1e9;
    }
}
