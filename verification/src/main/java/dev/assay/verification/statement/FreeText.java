package dev.assay.verification.statement;

import java.util.Collection;

/**
 * The bounds of what a statement holds for people: texts in no form of their own, and lists of what
 * a machine or a market has. The statement as a whole is bounded by {@link Statement#MAX_BYTES}.
 */
public final class FreeText {
    /** The most characters (Unicode code points) of a text. */
    public static final int MAX_LENGTH = 4_096;

    /** The most entries of a list. */
    public static final int MAX_ENTRIES = 4_096;

    private FreeText() {}

    /** The text, without its end when it is too long. */
    public static String clip(String text) {
        return isBounded(text)
                ? text
                : text.substring(0, text.offsetByCodePoints(0, MAX_LENGTH - 1)) + "…";
    }

    static void require(String field, String text) {
        if (!isBounded(text)) {
            throw new IllegalArgumentException(
                    field + ": a text of more than " + MAX_LENGTH + " characters");
        }
    }

    static void require(String field, Collection<?> entries) {
        if (entries.size() > MAX_ENTRIES) {
            throw new IllegalArgumentException(
                    field + ": " + entries.size() + " entries, more than " + MAX_ENTRIES);
        }
    }

    private static boolean isBounded(String text) {
        return text.length() <= MAX_LENGTH || text.codePointCount(0, text.length()) <= MAX_LENGTH;
    }
}
