package dev.assay.cli.command;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file that somebody names on the command line: read up to a limit, or written anew. */
final class BoundedFile {
    private BoundedFile() {}

    static byte[] read(Path file, int maxBytes) throws VerificationException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(maxBytes + 1);
            if (bytes.length > maxBytes) {
                throw new VerificationException(
                        Code.TOO_LARGE,
                        file + ": more than the " + maxBytes + " bytes that it may have");
            }
            return bytes;
        } catch (IOException e) {
            throw new VerificationException(
                    Code.IO, "cannot read " + file + ": " + e + "; name another", e);
        }
    }

    /** Writes a file that is not there yet. */
    static void create(Path file, byte[] bytes) throws VerificationException {
        try {
            Files.write(file, bytes, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (FileAlreadyExistsException e) {
            throw new VerificationException(
                    Code.IO, file + " is there already; name another file", e);
        } catch (IOException e) {
            throw new VerificationException(Code.IO, "cannot write " + file + ": " + e, e);
        }
    }
}
