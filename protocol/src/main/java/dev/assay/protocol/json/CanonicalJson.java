package dev.assay.protocol.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.Digest;

import org.erdtman.jcs.NumberToJSON;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Canonical JSON by RFC 8785 (JCS): one value, one sequence of bytes. Quantities, amounts and
 * 64-bit integers are written as decimal strings by the callers, because JSON numbers lose
 * precision. Written straight from the tree, and compared without being written, since whoever
 * sends a document is not to make its reader build it twice.
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
        Utf8Writer.Counted length = new Utf8Writer.Counted();
        write(value, length);
        Utf8Writer.Kept text = new Utf8Writer.Kept(length.size());
        write(value, text);
        return text.bytes();
    }

    /** Whether these bytes are the canonical ones of a value; makes no others to compare with. */
    static boolean isWritten(JsonNode value, byte[] bytes) {
        Utf8Writer.Compared text = new Utf8Writer.Compared(bytes);
        write(value, text);
        return text.isSame();
    }

    /** SHA-256 of the canonical bytes. */
    public static Digest digest(JsonNode value) {
        return Digest.sha256(bytes(value));
    }

    /** A new empty object to fill. */
    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    private static void write(JsonNode value, Utf8Writer to) {
        switch (value.getNodeType()) {
            case OBJECT -> object(value, to);
            case ARRAY -> array(value, to);
            case STRING -> string(value.textValue(), to);
            case NUMBER -> number(value, to);
            case BOOLEAN, NULL -> to.plain(value.asText());
            case BINARY, MISSING, POJO ->
                    throw new IllegalArgumentException("no JSON: " + value.getNodeType());
        }
    }

    /** Clause 3.2.3: sorted by the UTF-16 code units of the names. */
    private static void object(JsonNode object, Utf8Writer to) {
        Fields fields = new Fields(to);
        to.put('{');
        Ascent order = new Ascent();
        object.forEachEntry(order);
        if (order.ascends) {
            object.forEachEntry(fields);
        } else {
            List<Map.Entry<String, JsonNode>> sorted = new ArrayList<>(object.properties());
            sorted.sort(Map.Entry.comparingByKey());
            sorted.forEach(field -> fields.accept(field.getKey(), field.getValue()));
        }
        to.put('}');
    }

    /** Whether names come in their order, as in every document that is canonical. */
    private static final class Ascent implements BiConsumer<String, JsonNode> {
        private String last = "";
        private boolean ascends = true;

        @Override
        public void accept(String name, JsonNode value) {
            ascends &= last.compareTo(name) <= 0;
            last = name;
        }
    }

    /** Writes one field after the other. */
    private static final class Fields implements BiConsumer<String, JsonNode> {
        private final Utf8Writer to;
        private boolean first = true;

        Fields(Utf8Writer to) {
            this.to = to;
        }

        @Override
        public void accept(String name, JsonNode value) {
            if (!first) {
                to.put(',');
            }
            first = false;
            string(name, to);
            to.put(':');
            write(value, to);
        }
    }

    private static void array(JsonNode array, Utf8Writer to) {
        to.put('[');
        for (int i = 0; i < array.size(); i++) {
            if (i > 0) {
                to.put(',');
            }
            write(array.get(i), to);
        }
        to.put(']');
    }

    /** Clause 3.2.2.3: as ECMAScript writes the double. */
    private static void number(JsonNode number, Utf8Writer to) {
        if ((number.isInt() || number.isLong()) && Math.abs(number.longValue()) < EXACT) {
            to.digits(number.longValue());
            return;
        }
        try {
            // A float's digits, not the double that is nearest to it.
            double value =
                    number.isFloat() ? Double.parseDouble(number.asText()) : number.doubleValue();
            to.plain(NumberToJSON.serializeNumber(value));
        } catch (IOException e) {
            throw new IllegalArgumentException("JSON has no number " + number, e);
        }
    }

    /** Clause 3.2.2.2: escaped only where JSON must, and shortly where it can. */
    private static void string(String text, Utf8Writer to) {
        to.put('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> to.plain("\\\"");
                case '\\' -> to.plain("\\\\");
                case '\b' -> to.plain("\\b");
                case '\f' -> to.plain("\\f");
                case '\n' -> to.plain("\\n");
                case '\r' -> to.plain("\\r");
                case '\t' -> to.plain("\\t");
                default -> {
                    if (c < ' ') {
                        to.plain("\\u");
                        to.plain(HEX.toHexDigits(c));
                    } else if (Character.isHighSurrogate(c) && i + 1 < text.length()) {
                        to.point(text.codePointAt(i));
                        i += Character.charCount(text.codePointAt(i)) - 1;
                    } else {
                        to.point(c);
                    }
                }
            }
        }
        to.put('"');
    }
}
