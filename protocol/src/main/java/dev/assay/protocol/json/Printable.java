package dev.assay.protocol.json;

/**
 * Text from outside as it may stand in an error message: on one line, of bounded length, and
 * without characters that a terminal or a log would act on, or that nobody sees.
 */
final class Printable {
    private static final int VALUE_LENGTH = 80;
    private static final int LINE_LENGTH = 1_000;

    private Printable() {}

    /** One value of a document, at most 80 characters of it; it becomes part of a line. */
    static String value(String text) {
        return text.length() <= VALUE_LENGTH ? text : text.substring(0, VALUE_LENGTH) + "...";
    }

    /** A whole message: of a long one, its beginning and what it ends with. */
    static String line(String text) {
        String shown = escaped(text);
        return shown.length() <= LINE_LENGTH
                ? shown
                : shown.substring(0, LINE_LENGTH / 2)
                        + " ... "
                        + shown.substring(shown.length() - LINE_LENGTH / 2);
    }

    private static String escaped(String text) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < text.length(); ) {
            int character = text.codePointAt(i);
            if (isPlain(character)) {
                shown.appendCodePoint(character);
            } else {
                shown.append(String.format("\\u%04x", character));
            }
            i += Character.charCount(character);
        }
        return shown.toString();
    }

    private static boolean isPlain(int character) {
        return character < Character.MIN_SUPPLEMENTARY_CODE_POINT && !isUnseen(character);
    }

    private static boolean isUnseen(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    true;
            default -> false;
        };
    }
}
