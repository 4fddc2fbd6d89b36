package dev.assay.benchmarks.metering;

import dev.assay.runtime.host.ProcessProbe;
import dev.assay.runtime.host.ProcessUsage;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A JVM of this class path that says {@code ready} when it has started, and perhaps a result in one
 * line when it is done. It ends when its owner closes it.
 */
final class ChildProcess implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final Process process;
    private final BufferedReader lines;
    private final ProcessProbe probe;

    private ChildProcess(Process process) {
        this.process = process;
        this.lines = process.inputReader();
        this.probe = ProcessProbe.of(process.pid());
    }

    /** Starts a main class with these flags of the JVM, and waits until it is ready. */
    static ChildProcess start(
            Class<?> main, List<String> flags, Map<String, String> environment, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("--sun-misc-unsafe-memory-access=allow");
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(environment);
        ChildProcess child = new ChildProcess(builder.start());
        child.expect("ready");
        return child;
    }

    private void expect(String wanted) throws IOException {
        String line = lines.readLine();
        if (!wanted.equals(line)) {
            close();
            throw new IOException("the child said '" + line + "' where it should say " + wanted);
        }
    }

    /** Processor time and memory so far. */
    ProcessUsage usage() {
        return probe.read().orElseThrow(() -> new IllegalStateException("the child has ended"));
    }

    /** Waits for its result. */
    String result() throws IOException {
        String line = lines.readLine();
        if (line == null) {
            throw new IOException("the child ended without a result");
        }
        return line;
    }

    /** Part of one core, in percent, that a time on processors is of a span. */
    static double percent(Duration cpu, Duration span) {
        return 100.0 * cpu.toNanos() / span.toNanos();
    }

    /** Ends its input, so that it tidies up; by force when it does not end then. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(LIMIT)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
