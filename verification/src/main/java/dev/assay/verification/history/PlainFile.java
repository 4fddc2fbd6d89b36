package dev.assay.verification.history;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * A file of a history: a plain one, since whoever handed the folder over may have put a link out of
 * it or a pipe in its place.
 */
final class PlainFile {
    private PlainFile() {}

    /** Opens it; its owner closes it. */
    static InputStream open(Path file) throws VerificationException {
        try {
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
                    && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new VerificationException(
                        Code.IO, file + " is no plain file; export the history again");
            }
            return Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** All its bytes, so many at most. */
    static byte[] read(Path file, int most) throws VerificationException {
        try (InputStream in = open(file)) {
            byte[] bytes = in.readNBytes(most + 1);
            if (bytes.length > most) {
                throw new VerificationException(
                        Code.TOO_LARGE, file + ": more than the " + most + " bytes allowed");
            }
            return bytes;
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** The refusal of a file that the machine does not give. */
    static VerificationException unreadable(Path file, IOException e) {
        return new VerificationException(
                Code.IO, "cannot read " + file + ": " + e + "; export the history again", e);
    }
}
