package dev.assay.market.server;

/** Text from outside, made fit to keep and to show. */
final class Text {
    private static final int MAX_LENGTH = 500;

    private Text() {}

    /** At most 500 characters; controls and broken surrogates become {@code ?}. */
    static String bounded(String text) {
        StringBuilder kept = new StringBuilder();
        text.codePoints()
                .limit(MAX_LENGTH)
                .map(c -> isFit(c) ? c : '?')
                .forEach(kept::appendCodePoint);
        return kept.toString();
    }

    private static boolean isFit(int c) {
        return !Character.isISOControl(c) && Character.getType(c) != Character.SURROGATE;
    }
}
