package dev.assay.cli.command;

import dev.assay.cli.keys.HomeKey;
import dev.assay.cli.keys.HomeKeys;
import dev.assay.cli.network.AssayHome;
import dev.assay.verification.VerificationException;
import dev.assay.verification.keys.KeyHistory;
import dev.assay.verification.keys.KeyPeriod;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.util.concurrent.Callable;

/** {@code assay keys show}: one key, and what the log says of it. */
@Command(
        name = "show",
        header = "Show a key, how it is kept, and what the log says of it",
        description = {
            "",
            "Shows public parts only and asks for no passphrase. A key that is registered is",
            "shown with those that came before and after it under the same name."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  assay keys show provider-alder",
            "  assay keys show log             the key that signs the log's checkpoints"
        })
public final class KeysShowCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private final HelpOption help = new HelpOption();

    @Parameters(paramLabel = "NAME", description = "the key; assay keys lists them")
    private String name = "";

    @Option(names = "--json", description = "print one JSON object")
    private boolean json;

    @Override
    public Integer call() throws VerificationException {
        try (HomeKeys keys = KeysCommand.reader(AssayHome.defaultRoot())) {
            HomeKey key = keys.find(name);
            KeyHistory history = keys.history();
            KeyLines lines = new KeyLines(history);
            if (json) {
                System.out.println(lines.json(key));
            } else {
                show(key, history);
            }
        }
        return ExitCode.OK;
    }

    private static void show(HomeKey key, KeyHistory history) {
        System.out.println("name        " + key.name());
        System.out.println("id          " + key.publicHalf().keyId().hex());
        System.out.println("private     " + key.protection().word());
        switch (key.publicHalf()) {
            case HomeKey.Log log -> System.out.println("vkey        " + log.key().vkey());
            case HomeKey.Attestation _ ->
                    history.period(key.publicHalf().keyId())
                            .ifPresentOrElse(
                                    period -> showHolder(period, history),
                                    () ->
                                            System.out.println(
                                                    "registered  no (assay keys register)"));
        }
        System.out.print(key.publicHalf().toPem());
    }

    private static void showHolder(KeyPeriod own, KeyHistory history) {
        System.out.println("recovery    " + history.recoveryKey(own.holder()).orElseThrow().hex());
        for (KeyPeriod period : history.periods()) {
            if (period.holder().equals(own.holder())) {
                System.out.println(
                        "registered  "
                                + period.key().keyId().brief()
                                + "  "
                                + KeyLines.standing(period));
            }
        }
    }
}
