package dev.assay.verification.crypto;

import dev.assay.fuzz.Target;
import dev.assay.fuzz.TemporaryFile;
import dev.assay.verification.VerificationException;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Keys from outside. No passphrase is given: what opening an encrypted key may cost is bounded by
 * {@link KeyDerivation}, not by its length.
 */
public final class CryptoTargets {
    /** A private key is multiplied with the generator, to compare it with its public half. */
    private static final int MULTIPLICATION = 160 << 10;

    private CryptoTargets() {}

    public static List<Target<?>> all() {
        return List.of(
                Target.of(
                                "public-key",
                                VerificationException.class,
                                input -> VerifyingKey.fromPem(text(input)))
                        .canonical(key -> key.toPem().getBytes(StandardCharsets.ISO_8859_1)),
                Target.of(
                                "foreign-key",
                                VerificationException.class,
                                TemporaryFile.by(
                                        file -> new ForeignKey(file).read(PassphraseSource.NONE)))
                        .within(10, MULTIPLICATION),
                Target.of(
                                "key-file",
                                VerificationException.class,
                                TemporaryFile.by(file -> new KeyFile(file).existingSigningKey()))
                        .within(10, MULTIPLICATION));
    }

    private static String text(byte[] input) {
        return new String(input, StandardCharsets.ISO_8859_1);
    }
}
