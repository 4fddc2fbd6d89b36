package dev.assay.protocol.market;

import java.time.Instant;

/**
 * A line that a container of a job wrote, or a piece of a very long one. It is a stranger's text:
 * whoever shows it makes its control characters harmless.
 *
 * @param index of the container in its array
 * @param time when the container's engine read it
 * @param text without the line's end, of at most {@link #MAX_LENGTH} characters
 */
public record OutputLine(int index, Stream stream, Instant time, String text) {
    /** The longest text. */
    public static final int MAX_LENGTH = 1 << 14;

    /** Where the container wrote it. */
    public enum Stream {
        OUT,
        ERR
    }

    public OutputLine {
        if (index < 0 || text.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "a line needs an index ≥ 0 and at most " + MAX_LENGTH + " characters");
        }
    }
}
