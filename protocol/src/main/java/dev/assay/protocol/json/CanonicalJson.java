package dev.assay.protocol.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.Digest;

import org.erdtman.jcs.NumberToJSON;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Canonical JSON by RFC 8785 (JCS): one value, one sequence of bytes. Quantities, amounts and
 * 64-bit integers are written as decimal strings by the callers, because JSON numbers lose
 * precision. Written straight from the tree, since whoever sends a document is not to make its
 * reader build a second tree of it.
 */
public final class CanonicalJson {
    /** Integers below this are doubles themselves, and written by their digits. */
    private static final long EXACT = 1L << 53;

    private static final HexFormat HEX = HexFormat.of();

    private CanonicalJson() {}

    /**
     * The canonical UTF-8 bytes of a value.
     *
     * @throws IllegalArgumentException for a number that JSON does not have: NaN, an infinity
     */
    public static byte[] bytes(JsonNode value) {
        StringBuilder text = new StringBuilder();
        write(value, text);
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** SHA-256 of the canonical bytes. */
    public static Digest digest(JsonNode value) {
        return Digest.sha256(bytes(value));
    }

    /** A new empty object to fill. */
    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    private static void write(JsonNode value, StringBuilder to) {
        switch (value.getNodeType()) {
            case OBJECT -> object(value, to);
            case ARRAY -> array(value, to);
            case STRING -> string(value.textValue(), to);
            case NUMBER -> number(value, to);
            case BOOLEAN, NULL -> to.append(value.asText());
            case BINARY, MISSING, POJO ->
                    throw new IllegalArgumentException("no JSON: " + value.getNodeType());
        }
    }

    /** Clause 3.2.3: sorted by the UTF-16 code units of the names. */
    private static void object(JsonNode object, StringBuilder to) {
        if (object.isEmpty()) {
            to.append("{}");
            return;
        }
        List<Map.Entry<String, JsonNode>> fields = new ArrayList<>(object.properties());
        fields.sort(Map.Entry.comparingByKey());
        to.append('{');
        for (int i = 0; i < fields.size(); i++) {
            if (i > 0) {
                to.append(',');
            }
            string(fields.get(i).getKey(), to);
            to.append(':');
            write(fields.get(i).getValue(), to);
        }
        to.append('}');
    }

    private static void array(JsonNode array, StringBuilder to) {
        to.append('[');
        for (int i = 0; i < array.size(); i++) {
            if (i > 0) {
                to.append(',');
            }
            write(array.get(i), to);
        }
        to.append(']');
    }

    /** Clause 3.2.2.3: as ECMAScript writes the double. */
    private static void number(JsonNode number, StringBuilder to) {
        if ((number.isInt() || number.isLong()) && Math.abs(number.longValue()) < EXACT) {
            to.append(number.longValue());
            return;
        }
        try {
            // A float's digits, not the double that is nearest to it.
            double value =
                    number.isFloat() ? Double.parseDouble(number.asText()) : number.doubleValue();
            to.append(NumberToJSON.serializeNumber(value));
        } catch (IOException e) {
            throw new IllegalArgumentException("JSON has no number " + number, e);
        }
    }

    /** Clause 3.2.2.2: escaped only where JSON must, and shortly where it can. */
    private static void string(String text, StringBuilder to) {
        to.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> to.append("\\\"");
                case '\\' -> to.append("\\\\");
                case '\b' -> to.append("\\b");
                case '\f' -> to.append("\\f");
                case '\n' -> to.append("\\n");
                case '\r' -> to.append("\\r");
                case '\t' -> to.append("\\t");
                default -> {
                    if (c < ' ') {
                        to.append("\\u").append(HEX.toHexDigits(c));
                    } else {
                        to.append(c);
                    }
                }
            }
        }
        to.append('"');
    }
}
