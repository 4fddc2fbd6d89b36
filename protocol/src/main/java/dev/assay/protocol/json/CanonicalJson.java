package dev.assay.protocol.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.Digest;

import org.erdtman.jcs.JsonCanonicalizer;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Canonical JSON by RFC 8785 (JCS): one value, one sequence of bytes. Quantities, amounts and
 * 64-bit integers are written as decimal strings by the callers, because JSON numbers lose
 * precision.
 */
public final class CanonicalJson {
    private CanonicalJson() {}

    /** The canonical UTF-8 bytes of a value. */
    public static byte[] bytes(JsonNode value) {
        try {
            return new JsonCanonicalizer(value.toString()).getEncodedUTF8();
        } catch (IOException e) {
            throw new UncheckedIOException("a JSON tree always has a canonical form", e);
        }
    }

    /** SHA-256 of the canonical bytes. */
    public static Digest digest(JsonNode value) {
        return Digest.sha256(bytes(value));
    }

    /** A new empty object to fill. */
    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
