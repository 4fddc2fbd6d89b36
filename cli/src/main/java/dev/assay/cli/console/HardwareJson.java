package dev.assay.cli.console;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.json.CanonicalJson;
import dev.assay.verification.VerificationException;
import dev.assay.verification.hardware.VerifiedHardware;

import java.io.PrintStream;

/** Tells machines what evidence of hardware proved: one JSON object a file. */
public final class HardwareJson {
    private HardwareJson() {}

    /** Evidence that stands up. */
    public static void print(String file, VerifiedHardware verified, PrintStream out) {
        ObjectNode json =
                CanonicalJson.object()
                        .put("file", file)
                        .put("outcome", "PASS")
                        .put("kind", verified.kind().label());
        verified.root()
                .ifPresent(
                        root ->
                                json.putObject("root")
                                        .put("name", root.name())
                                        .put("fingerprint", root.fingerprint().toString()));
        verified.proved().forEach(json.putArray("proved")::add);
        verified.unchecked().forEach(json.putArray("unchecked")::add);
        ObjectNode facts = json.putObject("facts");
        verified.facts().forEach(fact -> facts.put(fact.name(), fact.value()));
        out.println(json);
        out.flush();
    }

    /** Evidence that does not. */
    public static void print(String file, VerificationException refusal, PrintStream out) {
        out.println(
                CanonicalJson.object()
                        .put("file", file)
                        .put("outcome", "FAIL")
                        .put("code", refusal.code().name())
                        .put("message", refusal.getMessage()));
        out.flush();
    }
}
