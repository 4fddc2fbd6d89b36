package dev.assay.protocol.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;

/**
 * Reads JSON from outside: bounded in size and depth before it is parsed, and in how much it may
 * hold for its size ({@link TreeBudget}); duplicate keys, text after the value, a byte order mark,
 * malformed UTF-8, lone surrogates and numbers that no double holds are refused. Errors name the
 * place by its path, such as {@code statement.subject[0].name}. What is read is not changed: {@code
 * deepCopy()} gives a tree that can be.
 */
public final class StrictJson {
    private static final int MAX_DEPTH = 64;

    /** How much more is free in a list of many small values: of ten thousand nodes of a graph. */
    private static final int MANY = 32;

    /** RFC 8785 writes no number with more characters than {@code -1.7976931348623157e+308}. */
    private static final int MAX_NUMBER_LENGTH = 32;

    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    private static final JsonFactory TOKENS =
            JsonFactory.builder()
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(MAX_DEPTH)
                                    .maxNumberLength(MAX_NUMBER_LENGTH)
                                    .build())
                    .build();

    private StrictJson() {}

    /**
     * Parses one JSON object.
     *
     * @param what names the document in errors
     * @param maxBytes the largest size accepted
     */
    public static ObjectNode object(byte[] bytes, int maxBytes, String what) throws JsonException {
        return object(bytes, maxBytes, what, TreeBudget.FREE);
    }

    private static ObjectNode object(byte[] bytes, int maxBytes, String what, int free)
            throws JsonException {
        if (bytes.length > maxBytes) {
            throw new JsonException(
                    what + ": " + bytes.length + " bytes, more than the " + maxBytes + " allowed");
        }
        if (beginsWithByteOrderMark(bytes)) {
            throw new JsonException(
                    what + ": begins with a byte order mark; JSON has none, remove it");
        }
        try (JsonParser parser = TOKENS.createParser(new Utf8Reader(bytes))) {
            TreeReader tree = new TreeReader(parser, what, new TreeBudget(bytes.length, free));
            try {
                return tree.document();
            } catch (JsonProcessingException e) {
                throw tree.error("not valid JSON: " + firstLine(e.getOriginalMessage()));
            }
        } catch (CharacterCodingException e) {
            throw new JsonException(what + ": not UTF-8 text");
        } catch (IOException e) {
            throw new UncheckedIOException("bytes in memory can be read", e);
        }
    }

    /** Parses one JSON object whose bytes must be its canonical form (RFC 8785). */
    public static ObjectNode canonicalObject(byte[] bytes, int maxBytes, String what)
            throws JsonException {
        return canonical(bytes, object(bytes, maxBytes, what), what);
    }

    /**
     * The same for documents that hold many small values, such as graphs, lists of files and the
     * units of a draw: thirty-two times as many are taken whatever the size.
     */
    public static ObjectNode canonicalList(byte[] bytes, int maxBytes, String what)
            throws JsonException {
        return canonical(bytes, object(bytes, maxBytes, what, MANY * TreeBudget.FREE), what);
    }

    private static ObjectNode canonical(byte[] bytes, ObjectNode object, String what)
            throws JsonException {
        if (!CanonicalJson.isWritten(object, bytes)) {
            throw new JsonException(
                    what
                            + ": not in canonical form (RFC 8785); use the bytes as they were first"
                            + " written");
        }
        return object;
    }

    private static boolean beginsWithByteOrderMark(byte[] bytes) {
        return bytes.length >= BYTE_ORDER_MARK.length
                && Arrays.equals(
                        bytes,
                        0,
                        BYTE_ORDER_MARK.length,
                        BYTE_ORDER_MARK,
                        0,
                        BYTE_ORDER_MARK.length);
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse("");
    }
}
