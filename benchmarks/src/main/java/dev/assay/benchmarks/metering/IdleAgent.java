package dev.assay.benchmarks.metering;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.benchmarks.ResultFile;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.runtime.host.ProcessUsage;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Resident memory and processor time of whole JVMs that each hold one agent, connected and without
 * work: see {@link IdleAgentProcess}. Each set of flags is a JVM of its own; they idle side by
 * side, which does not change what each uses. Arguments: seconds, result file.
 */
public final class IdleAgent {
    /** Until the JVM has compiled what it compiles after a start. */
    private static final Duration SETTLING = Duration.ofSeconds(15);

    private static final double MEBIBYTE = 1 << 20;

    /** What an agent's daemon should run with, and what is left when one is taken away. */
    private static final Map<String, List<String>> FLAGS = flags();

    private IdleAgent() {}

    private static Map<String, List<String>> flags() {
        String serial = "-XX:+UseSerialGC";
        String headers = "-XX:+UseCompactObjectHeaders";
        List<String> heap = List.of("-Xms8m", "-XX:MinHeapFreeRatio=10", "-XX:MaxHeapFreeRatio=20");
        Map<String, List<String>> flags = new LinkedHashMap<>();
        flags.put("serial", List.of(serial));
        flags.put("recommended", join(List.of(serial, headers), heap));
        flags.put(
                "recommendedAndC1",
                join(List.of(serial, headers, "-XX:TieredStopAtLevel=1"), heap));
        return flags;
    }

    private static List<String> join(List<String> some, List<String> more) {
        List<String> all = new ArrayList<>(some);
        all.addAll(more);
        return all;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        Duration span = Duration.ofSeconds(Long.parseLong(args[0]));
        Map<String, ChildProcess> children = new LinkedHashMap<>();
        ObjectNode figures = CanonicalJson.object().put("seconds", span.toSeconds());
        try {
            for (Map.Entry<String, List<String>> one : FLAGS.entrySet()) {
                children.put(
                        one.getKey(),
                        ChildProcess.start(IdleAgentProcess.class, one.getValue(), Map.of()));
            }
            Thread.sleep(SETTLING);
            Map<String, ProcessUsage> before = usages(children);
            long began = System.nanoTime();
            Thread.sleep(span);
            Map<String, ProcessUsage> after = usages(children);
            Duration passed = Duration.ofNanos(System.nanoTime() - began);
            FLAGS.forEach(
                    (name, flags) -> {
                        ProcessUsage end = usage(after, name);
                        Duration cpu = end.cpu().minus(usage(before, name).cpu());
                        figures.putObject(name)
                                .put("flags", String.join(" ", flags))
                                .put("residentMiB", mebibytes(end.residentBytes()))
                                .put("peakResidentMiB", mebibytes(end.peakResidentBytes()))
                                .put(
                                        "cpuPercentOfACore",
                                        ResultFile.rounded(ChildProcess.percent(cpu, passed)));
                    });
        } finally {
            children.values().forEach(ChildProcess::close);
        }
        ResultFile.write(Path.of(args[1]), "benchmarks/run.sh idle", figures);
    }

    private static Map<String, ProcessUsage> usages(Map<String, ChildProcess> children) {
        Map<String, ProcessUsage> usages = new LinkedHashMap<>();
        children.forEach((name, child) -> usages.put(name, child.usage()));
        return usages;
    }

    private static ProcessUsage usage(Map<String, ProcessUsage> usages, String name) {
        return java.util.Objects.requireNonNull(usages.get(name));
    }

    private static double mebibytes(long bytes) {
        return ResultFile.rounded(bytes / MEBIBYTE);
    }
}
