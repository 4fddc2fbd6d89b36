package dev.assay.cli.console;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.json.CanonicalJson;
import dev.assay.verification.audit.AuditReport;
import dev.assay.verification.audit.Finding;

import java.io.PrintStream;
import java.util.List;

/** Tells machines what an audit found: one JSON object. */
public final class AuditJson {
    private AuditJson() {}

    public static void print(String kind, String place, AuditReport report, PrintStream out) {
        ObjectNode json =
                CanonicalJson.object()
                        .put("kind", kind)
                        .put("place", place)
                        .put("verdict", report.verdict().name());
        findings(json, report.findings());
        out.println(json);
        out.flush();
    }

    /** Adds findings, in the order in which the audit looked. */
    static void findings(ObjectNode json, List<Finding> found) {
        ArrayNode findings = json.putArray("findings");
        found.forEach(
                finding ->
                        findings.addObject()
                                .put("standing", finding.standing().name())
                                .put("file", finding.file())
                                .put("field", finding.field())
                                .put("clause", finding.clause().id())
                                .put("message", finding.message()));
    }
}
