package dev.assay.cli.command;

import dev.assay.cli.network.AssayHome;
import dev.assay.cli.network.WitnessAddress;
import dev.assay.protocol.market.MarketException;
import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.KeyFile;
import dev.assay.verification.crypto.LogSigningKey;
import dev.assay.verification.crypto.LogVerifyingKey;
import dev.assay.verification.http.HttpHost;
import dev.assay.verification.log.CheckpointStore;
import dev.assay.verification.witness.Witness;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

/** {@code assay witness}: cosigns the checkpoints of logs. */
@Command(
        name = "witness",
        header = "Cosign the checkpoints of logs, and refuse forks and rollbacks",
        description = {
            "",
            "Answers POST /add-checkpoint (C2SP tlog-witness): it cosigns a checkpoint when it is"
                + " shown that the log grew from the one that it cosigned before. Two people who"
                + " hold checkpoints with its cosignature hold checkpoints of one history.",
            "",
            "The state directory holds the witness's key and the newest checkpoint of each log."
                    + " They belong together: do not run the key without the checkpoints, or in two"
                    + " places."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  assay witness --name witness.example/w1 --port 8971 --log \"$(cat log.vkey)\"",
            "  assay witness --name me/w1 --log \"$(assay keys export --vkey log)\"    of this"
                    + " home",
            "",
            "Runs until it is interrupted; requests under way are answered first."
        })
public final class WitnessCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private final HelpOption help = new HelpOption();

    @Mixin private final ListenOptions listen = new ListenOptions();

    @Option(
            names = "--name",
            required = true,
            paramLabel = "NAME",
            description = "the witness's name, such as witness.example/w1")
    private String name = "";

    @Option(
            names = "--log",
            required = true,
            paramLabel = "VKEY",
            description = "the verifier key of a log to follow; may be repeated")
    private List<String> logs = new ArrayList<>();

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "the state directory (default: witness in $ASSAY_HOME)")
    private @Nullable Path state;

    @Override
    public Integer call() throws VerificationException, MarketException, InterruptedException {
        Path directory = state == null ? AssayHome.defaultRoot().resolve("witness") : state;
        List<LogVerifyingKey> followed = new ArrayList<>();
        for (String log : logs) {
            followed.add(LogVerifyingKey.parse(log.strip()));
        }
        CountDownLatch stop = new CountDownLatch(1);
        try (Interruption interruption = Interruption.install();
                CheckpointStore store = CheckpointStore.open(directory.resolve("checkpoints"))) {
            LogSigningKey key =
                    new KeyFile(directory.resolve("key.pem"))
                            .logSigningKey(name, new SecureRandom());
            Witness witness = Witness.of(key, followed, store, InstantSource.system());
            try (HttpHost host =
                    HttpHost.ofWitness(witness, listen.socketAddress(), ListenOptions::failed)) {
                System.out.println("witness   " + witness.key().vkey());
                followed.forEach(log -> System.out.println("log       " + log.origin()));
                String url = ListenOptions.url(host.address());
                System.out.println("listening " + url);
                System.out.println(
                        "ask it    assay run --witness '%s' JOB.yaml"
                                .formatted(new WitnessAddress(URI.create(url), witness.key())));
                interruption.cancels(stop::countDown);
                stop.await();
            }
        }
        return ExitCode.OK;
    }
}
