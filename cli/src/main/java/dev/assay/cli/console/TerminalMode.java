package dev.assay.cli.console;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The controlling terminal, by {@code stty(1)}: its size, and while a shell elsewhere has it, raw,
 * so that every key goes there. Closing it restores what was.
 */
public final class TerminalMode implements AutoCloseable {
    private static final File TERMINAL = new File("/dev/tty");
    private static final long LIMIT_SECONDS = 5;

    private final String saved;

    private TerminalMode(String saved) {
        this.saved = saved;
    }

    /** A terminal's size, in characters. */
    public record Size(int columns, int rows) {
        /** What is assumed where there is no terminal. */
        public static final Size USUAL = new Size(80, 24);
    }

    /** Makes the terminal raw; nothing where there is none. */
    public static Optional<TerminalMode> raw() {
        Optional<String> saved = stty("-g");
        return saved.isPresent() && stty("raw", "-echo").isPresent()
                ? Optional.of(new TerminalMode(saved.get()))
                : Optional.empty();
    }

    /** How large the terminal is; the usual size where it does not say. */
    public static Size size() {
        return stty("size").map(TerminalMode::size).orElse(Size.USUAL);
    }

    /** Reads {@code ROWS COLUMNS}. */
    static Size size(String words) {
        if (!words.matches("[1-9][0-9]{0,3} [1-9][0-9]{0,3}")) {
            return Size.USUAL;
        }
        String[] numbers = words.split(" ", 2);
        return new Size(Integer.parseInt(numbers[1]), Integer.parseInt(numbers[0]));
    }

    @Override
    public void close() {
        var _ = stty(saved);
    }

    private static Optional<String> stty(String... words) {
        List<String> command = new ArrayList<>(List.of("stty"));
        command.addAll(List.of(words));
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectInput(TERMINAL)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            try {
                String said =
                        new String(
                                process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
                boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
                return ended && process.exitValue() == 0
                        ? Optional.of(said.strip())
                        : Optional.empty();
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) { // no terminal, or no stty
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
