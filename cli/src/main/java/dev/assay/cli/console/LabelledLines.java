package dev.assay.cli.console;

import java.util.Locale;

/** Lines of the form {@code label text}, one fact each, and the one progress line below them. */
record LabelledLines(Terminal terminal) {
    private static final int LABEL = 9;

    /** Writes a line; an empty label continues the fact of the line above. */
    void say(String label, String text) {
        terminal.line(label(label) + text);
    }

    /** Replaces the progress line. */
    void progress(String label, String text) {
        terminal.progress(label(label) + text);
    }

    private String label(String label) {
        return terminal.dim(String.format(Locale.ROOT, "%-" + LABEL + "s ", label));
    }
}
