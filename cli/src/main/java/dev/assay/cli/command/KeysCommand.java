package dev.assay.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.cli.keys.HomeKey;
import dev.assay.cli.keys.HomeKeys;
import dev.assay.cli.network.AssayHome;
import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.PassphraseSource;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.Callable;

/** {@code assay keys}: the keys of the home. */
@Command(
        name = "keys",
        header = "Make, list and end the keys that sign for you",
        description = {
            "",
            "Without a command, lists the keys that sign for you: one for each role on this",
            "machine. A key's id is the SHA-256 of its public part; it is what leases,",
            "receipts and audits name. assay run makes the keys of its local network by",
            "itself, not encrypted, since it must not ask for passphrases; make your own",
            "with assay keys create before you use them."
        },
        commandListHeading = "%nCommands:%n",
        synopsisSubcommandLabel = "[COMMAND]",
        footerHeading = "%nExamples:%n",
        footer = {
            "  assay keys --pem                        the public keys, to hand to somebody who"
                    + " checks you",
            "  assay keys create -o /media/usb/recovery.pem",
            "  assay keys create provider-alder        with a passphrase",
            "  assay keys register provider-alder --recovery /media/usb/recovery.pem",
            "",
            "docs/keys.md tells the whole story."
        },
        subcommands = {
            KeysCreateCommand.class,
            KeysShowCommand.class,
            KeysExportCommand.class,
            KeysRegisterCommand.class,
            KeysRotateCommand.class,
            KeysRevokeCommand.class
        })
public final class KeysCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private final HelpOption help = new HelpOption();

    @Option(names = "--pem", description = "print the public keys as well")
    private boolean pem;

    @Option(names = "--json", description = "print one JSON object a key")
    private boolean json;

    @Override
    public Integer call() throws VerificationException {
        Path root = AssayHome.defaultRoot();
        try (HomeKeys keys = reader(root)) {
            List<HomeKey> all = keys.parties();
            if (all.isEmpty()) {
                System.out.println(
                        "no keys yet in "
                                + root.resolve("keys")
                                + "; they are made by assay keys create, or the first assay run");
                return ExitCode.OK;
            }
            KeyLines lines = new KeyLines(keys.history());
            for (HomeKey key : all) {
                if (json) {
                    ObjectNode line = lines.json(key);
                    line.put("role", key.name());
                    System.out.println(line);
                } else {
                    System.out.println(lines.line(key));
                    if (pem) {
                        System.out.print(key.publicHalf().toPem());
                    }
                }
            }
        }
        return ExitCode.OK;
    }

    /** The home's keys for somebody who reads public parts only. */
    static HomeKeys reader(Path root) {
        return new HomeKeys(root, PassphraseSource.NONE, new SecureRandom());
    }
}
