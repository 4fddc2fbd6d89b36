package dev.assay.cli.command;

import dev.assay.cli.keys.Passphrases;
import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.KeyFile;
import dev.assay.verification.crypto.SigningKey;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.Optional;

/** The recovery key, when it signs. */
final class RecoveryOptions {
    @Option(
            names = "--recovery",
            paramLabel = "FILE",
            description = "the recovery key signs, in the place of the key itself")
    private @Nullable Path file;

    @Option(
            names = "--recovery-passphrase-file",
            paramLabel = "FILE",
            description = "its passphrase (otherwise ASSAY_RECOVERY_PASSPHRASE, or you are asked)")
    private @Nullable Path passphraseFile;

    Optional<SigningKey> key() throws VerificationException {
        if (file == null) {
            return Optional.empty();
        }
        Passphrases passphrases =
                Passphrases.standard(
                        Optional.ofNullable(passphraseFile), Passphrases.RECOVERY_VARIABLE);
        return Optional.of(new KeyFile(file).existingSigningKey(passphrases));
    }
}
