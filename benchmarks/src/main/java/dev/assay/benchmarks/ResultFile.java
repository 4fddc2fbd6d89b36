package dev.assay.benchmarks;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.json.CanonicalJson;
import dev.assay.runtime.host.HostFacts;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;

/**
 * A benchmark's result in {@code benchmarks/results/}: figures, with machine, JDK, date and
 * command.
 */
public final class ResultFile {
    private ResultFile() {}

    /** Writes {@code figures}, indented, with what they were measured on. */
    public static void write(Path file, String command, ObjectNode figures) throws IOException {
        HostFacts host = HostFacts.read();
        ObjectNode json = CanonicalJson.object();
        json.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString())
                .put("command", command);
        json.putObject("machine")
                .put("cpu", host.cpuModel())
                .put("logicalCores", host.logicalCores())
                .put("memoryBytes", host.memoryBytes())
                .put("os", host.os())
                .put(
                        "loadAverage",
                        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
        json.put(
                "jdk",
                System.getProperty("java.vm.name")
                        + " "
                        + System.getProperty("java.runtime.version"));
        json.set("figures", figures);
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, json.toPrettyString() + "\n");
        System.out.println(file);
    }

    /** The middle of some measurements. */
    public static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** Rounded for the record: figures here are not good for more than four digits. */
    public static double rounded(double value) {
        return new java.math.BigDecimal(value).round(new java.math.MathContext(4)).doubleValue();
    }
}
