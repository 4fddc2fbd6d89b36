package dev.assay.protocol.json;

/**
 * Bytes that are not the JSON document they should be; the message is the place's path, which
 * begins with what the document is, a colon, and what is wrong there. What it quotes of the
 * document is made safe to print: one line, of bounded length.
 */
public final class JsonException extends Exception {
    private static final String COLON = ": ";

    public JsonException(String message) {
        super(Printable.line(message));
    }

    /** The path of the place, such as {@code statement.subject[0].name}. */
    public String field() {
        String message = String.valueOf(getMessage());
        int colon = message.indexOf(COLON);
        return colon < 0 ? message : message.substring(0, colon);
    }

    /** What is wrong there: the message without the path. */
    public String problem() {
        String message = String.valueOf(getMessage());
        return message.substring(message.indexOf(COLON) < 0 ? 0 : field().length() + 2);
    }
}
