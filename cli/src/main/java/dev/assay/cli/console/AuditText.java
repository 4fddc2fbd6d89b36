package dev.assay.cli.console;

import dev.assay.verification.audit.AuditReport;
import dev.assay.verification.audit.Finding;

import java.util.List;
import java.util.Locale;

/** Tells people what an audit found. Not thread-safe. */
public final class AuditText {
    private final Terminal terminal;
    private int replayed;

    public AuditText(Terminal terminal) {
        this.terminal = terminal;
    }

    /** A unit was replayed. */
    public void replayed(int unit) {
        replayed++;
        terminal.progress(replayed + " units replayed");
    }

    public void print(AuditReport report) {
        section(terminal.good("proved"), report.with(Finding.Standing.PROVED));
        section(terminal.bad("wrong"), report.with(Finding.Standing.REFUTED));
        section(terminal.warning("not proved here"), report.with(Finding.Standing.NOT_PROVED));
        terminal.line("");
        terminal.line(report.passed() ? terminal.good("PASS") : terminal.bad("FAIL"));
    }

    private void section(String heading, List<Finding> findings) {
        if (findings.isEmpty()) {
            return;
        }
        terminal.line(heading);
        for (Finding finding : findings) {
            terminal.line(
                    String.format(
                            Locale.ROOT,
                            "  %-34s %s",
                            finding.file(),
                            terminal.dim(finding.clause() + ": ") + finding.message()));
        }
    }
}
