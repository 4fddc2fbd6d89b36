package dev.assay.protocol.market;

import java.util.List;

/**
 * Some of what containers wrote, as it comes. It is for people who watch: what is too much to pass
 * on is dropped and counted; the whole log is a part of the result.
 *
 * @param dropped how many lines were left out before these
 */
public record Output(List<OutputLine> lines, long dropped) {
    /** The most lines of one message. */
    public static final int MAX_LINES = 512;

    /** The most characters of one message. */
    public static final int MAX_LENGTH = 1 << 17;

    public Output {
        lines = List.copyOf(lines);
        if (dropped < 0
                || lines.size() > MAX_LINES
                || lines.stream().mapToLong(line -> line.text().length()).sum() > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "output needs dropped ≥ 0, at most "
                            + MAX_LINES
                            + " lines and "
                            + MAX_LENGTH
                            + " characters");
        }
    }
}
