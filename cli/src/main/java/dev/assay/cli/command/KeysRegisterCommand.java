package dev.assay.cli.command;

import dev.assay.cli.keys.KeyJournal;
import dev.assay.cli.network.HomeException;
import dev.assay.verification.VerificationException;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.concurrent.Callable;

/** {@code assay keys register}: a key's first statement in the log. */
@Command(
        name = "register",
        header = "Put a key into the log under its name, with a recovery key",
        description = {
            "",
            "Has the log hold that this key speaks for the holder in its name (provider-",
            "alder is provider alder). From that entry on it is valid. The recovery key is",
            "named by its id; only its public part is read, so that the private one can stay",
            "offline. With it a key that was lost or stolen can be revoked and replaced;",
            "without it nobody can."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  assay keys register provider-alder --recovery /media/usb/recovery.pem",
            "  assay keys register provider-alder --recovery recovery.pub.pem"
        })
public final class KeysRegisterCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private final HelpOption help = new HelpOption();

    @Mixin private final PassphraseOptions passphrase = new PassphraseOptions();

    @Parameters(paramLabel = "NAME", description = "the key; assay keys lists them")
    private String name = "";

    @Option(
            names = "--recovery",
            required = true,
            paramLabel = "FILE",
            description = "the recovery key, or its public part")
    private Path recovery = Path.of("");

    @Option(names = "--json", description = "report as one JSON object")
    private boolean json;

    @Override
    public Integer call() throws VerificationException, HomeException {
        KeyJournal.Entry entry =
                KeyChange.make(
                        passphrase.passphrases(),
                        ceremony -> ceremony.register(name, PublicKeyFile.read(recovery).keyId()));
        KeyChange.print("registered", entry, json);
        return ExitCode.OK;
    }
}
