package dev.assay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The {@code assay} command as a process of its own, with this JVM's java and class path.
 *
 * @param before what starts the process, such as {@code unshare -n}
 */
record Command(List<String> before, Map<String, String> environment, Path directory) {
    private static final long LIMIT_SECONDS = 120;

    /** What a finished process left behind. */
    record Outcome(int exit, String out, String err) {
        /** Asserts a status and that one line, without a stack trace, is all that was said. */
        void assertError(int status, String line) {
            assertThat(err).as(out).isEqualTo(line + System.lineSeparator());
            assertThat(exit).isEqualTo(status);
        }

        /** Standard output as JSON, one object a line. */
        List<JsonNode> json() throws IOException {
            List<JsonNode> lines = new ArrayList<>();
            for (String line : out.lines().toList()) {
                JsonNode json = new ObjectMapper().readTree(line);
                assertThat(json.isObject()).as(line).isTrue();
                lines.add(json);
            }
            return lines;
        }

        /** The events of one name, of a run with {@code --json}. */
        List<JsonNode> events(String name) throws IOException {
            return json().stream()
                    .filter(line -> line.path("event").asText().equals(name))
                    .toList();
        }

        /** The first event of a name. */
        JsonNode event(String name) throws IOException {
            List<JsonNode> events = events(name);
            assertThat(events).as(name + " in " + out).isNotEmpty();
            return events.getFirst();
        }
    }

    /** A command over this home, run in this directory. */
    static Command in(Path home, Path directory) {
        return new Command(List.of(), Map.of("ASSAY_HOME", home.toString()), directory);
    }

    Command after(List<String> prefix) {
        return new Command(prefix, environment, directory);
    }

    Command with(String variable, String value) {
        Map<String, String> more = new HashMap<>(environment);
        more.put(variable, value);
        return new Command(before, more, directory);
    }

    Process start(Path out, Path err, String... arguments) throws IOException {
        return builder(arguments).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    }

    /** Starts it with its standard output in a pipe. */
    Process startPiped(Path err, String... arguments) throws IOException {
        return builder(arguments).redirectError(err.toFile()).start();
    }

    Outcome run(String... arguments) throws IOException, InterruptedException {
        Path out = Files.createTempFile("assay", ".out");
        Path err = Files.createTempFile("assay", ".err");
        try {
            return outcome(start(out, err, arguments), out, err);
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }

    static Outcome outcome(Process process, Path out, Path err)
            throws IOException, InterruptedException {
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
            throw new AssertionError(
                    "no end after "
                            + LIMIT_SECONDS
                            + " s:\n"
                            + Files.readString(out)
                            + Files.readString(err));
        }
        return new Outcome(process.exitValue(), Files.readString(out), said(err));
    }

    /** Standard error without the JVM's own line, which the launcher filters out. */
    static String said(Path err) throws IOException {
        StringBuilder said = new StringBuilder();
        for (String line : Files.readAllLines(err)) {
            if (!line.equals("WARNING: Using incubator modules: jdk.incubator.vector")) {
                said.append(line).append(System.lineSeparator());
            }
        }
        return said.toString();
    }

    static void signal(Process process, String signal) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + signal, "" + process.pid()).start();
        kill.waitFor();
    }

    private ProcessBuilder builder(String... arguments) {
        List<String> command = new ArrayList<>(before);
        command.addAll(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-Xshare:auto",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "--add-modules",
                        "jdk.incubator.vector",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Assay.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("ASSAY_"));
        builder.environment().putAll(environment);
        return builder;
    }
}
