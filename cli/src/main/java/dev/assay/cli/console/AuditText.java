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

    /** Says what is audited. */
    public void begin(String kind, String place) {
        terminal.line(kind + " " + place);
    }

    public void print(AuditReport report) {
        section(terminal.good("proved"), report.with(Finding.Standing.PROVED));
        section(terminal.bad("wrong"), report.with(Finding.Standing.REFUTED));
        section(terminal.warning("could not be checked"), report.with(Finding.Standing.UNCHECKED));
        section(terminal.warning("not proved here"), report.with(Finding.Standing.NOT_PROVED));
        terminal.line("");
        terminal.line(
                switch (report.verdict()) {
                    case PASS -> terminal.good("PASS");
                    case FAIL -> terminal.bad("FAIL");
                    case INCONCLUSIVE -> terminal.warning("INCONCLUSIVE");
                });
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
                            Words.harmless(finding.file()),
                            terminal.dim(finding.clause().id() + ": ") + said(finding)));
        }
    }

    /** Names of files and fields, and what messages quote, are whoever's who made the evidence. */
    private static String said(Finding finding) {
        return Words.harmless(
                finding.field().equals(Finding.WHOLE)
                        ? finding.message()
                        : finding.field() + ": " + finding.message());
    }
}
