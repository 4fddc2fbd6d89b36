package dev.assay.verification.attacks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.json.CanonicalJson;
import dev.assay.verification.bundle.SigstoreBundle;

import java.io.IOException;
import java.util.function.Consumer;

/** A bundle's JSON, changed in one place. */
final class BundleEdits {
    static final String MATERIAL = "/verificationMaterial";
    static final String ENTRY = MATERIAL + "/tlogEntries/0";
    static final String INCLUSION = ENTRY + "/inclusionProof";

    private BundleEdits() {}

    /** The bytes of a bundle after an edit. */
    static byte[] edit(SigstoreBundle bundle, Consumer<ObjectNode> edit) {
        ObjectNode json = json(bundle);
        edit.accept(json);
        return CanonicalJson.bytes(json);
    }

    static Consumer<ObjectNode> put(String object, String field, String value) {
        return json -> ((ObjectNode) json.at(object)).put(field, value);
    }

    static Consumer<ObjectNode> entriesOf(int count) {
        return json -> {
            JsonNode entry = json.at(ENTRY);
            ArrayNode entries = ((ObjectNode) json.at(MATERIAL)).putArray("tlogEntries");
            for (int i = 0; i < count; i++) {
                entries.add(entry.deepCopy());
            }
        };
    }

    static ObjectNode json(SigstoreBundle bundle) {
        try {
            return (ObjectNode) new ObjectMapper().readTree(bundle.bytes());
        } catch (IOException e) {
            throw new AssertionError("a bundle is JSON", e);
        }
    }
}
