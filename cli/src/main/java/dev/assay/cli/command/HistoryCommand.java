package dev.assay.cli.command;

import dev.assay.cli.history.HistoryExport;
import dev.assay.cli.keys.HomeKeys;
import dev.assay.cli.network.AssayHome;
import dev.assay.cli.network.HomeException;
import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.market.MarketException;
import dev.assay.verification.VerificationException;
import dev.assay.verification.history.HistoryIndex;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/** {@code assay history}: everything that a provider ever signed, as files. */
@Command(
        name = "history",
        header = "Export everything a provider ever signed, to be audited",
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        subcommands = HistoryCommand.Export.class)
public final class HistoryCommand extends CommandGroup {
    /** {@code assay history export}. */
    @Command(
            name = "export",
            header = "Write a provider's whole history into a new folder",
            description = {
                "",
                "Takes the statements of all leases that a provider has had on this machine's"
                        + " market, the statements about keys, and the log with its tiles, and"
                        + " writes them as files that need nothing else: whoever has the folder"
                        + " audits the provider with assay audit, offline. Open leases are in it as"
                        + " far as they are. It holds prices and job specs, but no inputs and no"
                        + " outputs."
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  assay history export history                        the only provider there is",
                "  assay history export alder-2026 --provider provider-alder",
                "  assay audit alder-2026",
                "",
                "docs/formats/history.md says what lies in the folder."
            })
    static final class Export implements Callable<Integer> {
        @Spec private @Nullable CommandSpec spec;

        @Mixin
        @SuppressWarnings("UnusedVariable") // picocli reads it
        private final HelpOption help = new HelpOption();

        @Parameters(paramLabel = "FOLDER", description = "the folder to make")
        private Path folder = Path.of("");

        @Option(
                names = "--provider",
                paramLabel = "KEY",
                description = "a key of the provider's: its name, or its id or how that begins")
        private @Nullable String provider;

        @Override
        public Integer call() throws HomeException, MarketException, VerificationException {
            if (Files.exists(folder)) {
                throw bad(folder + " is there already; name a new folder");
            }
            Path root = AssayHome.defaultRoot();
            try (AssayHome home = AssayHome.open(root);
                    HomeKeys keys = KeysCommand.reader(root)) {
                HistoryExport export = HistoryExport.from(home, keys);
                KeyId chosen = chosen(export, keys);
                HistoryIndex index = export.write(chosen, folder);
                System.out.printf(
                        Locale.ROOT,
                        "history of provider %s: %,d statements in %s%naudit it with: assay audit"
                                + " %s%n",
                        chosen.brief(),
                        index.statements(),
                        folder,
                        folder);
                return ExitCode.OK;
            }
        }

        private KeyId chosen(HistoryExport export, HomeKeys keys)
                throws MarketException, VerificationException {
            Set<KeyId> leased = export.keys();
            Set<KeyId> providers =
                    leased.stream().map(export::first).collect(Collectors.toUnmodifiableSet());
            String named = provider;
            if (named == null) {
                if (providers.size() == 1) {
                    return providers.iterator().next();
                }
                throw bad(
                        providers.isEmpty()
                                ? "no provider has had a lease here yet; run a job first"
                                : "say whose history with --provider, one of: " + list(providers));
            }
            for (KeyId id : leased) {
                if (named.length() >= 6 && id.hex().startsWith(named)) {
                    return export.first(id);
                }
            }
            KeyId id = export.first(keys.find(named).publicHalf().keyId());
            if (!providers.contains(id)) {
                throw bad(
                        "key '"
                                + named
                                + "' has had no lease here; those that had: "
                                + list(providers));
            }
            return id;
        }

        private static String list(Set<KeyId> ids) {
            return ids.stream().map(KeyId::brief).sorted().collect(Collectors.joining(", "));
        }

        private ParameterException bad(String message) {
            return new ParameterException(
                    java.util.Objects.requireNonNull(spec).commandLine(), message);
        }
    }
}
