package dev.assay.cli.command;

import dev.assay.agent.inventory.SignedInventory;
import dev.assay.cli.console.BenchJson;
import dev.assay.cli.console.BenchText;
import dev.assay.cli.console.Terminal;
import dev.assay.cli.keys.HomeKeys;
import dev.assay.cli.network.AssayHome;
import dev.assay.cli.network.HomeException;
import dev.assay.runtime.bench.BenchReport;
import dev.assay.runtime.bench.GpuBench;
import dev.assay.runtime.bench.MachineBench;
import dev.assay.runtime.bench.Measurement;
import dev.assay.runtime.bench.Pace;
import dev.assay.runtime.cuda.CudaDevice;
import dev.assay.runtime.host.Machine;
import dev.assay.runtime.inventory.GpuInventory;
import dev.assay.runtime.inventory.GpuReport;
import dev.assay.runtime.inventory.Standing;
import dev.assay.runtime.inventory.Survey;
import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.dsse.Envelope;

import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/** {@code assay bench}: measures this machine and signs what it has and can. */
@Command(
        name = "bench",
        header = "Measure this machine, and sign its inventory",
        description = {
            "",
            "Measures what matters for matching: the exact engine's rate, matrix products,",
            "memory, disk and, on a GPU, its arithmetic and transfers. Then signs what this",
            "machine has (assay inspect) and what was measured with a provider's key.",
            "Takes half a minute; measure with nothing else running."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  assay bench                         into $ASSAY_HOME/inventory.json",
            "  assay bench --rounds 1 -o FILE      quick, into another file",
            "",
            "The signature proves who said so and when, not that it is so."
        })
public final class BenchCommand implements Callable<Integer> {
    private static final int MOST_ROUNDS = 100;

    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private final HelpOption help = new HelpOption();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "rounds of each measurement (default: ${DEFAULT-VALUE})")
    private int rounds = 5;

    @Option(
            names = "--key",
            paramLabel = "ROLE",
            defaultValue = "provider-alder",
            description = "whose key signs; see assay keys (default: ${DEFAULT-VALUE})")
    private String role = "provider-alder";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "where the signed inventory goes")
    private @Nullable Path output;

    @Option(names = "--json", description = "report as one JSON object")
    private boolean json;

    @Mixin private final PassphraseOptions passphrase = new PassphraseOptions();

    @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public Integer call() throws HomeException, VerificationException, IOException {
        if (rounds < 1 || rounds > MOST_ROUNDS) {
            throw bad("--rounds: " + rounds + " is not from 1 to " + MOST_ROUNDS);
        }
        if (!role.matches("provider-[a-z]+")) {
            throw bad("--key: '" + role + "' is no provider's key, such as provider-alder");
        }
        LoggerFactory.getILoggerFactory(); // set up before OSHI logs
        Pace pace =
                new Pace(Pace.USUAL.warmUp(), Pace.USUAL.round(), rounds, Pace.USUAL.nanoClock());
        try (AssayHome home = AssayHome.open(AssayHome.defaultRoot());
                HomeKeys keys =
                        new HomeKeys(home.root(), passphrase.passphrases(), new SecureRandom())) {
            measure(home, keys.signingKey(role), pace);
        }
        return ExitCode.OK;
    }

    private void measure(AssayHome home, SigningKey key, Pace pace)
            throws VerificationException, IOException {
        BenchText text = new BenchText(Terminal.standard());
        Machine machine = Machine.read();
        GpuInventory gpus = Survey.ofThisMachine().take();
        Consumer<Measurement> measured = json ? _ -> {} : text::measured;
        BenchReport report =
                new MachineBench(
                                home.cache().resolve("bench"),
                                home.cache(),
                                machine.usableCores(),
                                pace)
                        .run(measured);
        for (GpuReport gpu : gpus.gpus()) {
            if (gpu.standing() == Standing.READY) {
                for (CudaDevice device : gpu.gpu().cuda()) {
                    report = report.and(GpuBench.of(device, pace).run(measured));
                }
            }
        }
        Envelope envelope =
                SignedInventory.sign(key, InstantSource.system().instant(), machine, gpus, report);
        Path file = output == null ? home.root().resolve("inventory.json") : output;
        write(envelope, file.toAbsolutePath());
        if (json) {
            BenchJson.print(report, key.verifyingKey().keyId(), envelope, file, System.out);
        } else {
            text.print(machine, report, gpus.findings(), role, key.verifyingKey().keyId(), file);
        }
    }

    /** Puts the file in place whole or not at all. */
    private static void write(Envelope envelope, Path file) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.write(part, envelope.bytes());
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private ParameterException bad(String message) {
        return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
    }
}
