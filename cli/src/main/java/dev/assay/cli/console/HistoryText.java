package dev.assay.cli.console;

import dev.assay.verification.audit.Finding;
import dev.assay.verification.history.HistoryReport;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Tells people how the audit of a history goes, and what it found. Not thread-safe. */
public final class HistoryText {
    private static final Duration REDRAW = Duration.ofMillis(100);

    private final Terminal terminal;
    private final ProgressBar bar = new ProgressBar("statements");
    private final long began = System.nanoTime();
    private long drawn = began;

    public HistoryText(Terminal terminal) {
        this.terminal = terminal;
    }

    /** So many statements were looked at. */
    public void progress(long done, long all) {
        long now = System.nanoTime();
        if (done == all || now - drawn > REDRAW.toNanos()) {
            drawn = now;
            terminal.progress(bar.at(done, all));
        }
    }

    public void print(HistoryReport report) {
        section(terminal.good("proved"), report, Finding.Standing.PROVED);
        section(terminal.bad("wrong"), report, Finding.Standing.REFUTED);
        section(terminal.warning("could not be checked"), report, Finding.Standing.UNCHECKED);
        section(terminal.warning("not proved here"), report, Finding.Standing.NOT_PROVED);
        totals(report);
        counts("wrong", report.refuted());
        counts("unchecked", report.unchecked());
        terminal.line("");
        terminal.line(
                switch (report.verdict()) {
                    case PASS -> terminal.good("PASS");
                    case FAIL -> terminal.bad("FAIL");
                    case INCONCLUSIVE -> terminal.warning("INCONCLUSIVE");
                });
    }

    private void totals(HistoryReport report) {
        HistoryReport.Counts counts = report.counts();
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        terminal.line("");
        row("provider", report.provider().brief());
        row("log entries", Words.count(counts.logEntries()));
        row(
                "statements",
                Words.count(counts.lines())
                        + String.format(
                                Locale.ROOT,
                                " in %s, %,d/s",
                                Words.time(took),
                                Math.round(counts.lines() * 1e9 / Math.max(1, took.toNanos()))));
        row("receipts", Words.count(counts.receipts()));
        row(
                "leases",
                Words.count(counts.leases())
                        + ", "
                        + Words.count(counts.settled())
                        + " settled, "
                        + Words.count(counts.open())
                        + " open");
        row(
                "results",
                Words.count(counts.results())
                        + ", "
                        + Words.count(counts.verdicts())
                        + " with a verdict");
    }

    private void counts(String what, Map<String, Long> byClause) {
        byClause.forEach(
                (clause, count) ->
                        row(what, String.format(Locale.ROOT, "%-20s %,9d", clause, count)));
    }

    private void row(String label, String text) {
        terminal.line(terminal.dim(String.format(Locale.ROOT, "%-12s ", label)) + text);
    }

    private void section(String heading, HistoryReport report, Finding.Standing standing) {
        List<Finding> findings =
                report.findings().stream().filter(f -> f.standing() == standing).toList();
        if (findings.isEmpty()) {
            return;
        }
        terminal.line(heading);
        for (Finding finding : findings) {
            terminal.line(
                    String.format(
                            Locale.ROOT,
                            "  %-24s %s",
                            finding.file(),
                            terminal.dim(finding.clause().id() + ": ") + said(finding)));
        }
    }

    private static String said(Finding finding) {
        return Words.harmless(
                finding.field().equals(Finding.WHOLE)
                        ? finding.message()
                        : finding.field() + ": " + finding.message());
    }
}
