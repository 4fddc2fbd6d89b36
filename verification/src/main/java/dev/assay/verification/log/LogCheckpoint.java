package dev.assay.verification.log;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.LogVerifyingKey;

import java.util.Base64;

/**
 * A log's claim about itself (C2SP tlog-checkpoint): three lines, never an extension line.
 *
 * <pre>
 * origin LF
 * size LF
 * BASE64 root LF
 * </pre>
 */
public record LogCheckpoint(String origin, long size, Digest root) {
    private static final int LINES = 3;

    public LogCheckpoint {
        if (!LogVerifyingKey.isOrigin(origin) || size < 0) {
            throw new IllegalArgumentException(
                    "no log has origin '" + origin + "' and size " + size);
        }
    }

    /** Reads exactly what {@link #text} writes. */
    public static LogCheckpoint parse(String text) throws VerificationException {
        String[] lines = text.split("\n", LINES + 2);
        if (lines.length == LINES + 1) {
            try {
                LogCheckpoint checkpoint =
                        new LogCheckpoint(
                                lines[0],
                                Long.parseLong(lines[1]),
                                Digest.of(Base64.getDecoder().decode(lines[2])));
                if (checkpoint.text().equals(text)) {
                    return checkpoint;
                }
            } catch (IllegalArgumentException e) {
                throw notCanonical();
            }
        }
        throw notCanonical();
    }

    /** The three lines. */
    public String text() {
        return origin
                + "\n"
                + size
                + "\n"
                + Base64.getEncoder().encodeToString(root.bytes())
                + "\n";
    }

    private static VerificationException notCanonical() {
        return new VerificationException(
                Code.BAD_CHECKPOINT,
                "not a log checkpoint: it must be three lines with origin, size and base64 root");
    }
}
