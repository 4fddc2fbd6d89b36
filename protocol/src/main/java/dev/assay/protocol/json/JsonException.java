package dev.assay.protocol.json;

/**
 * Bytes that are not the JSON document they should be; the message names the document and the
 * field.
 */
public final class JsonException extends Exception {
    public JsonException(String message) {
        super(message);
    }
}
