package dev.assay.verification.referees;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Assumptions;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Runs the programs of others that check what we made. */
public final class Program {
    private static final int NODE = 20;

    private Program() {}

    /** How a program ended, and all that it wrote. */
    public record Output(int exit, String text) {
        public List<String> lines() {
            return text.lines().toList();
        }
    }

    /** The folder {@code referees} of the project. */
    public static Path referees() {
        return Path.of(System.getProperty("assay.root")).resolve("referees");
    }

    /**
     * The packages that {@code npm ci} put there; the test is skipped when it was not run, or Node
     * is older than the packages ask for.
     */
    public static Path nodeModules() throws IOException, InterruptedException {
        needs("node");
        String version = lines(referees(), Map.of(), "", "node", "--version").getFirst();
        int major = Integer.parseInt(version.substring(1, version.indexOf('.')));
        Assumptions.assumeTrue(major >= NODE, "node " + version + " is older than " + NODE);
        Path modules = referees().resolve("node_modules");
        Assumptions.assumeTrue(
                Files.isDirectory(modules), "no npm packages: run npm ci in referees/");
        return modules;
    }

    /** Skips the test when there is no such program. */
    public static void needs(String... names) {
        for (String name : names) {
            boolean found =
                    List.of(System.getenv("PATH").split(File.pathSeparator)).stream()
                            .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
            Assumptions.assumeTrue(found, "no " + name);
        }
    }

    /**
     * Runs a program to its end; what it reads and writes are UTF-8 files, so neither can block.
     */
    public static Output run(
            Path folder, Map<String, String> environment, String in, String... command)
            throws IOException, InterruptedException {
        Path input = Files.createTempFile("referee", ".in");
        Path output = Files.createTempFile("referee", ".out");
        try {
            Files.writeString(input, in);
            ProcessBuilder builder =
                    new ProcessBuilder(command)
                            .directory(folder.toFile())
                            .redirectInput(input.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            try {
                int exit = process.waitFor();
                return new Output(exit, Files.readString(output, UTF_8));
            } finally {
                process.destroyForcibly();
            }
        } finally {
            Files.delete(input);
            Files.delete(output);
        }
    }

    /** The same, of a program that must succeed; each line it wrote. */
    public static List<String> lines(
            Path folder, Map<String, String> environment, String in, String... command)
            throws IOException, InterruptedException {
        Output output = run(folder, environment, in, command);
        assertThat(output.exit()).as(output.text()).isZero();
        return output.lines();
    }
}
