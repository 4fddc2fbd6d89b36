package dev.assay.cli.command;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.KeyFile;
import dev.assay.verification.crypto.VerifyingKey;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file with a public key: PEM, or a key file of ours, of which only that part is used. */
final class PublicKeyFile {
    private static final int MAX_BYTES = 4096;

    private PublicKeyFile() {}

    static VerifyingKey read(Path file) throws VerificationException {
        String text;
        try (InputStream in = Files.newInputStream(file)) {
            text = new String(in.readNBytes(MAX_BYTES + 1), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new VerificationException(
                    Code.IO, "cannot read key file " + file + ": " + e + "; name another", e);
        }
        if (text.contains("PRIVATE KEY")) {
            return new KeyFile(file).verifyingKey();
        }
        try {
            return VerifyingKey.fromPem(text);
        } catch (VerificationException e) {
            throw new VerificationException(
                    e.code(), "key file " + file + ": " + e.getMessage(), e);
        }
    }
}
