package dev.assay.cli.command;

import dev.assay.protocol.market.MarketException;
import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.LogVerifyingKey;
import dev.assay.verification.http.HttpHost;
import dev.assay.verification.log.LogReader;
import dev.assay.verification.log.VerifiedCheckpoint;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

/** {@code assay log}: serves and checks transparency logs. */
@Command(
        name = "log",
        header = "Serve a transparency log, or check one",
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        subcommands = {LogCommand.Serve.class, LogCommand.Check.class})
public final class LogCommand extends CommandGroup {
    /** {@code assay log serve}. */
    @Command(
            name = "serve",
            header = "Serve a log's directory over HTTP",
            description = {
                "",
                "Serves checkpoint, tiles and entries as static files (C2SP tlog-tiles), and"
                        + " nothing else. The directory may belong to a log that is being written."
            },
            footerHeading = "%nExamples:%n",
            footer = "  assay log serve ~/.assay/market/log --port 8970")
    static final class Serve implements Callable<Integer> {
        @Mixin
        @SuppressWarnings("UnusedVariable") // picocli reads it
        private final HelpOption help = new HelpOption();

        @Mixin private final ListenOptions listen = new ListenOptions();

        @Parameters(paramLabel = "DIR", description = "the log's directory")
        private Path directory = Path.of("");

        @Override
        public Integer call() throws VerificationException, MarketException, InterruptedException {
            CountDownLatch stop = new CountDownLatch(1);
            try (Interruption interruption = Interruption.install();
                    HttpHost host =
                            HttpHost.ofLog(
                                    directory, listen.socketAddress(), ListenOptions::failed)) {
                System.out.println("listening " + ListenOptions.url(host.address()));
                interruption.cancels(stop::countDown);
                stop.await();
            }
            return ExitCode.OK;
        }
    }

    /** {@code assay log check}. */
    @Command(
            name = "check",
            header = "Check every entry and tile of a log against its checkpoint",
            description = {
                "",
                "Reads the whole log, hashes every entry again, and compares every tile of the"
                        + " checkpoint, and the root that it signs. The first file that is not what"
                        + " it should be is named. Partial tiles of older checkpoints, which may"
                        + " still lie beside the newest one, are not read."
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  assay log check ~/.assay/market/log --key \"$(cat log.vkey)\"",
                "  assay log check https://log.example/2026 --key \"$(cat log.vkey)\"",
                "",
                "Exit status: 0 it stands, 1 it does not, 3 it could not be read."
            })
    static final class Check implements Callable<Integer> {
        @Mixin
        @SuppressWarnings("UnusedVariable") // picocli reads it
        private final HelpOption help = new HelpOption();

        @Parameters(paramLabel = "DIR|URL", description = "where the log's checkpoint is")
        private String place = "";

        @Option(
                names = "--key",
                required = true,
                paramLabel = "VKEY",
                description = "the log's verifier key")
        private String key = "";

        @Override
        public Integer call() throws VerificationException {
            LogVerifyingKey log = LogVerifyingKey.parse(key.strip());
            try {
                VerifiedCheckpoint checked = checked(log);
                System.out.printf(
                        Locale.ROOT,
                        "log %s stands: %,d entries, root %s%n",
                        checked.origin(),
                        checked.size(),
                        checked.root().hex());
                return ExitCode.OK;
            } catch (VerificationException e) {
                if (e.code() == VerificationException.Code.IO) {
                    throw e;
                }
                System.err.println("assay: " + e.getMessage());
                return ExitCode.FAILED;
            }
        }

        private VerifiedCheckpoint checked(LogVerifyingKey log) throws VerificationException {
            try (LogPlace at = LogPlace.open(place)) {
                return LogReader.open(at.files(), log).check();
            }
        }
    }
}
