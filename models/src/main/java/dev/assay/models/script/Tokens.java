package dev.assay.models.script;

/**
 * The tokens of one file's code, one after the other: each is told by where it stands in the text,
 * and none is kept. Not thread-safe.
 */
final class Tokens {
    private static final String SYMBOLS = "-+*/%=<>!&|^~@,.:;()[]{}?";
    private static final String QUOTES = "\"'";
    private static final char LINE_FEED = '\n';

    /** Where code is none. */
    static final class BadCodeException extends Exception {
        /** Completes "its code …". */
        BadCodeException(String problem) {
            super(problem);
        }
    }

    private final String text;
    private int begin;
    private int end;
    private boolean isName;

    Tokens(String text) {
        this.text = text;
    }

    int begin() {
        return begin;
    }

    int end() {
        return end;
    }

    boolean isName() {
        return isName;
    }

    /** Goes to the next token; false behind the last. Spaces and comments are none. */
    boolean next() throws BadCodeException {
        begin = behindSpace(end);
        if (begin == text.length()) {
            return false;
        }
        char first = text.charAt(begin);
        isName = isLetter(first);
        if (QUOTES.indexOf(first) >= 0) {
            end = endOfString();
        } else if (isName || isDigit(first)) {
            end = endOfWord();
        } else if (SYMBOLS.indexOf(first) >= 0) {
            end = begin + 1;
        } else {
            throw new BadCodeException("has an unknown character at " + begin);
        }
        return true;
    }

    private int behindSpace(int from) {
        int at = from;
        boolean comment = false;
        while (at < text.length()) {
            char c = text.charAt(at);
            comment = c == '#' || (comment && c != LINE_FEED);
            if (!comment && " \t\r\n".indexOf(c) < 0) {
                return at;
            }
            at++;
        }
        return at;
    }

    /** A number may have points in it, as in {@code 1.5e3}. */
    private int endOfWord() {
        int at = begin + 1;
        while (at < text.length()
                && (isLetter(text.charAt(at))
                        || isDigit(text.charAt(at))
                        || (!isName && text.charAt(at) == '.'))) {
            at++;
        }
        return at;
    }

    /**
     * The index behind the string that begins here. It ends on its line, and another does not
     * follow at once, as in the three quotes of a long string.
     */
    private int endOfString() throws BadCodeException {
        char quote = text.charAt(begin);
        for (int i = begin + 1; i < text.length() && text.charAt(i) != LINE_FEED; i++) {
            if (text.charAt(i) == '\\') {
                i++;
            } else if (text.charAt(i) == quote) {
                if (i + 1 < text.length() && QUOTES.indexOf(text.charAt(i + 1)) >= 0) {
                    break;
                }
                return i + 1;
            }
        }
        throw new BadCodeException("has a string that does not end on its line");
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
