package dev.assay.protocol.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads JSON from outside: bounded in size and depth before it is parsed; duplicate keys, text
 * after the value, malformed UTF-8 and lone surrogates are refused.
 */
public final class StrictJson {
    private static final int MAX_DEPTH = 64;

    private static final ObjectMapper MAPPER =
            new ObjectMapper(
                            JsonFactory.builder()
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(MAX_DEPTH)
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
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            JsonNode value = MAPPER.readTree(text);
            if (!(value instanceof ObjectNode object)) {
                throw new JsonException(what + ": expected a JSON object");
            }
            refuseLoneSurrogates(object, what);
            return object;
        } catch (CharacterCodingException e) {
            throw new JsonException(what + ": not UTF-8 text");
        } catch (JsonProcessingException e) {
            throw new JsonException(
                    what + ": not valid JSON: " + firstLine(e.getOriginalMessage()));
        }
    }

    /** Parses one JSON object whose bytes must be its canonical form (RFC 8785). */
    public static ObjectNode canonicalObject(byte[] bytes, int maxBytes, String what)
            throws JsonException {
        ObjectNode object = object(bytes, maxBytes, what);
        if (!Arrays.equals(bytes, CanonicalJson.bytes(object))) {
            throw new JsonException(what + ": not in canonical form (RFC 8785)");
        }
        return object;
    }

    private static void refuseLoneSurrogates(JsonNode node, String what) throws JsonException {
        if (node.isTextual()) {
            refuseLoneSurrogates(node.textValue(), what);
        }
        for (var entry : node.properties()) {
            refuseLoneSurrogates(entry.getKey(), what);
        }
        for (JsonNode child : node) {
            refuseLoneSurrogates(child, what);
        }
    }

    private static void refuseLoneSurrogates(String text, String what) throws JsonException {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new JsonException(what + ": a string holds a lone surrogate");
        }
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse("");
    }
}
