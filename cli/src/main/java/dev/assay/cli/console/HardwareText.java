package dev.assay.cli.console;

import dev.assay.verification.VerificationException;
import dev.assay.verification.hardware.VerifiedHardware;

import java.util.List;
import java.util.Locale;

/** Tells people what evidence of hardware proved, and what it did not. Not thread-safe. */
public final class HardwareText {
    private final Terminal terminal;

    public HardwareText(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Evidence that stands up. */
    public void print(String file, VerifiedHardware verified) {
        terminal.line(file + ": " + verified.kind().title());
        section(terminal.good("proved"), verified.proved());
        section(
                terminal.bold("said under its signature, and compared with nothing"),
                verified.facts().stream()
                        .map(
                                fact ->
                                        String.format(
                                                Locale.ROOT, "%-22s %s", fact.name(), fact.value()))
                        .toList());
        section(terminal.warning("not checked"), verified.unchecked());
    }

    /** Evidence that does not. */
    public void print(String file, VerificationException refusal) {
        terminal.line(file + ": " + terminal.bad("does not stand up"));
        terminal.line("  " + refusal.getMessage());
    }

    private void section(String heading, List<String> lines) {
        terminal.line("  " + heading);
        lines.forEach(line -> terminal.line("    " + line));
    }
}
