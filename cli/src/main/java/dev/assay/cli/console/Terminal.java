package dev.assay.cli.console;

import java.io.PrintStream;

/**
 * Where text for people goes. Colour and a progress line that rewrites itself appear only on a
 * terminal, and no colour where {@code NO_COLOR} is set (no-color.org). Thread-safe.
 */
public final class Terminal {
    private static final String ESCAPE = "\u001b[";

    private final PrintStream out;
    private final boolean interactive;
    private final boolean colour;
    private boolean progressShown;

    public Terminal(PrintStream out, boolean interactive, boolean colour) {
        this.out = out;
        this.interactive = interactive;
        this.colour = colour;
    }

    /** The process's standard output. */
    @SuppressWarnings(
            "SystemConsoleNull") // console() is non-null since JDK 22; isTerminal() decides
    public static Terminal standard() {
        boolean terminal = System.console() != null && System.console().isTerminal();
        String noColour = System.getenv("NO_COLOR");
        return new Terminal(
                System.out, terminal, terminal && (noColour == null || noColour.isEmpty()));
    }

    /** Whether a person is at it. */
    public boolean interactive() {
        return interactive;
    }

    public synchronized void line(String text) {
        clearProgress();
        out.println(text);
        out.flush();
    }

    /**
     * Shows a line that the next line or progress replaces; nothing when this is not a terminal.
     */
    public synchronized void progress(String text) {
        if (interactive) {
            out.print("\r" + ESCAPE + "K" + text);
            out.flush();
            progressShown = true;
        }
    }

    public String bold(String text) {
        return styled("1", text);
    }

    public String dim(String text) {
        return styled("2", text);
    }

    public String good(String text) {
        return styled("32", text);
    }

    public String bad(String text) {
        return styled("31", text);
    }

    public String warning(String text) {
        return styled("33", text);
    }

    private String styled(String code, String text) {
        return colour ? ESCAPE + code + "m" + text + ESCAPE + "0m" : text;
    }

    private void clearProgress() {
        if (progressShown) {
            out.print("\r" + ESCAPE + "K");
            progressShown = false;
        }
    }
}
