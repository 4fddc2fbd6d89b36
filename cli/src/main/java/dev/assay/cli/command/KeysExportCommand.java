package dev.assay.cli.command;

import dev.assay.cli.keys.HomeKey;
import dev.assay.cli.keys.HomeKeys;
import dev.assay.cli.network.AssayHome;
import dev.assay.verification.VerificationException;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

import java.util.Objects;
import java.util.concurrent.Callable;

/** {@code assay keys export}: a public key, for others. */
@Command(
        name = "export",
        header = "Print a public key, for those who check you",
        description = {
            "",
            "Prints the public part of a key: as PEM, which openssl reads, or as JSON. A",
            "log's key has a form of its own, the vkey of signed notes, which names the log",
            "as well. There is no way to print a private key."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  assay keys export provider-alder > alder.pub.pem",
            "  assay keys export --vkey log"
        })
public final class KeysExportCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private final HelpOption help = new HelpOption();

    @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

    @Parameters(paramLabel = "NAME", description = "the key; assay keys lists them")
    private String name = "";

    @Option(names = "--json", description = "as one JSON object, with the key's id")
    private boolean json;

    @Option(names = "--vkey", description = "a log's key as name+hash+key")
    private boolean vkey;

    @Override
    public Integer call() throws VerificationException {
        try (HomeKeys keys = KeysCommand.reader(AssayHome.defaultRoot())) {
            HomeKey key = keys.find(name);
            if (vkey) {
                if (!(key.publicHalf() instanceof HomeKey.Log log)) {
                    throw new ParameterException(
                            Objects.requireNonNull(spec).commandLine(),
                            "--vkey: '" + name + "' is no log's key; only log has this form");
                }
                System.out.println(log.key().vkey());
            } else if (json) {
                System.out.println(new KeyLines(keys.history()).json(key));
            } else {
                System.out.print(key.publicHalf().toPem());
            }
        }
        return ExitCode.OK;
    }
}
