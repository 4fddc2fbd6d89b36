package dev.assay.cli.command;

import dev.assay.cli.keys.KeyJournal;
import dev.assay.cli.keys.KeyMaker;
import dev.assay.cli.keys.Passphrases;
import dev.assay.cli.network.HomeException;
import dev.assay.protocol.id.KeyId;
import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.SigningKey;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code assay keys rotate}: a new key in the place of an old one. */
@Command(
        name = "rotate",
        header = "Put a new key in the place of a registered one",
        description = {
            "",
            "Makes a new key, has the log hold that it follows the old one, and puts its",
            "file in the place of the old one, which is kept in keys/ended. The old key",
            "signs that, or the recovery key, and the new key too. From that log entry on",
            "the old key counts for nothing, so let work that it has signed for end first.",
            "If this is interrupted, run it again."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  assay keys rotate provider-alder",
            "  assay keys rotate provider-alder --recovery /media/usb/recovery.pem",
            "                                   after a theft or a revocation",
            "  ... --recovery old.pem --new-recovery new.pem    a recovery key used is not cold"
                    + " any more"
        })
public final class KeysRotateCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private final HelpOption help = new HelpOption();

    @Mixin private final NewKeyOptions source = new NewKeyOptions();
    @Mixin private final PassphraseOptions passphrase = new PassphraseOptions();
    @Mixin private final RecoveryOptions recovery = new RecoveryOptions();

    @Parameters(paramLabel = "NAME", description = "the key; assay keys lists them")
    private String name = "";

    @Option(
            names = "--new-recovery",
            paramLabel = "FILE",
            description = "the recovery key from here on, or its public part; takes --recovery")
    private @Nullable Path newRecovery;

    @Option(names = "--json", description = "report as one JSON object")
    private boolean json;

    @Override
    public Integer call() throws VerificationException, HomeException {
        KeyMaker.Wish wish = source.wish();
        Passphrases passphrases = passphrase.passphrases();
        KeyMaker maker = new KeyMaker(passphrases, new SecureRandom());
        Optional<SigningKey> by = recovery.key();
        if (newRecovery != null && by.isEmpty()) {
            throw source.mistake(
                    "--new-recovery: only the recovery key may name another; give"
                            + " --recovery too");
        }
        Optional<KeyId> next =
                newRecovery == null
                        ? Optional.empty()
                        : Optional.of(PublicKeyFile.read(newRecovery).keyId());
        KeyJournal.Entry entry =
                KeyChange.make(
                        passphrases,
                        ceremony ->
                                ceremony.rotate(
                                        name, by, next, keys -> maker.make(keys, name, wish)));
        KeyChange.print("rotated to", entry, json);
        return ExitCode.OK;
    }
}
