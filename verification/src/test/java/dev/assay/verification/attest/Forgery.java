package dev.assay.verification.attest;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.json.CanonicalJson;
import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.Statement;

import java.io.IOException;

/** Statements with one field changed, and signed as if nothing were. */
public final class Forgery {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static final JsonPointer SUBJECT = JsonPointer.compile("/subject/0/digest");

    private Forgery() {}

    /**
     * The bytes of a statement with one value replaced, in canonical form; the subject follows when
     * it is the same digest.
     *
     * @param pointer a JSON pointer (RFC 6901) to it
     */
    public static byte[] bytes(Statement statement, String pointer, Object value) {
        return bytes(statement.bytes(), pointer, value);
    }

    /** The same of a statement's bytes. */
    public static byte[] bytes(byte[] statement, String pointer, Object value) {
        try {
            JsonNode json = MAPPER.readTree(statement);
            JsonPointer place = JsonPointer.compile(pointer);
            JsonNode parent = json.at(place.head());
            JsonNode replacement = MAPPER.valueToTree(value);
            if (json.at(SUBJECT) instanceof ObjectNode subject
                    && bare(subject.get("sha256")).equals(bare(json.at(place)))) {
                subject.put("sha256", bare(replacement));
            }
            if (parent instanceof ObjectNode object) {
                object.set(place.last().getMatchingProperty(), replacement);
            } else if (parent instanceof ArrayNode array) {
                array.set(place.last().getMatchingIndex(), replacement);
            } else {
                throw new IllegalArgumentException("nothing at " + pointer + " in " + json);
            }
            return CanonicalJson.bytes(json);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String bare(JsonNode digest) {
        return digest.asText().replaceFirst("^sha256:", "");
    }

    /** The same, signed. */
    public static Envelope signed(Statement statement, SigningKey key, String pointer, Object value)
            throws VerificationException {
        return Envelope.sign(bytes(statement, pointer, value), key);
    }
}
