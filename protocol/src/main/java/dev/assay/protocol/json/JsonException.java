package dev.assay.protocol.json;

/**
 * Bytes that are not the JSON document they should be; the message names the document and the
 * field. What it quotes of the document is made safe to print: one line, of bounded length.
 */
public final class JsonException extends Exception {
    public JsonException(String message) {
        super(Printable.line(message));
    }
}
