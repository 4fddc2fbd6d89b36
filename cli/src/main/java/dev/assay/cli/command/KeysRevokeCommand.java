package dev.assay.cli.command;

import dev.assay.cli.keys.KeyJournal;
import dev.assay.cli.network.HomeException;
import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.statement.KeyRevokePredicate.Reason;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code assay keys revoke}: the end of a key. */
@Command(
        name = "revoke",
        header = "End a registered key",
        description = {
            "",
            "Has the log hold that nothing counts any more that this key signs from here on;",
            "what the log held before stays valid. It cannot be undone: afterwards only the",
            "recovery key can put a new key under the same name (assay keys rotate",
            "--recovery)."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  assay keys revoke provider-alder --reason retired",
            "  assay keys revoke provider-alder --reason lost --recovery usb/recovery.pem"
        })
public final class KeysRevokeCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private final HelpOption help = new HelpOption();

    @Mixin private final PassphraseOptions passphrase = new PassphraseOptions();
    @Mixin private final RecoveryOptions recovery = new RecoveryOptions();

    @Parameters(paramLabel = "NAME", description = "the key; assay keys lists them")
    private String name = "";

    @Option(
            names = "--reason",
            required = true,
            paramLabel = "WHY",
            description = "compromised (somebody else may have it), lost or retired")
    private Why reason = Why.retired;

    @Option(names = "--json", description = "report as one JSON object")
    private boolean json;

    /** The reasons as they are typed. */
    @SuppressWarnings("MemberName")
    enum Why {
        compromised(Reason.COMPROMISED),
        lost(Reason.LOST),
        retired(Reason.RETIRED);

        private final Reason reason;

        Why(Reason reason) {
            this.reason = reason;
        }
    }

    @Override
    public Integer call() throws VerificationException, HomeException {
        Optional<SigningKey> by = recovery.key();
        KeyJournal.Entry entry =
                KeyChange.make(
                        passphrase.passphrases(),
                        ceremony -> ceremony.revoke(name, reason.reason, by));
        KeyChange.print("revoked", entry, json);
        return ExitCode.OK;
    }
}
