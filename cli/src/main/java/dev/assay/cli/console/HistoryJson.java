package dev.assay.cli.console;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.json.CanonicalJson;
import dev.assay.verification.history.HistoryReport;

import java.io.PrintStream;

/** Tells machines what the audit of a history found: one JSON object. */
public final class HistoryJson {
    private HistoryJson() {}

    public static void print(String place, HistoryReport report, PrintStream out) {
        ObjectNode json =
                CanonicalJson.object()
                        .put("kind", "history")
                        .put("place", place)
                        .put("verdict", report.verdict().name())
                        .put("provider", report.provider().hex());
        HistoryReport.Counts counts = report.counts();
        json.putObject("counts")
                .put("logEntries", counts.logEntries())
                .put("statements", counts.lines())
                .put("receipts", counts.receipts())
                .put("leases", counts.leases())
                .put("results", counts.results())
                .put("verdicts", counts.verdicts())
                .put("settled", counts.settled())
                .put("open", counts.open());
        report.refuted().forEach(json.putObject("refuted")::put);
        report.unchecked().forEach(json.putObject("unchecked")::put);
        json.put("findingsLeftOut", report.leftOut());
        AuditJson.findings(json, report.findings());
        out.println(json);
        out.flush();
    }
}
