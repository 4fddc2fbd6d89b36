package dev.assay.protocol.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads JSON from outside: bounded in size and depth before it is parsed; duplicate keys, text
 * after the value, a byte order mark, malformed UTF-8, lone surrogates and numbers that no double
 * holds are refused. Errors name the place by its path, such as {@code statement.subject[0].name}.
 */
public final class StrictJson {
    private static final int MAX_DEPTH = 64;

    /** RFC 8785 writes no number with more characters than {@code -1.7976931348623157e+308}. */
    private static final int MAX_NUMBER_LENGTH = 32;

    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private static final ObjectMapper MAPPER =
            new ObjectMapper(
                            JsonFactory.builder()
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(MAX_DEPTH)
                                                    .maxNumberLength(MAX_NUMBER_LENGTH)
                                                    .build())
                                    .build())
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private StrictJson() {}

    /**
     * Parses one JSON object.
     *
     * @param what names the document in errors
     * @param maxBytes the largest size accepted
     */
    public static ObjectNode object(byte[] bytes, int maxBytes, String what) throws JsonException {
        if (bytes.length > maxBytes) {
            throw new JsonException(
                    what + ": " + bytes.length + " bytes, more than the " + maxBytes + " allowed");
        }
        JsonNode value = value(text(bytes, what), what);
        if (!(value instanceof ObjectNode object)) {
            throw new JsonException(what + ": expected a JSON object");
        }
        Optional<String> fault = fault(object);
        if (fault.isPresent()) {
            throw new JsonException(what + fault.get());
        }
        return object;
    }

    /** Parses one JSON object whose bytes must be its canonical form (RFC 8785). */
    public static ObjectNode canonicalObject(byte[] bytes, int maxBytes, String what)
            throws JsonException {
        ObjectNode object = object(bytes, maxBytes, what);
        if (!Arrays.equals(bytes, CanonicalJson.bytes(object))) {
            throw new JsonException(
                    what
                            + ": not in canonical form (RFC 8785); use the bytes as they were first"
                            + " written");
        }
        return object;
    }

    private static String text(byte[] bytes, String what) throws JsonException {
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            if (!text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK) {
                throw new JsonException(
                        what + ": begins with a byte order mark; JSON has none, remove it");
            }
            return text;
        } catch (CharacterCodingException e) {
            throw new JsonException(what + ": not UTF-8 text");
        }
    }

    private static JsonNode value(String text, String what) throws JsonException {
        try (JsonParser parser = MAPPER.createParser(text)) {
            try {
                return MAPPER.readTree(parser);
            } catch (JsonProcessingException e) {
                throw new JsonException(
                        path(what, parser.getParsingContext())
                                + ": not valid JSON: "
                                + firstLine(e.getOriginalMessage()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("text in memory can be read", e);
        }
    }

    private static String path(String what, JsonStreamContext context) {
        JsonStreamContext parent = context.getParent();
        if (parent == null) {
            return what;
        }
        String path = path(what, parent);
        if (context.inArray()) {
            return context.hasCurrentIndex() ? path + "[" + context.getCurrentIndex() + "]" : path;
        }
        return context.hasCurrentName()
                ? path + "." + Printable.value(context.getCurrentName())
                : path;
    }

    /** What is wrong in a value, after its path from there; empty for nothing. */
    private static Optional<String> fault(JsonNode node) {
        if (node.isTextual() && hasLoneSurrogate(node.textValue())) {
            return Optional.of(": a string holds a lone surrogate");
        }
        if (node.isNumber() && !Double.isFinite(node.doubleValue())) {
            return Optional.of(": a number is larger than a double can be");
        }
        for (var entry : node.properties()) {
            if (hasLoneSurrogate(entry.getKey())) {
                return Optional.of(": a field's name holds a lone surrogate");
            }
            Optional<String> fault = fault(entry.getValue());
            if (fault.isPresent()) {
                return fault.map(f -> "." + Printable.value(entry.getKey()) + f);
            }
        }
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            Optional<String> fault = fault(node.get(i));
            if (fault.isPresent()) {
                return Optional.of("[" + i + "]" + fault.get());
            }
        }
        return Optional.empty();
    }

    private static boolean hasLoneSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isHighSurrogate(text.charAt(i))
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(text.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse("");
    }
}
