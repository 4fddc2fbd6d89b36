package dev.assay.cli.console;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.json.CanonicalJson;
import dev.assay.verification.history.HistoryReport;

import java.io.PrintStream;
import java.util.Map;

/** Tells machines what the audit of a history found: one JSON object. */
public final class HistoryJson {
    private HistoryJson() {}

    public static void print(String place, HistoryReport report, PrintStream out) {
        ObjectNode json =
                CanonicalJson.object()
                        .put("kind", "history")
                        .put("place", place)
                        .put("outcome", report.outcome().name())
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
        clauses(json.putObject("refuted"), report.refuted());
        clauses(json.putObject("unchecked"), report.unchecked());
        json.put("findingsLeftOut", report.leftOut());
        ArrayNode findings = json.putArray("findings");
        report.findings()
                .forEach(
                        finding ->
                                findings.addObject()
                                        .put("standing", finding.standing().name())
                                        .put("file", finding.file())
                                        .put("field", finding.field())
                                        .put("clause", finding.clause().id())
                                        .put("message", finding.message()));
        out.println(json);
        out.flush();
    }

    private static void clauses(ObjectNode json, Map<String, Long> counts) {
        counts.forEach(json::put);
    }
}
