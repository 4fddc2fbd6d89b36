package dev.assay.cli.command;

import dev.assay.cli.keys.Passphrases;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.Optional;

/** Where passphrases come from. */
final class PassphraseOptions {
    @Option(
            names = "--passphrase-file",
            paramLabel = "FILE",
            description =
                    "its first line is the passphrase or PIN (otherwise ASSAY_PASSPHRASE, or you"
                            + " are asked)")
    private @Nullable Path file;

    Passphrases passphrases() {
        return Passphrases.standard(Optional.ofNullable(file), Passphrases.VARIABLE);
    }
}
