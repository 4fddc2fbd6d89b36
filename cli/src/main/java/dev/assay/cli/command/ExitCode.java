package dev.assay.cli.command;

/** What a command's exit status means; the same for all of them. */
public final class ExitCode {
    /** It did what was asked, and what was checked stands. */
    public static final int OK = 0;

    /** It ran, but the work or the evidence does not stand: a failed job, a failed audit. */
    public static final int FAILED = 1;

    /** It ran, but could not come to a conclusion. */
    public static final int INCONCLUSIVE = 2;

    /** It could not run: a bad command line, bad input, or a machine that lacks something. */
    public static final int ERROR = 3;

    /** It was interrupted; what had begun was ended properly. */
    public static final int INTERRUPTED = 130;

    private ExitCode() {}
}
