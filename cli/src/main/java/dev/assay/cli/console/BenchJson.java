package dev.assay.cli.console;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.runtime.bench.BenchReport;
import dev.assay.verification.dsse.Envelope;

import java.io.PrintStream;
import java.nio.file.Path;

/**
 * Tells machines what was measured: one JSON object. Rates are numbers, in the unit beside them.
 */
public final class BenchJson {
    private BenchJson() {}

    public static void print(
            BenchReport report, KeyId key, Envelope envelope, Path file, PrintStream out) {
        ObjectNode json = CanonicalJson.object();
        ArrayNode measurements = json.putArray("measurements");
        report.measurements()
                .forEach(
                        m ->
                                measurements
                                        .addObject()
                                        .put("metric", m.metric().text())
                                        .put("device", m.device())
                                        .put("method", m.method())
                                        .put("unit", m.metric().unit())
                                        .put("median", m.median())
                                        .put("least", m.least())
                                        .put("most", m.most())
                                        .put("rounds", m.rounds()));
        ArrayNode skipped = json.putArray("skipped");
        report.skipped()
                .forEach(
                        skip ->
                                skipped.addObject()
                                        .put("metric", skip.metric().text())
                                        .put("device", skip.device())
                                        .put("why", skip.why()));
        json.put("provider", key.hex())
                .put("statement", envelope.payloadDigest().toString())
                .put("file", file.toString());
        out.println(json);
        out.flush();
    }
}
