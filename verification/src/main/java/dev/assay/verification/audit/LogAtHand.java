package dev.assay.verification.audit;

import dev.assay.verification.VerificationException;
import dev.assay.verification.log.LogFiles;

import java.util.Optional;

/**
 * The files of a log as an audit reads them: they remember which of them was last found wrong. Used
 * by one thread.
 */
public final class LogAtHand implements LogFiles {
    private final String place;
    private final LogFiles files;
    private String wrong = "checkpoint";

    /**
     * The log in these files, which stay their caller's.
     *
     * @param place the directory or URL, for reports
     */
    public LogAtHand(String place, LogFiles files) {
        this.place = place;
        this.files = files;
    }

    /** Where the log is. */
    public String place() {
        return place;
    }

    /** The file that was last refused; the checkpoint before that. */
    String wrong() {
        return wrong;
    }

    @Override
    public String name(String file) {
        return files.name(file);
    }

    @Override
    public Optional<byte[]> read(String file, int maxBytes) throws VerificationException {
        return files.read(file, maxBytes);
    }

    @Override
    public VerificationException corrupt(String file, String why) {
        wrong = file;
        return files.corrupt(file, why);
    }
}
