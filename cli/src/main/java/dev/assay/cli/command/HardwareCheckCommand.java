package dev.assay.cli.command;

import dev.assay.cli.console.HardwareJson;
import dev.assay.cli.console.HardwareText;
import dev.assay.cli.console.Terminal;
import dev.assay.protocol.id.Digest;
import dev.assay.verification.VerificationException;
import dev.assay.verification.hardware.EvidenceFile;
import dev.assay.verification.hardware.EvidenceNonce;
import dev.assay.verification.hardware.TrustRoots;
import dev.assay.verification.hardware.VerifiedHardware;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;

/** {@code assay hardware check}: whether evidence stands up, and what it proves. */
@Command(
        name = "check",
        header = "Check evidence of hardware, offline",
        description = {
            "",
            "Checks each file on its own: signatures, certificates up to a root, and the",
            "nonce. AMD's, Intel's and NVIDIA's roots are built in; TPMs have none, so name",
            "their makers' with --root. Says what was proved and what was not checked; looks",
            "nothing up, so a revoked certificate passes."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  assay hardware check report.json --lease 3f9a… --checkpoint checkpoint",
            "  assay hardware check quote.json --nonce 78377b52… --root maker.pem",
            "",
            "Exit status: 0 all stand, 1 one does not, 3 one could not be read."
        })
public final class HardwareCheckCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private final HelpOption help = new HelpOption();

    @Mixin private final NonceOptions nonceOptions = new NonceOptions();
    @Mixin private final RootOptions roots = new RootOptions();

    @Parameters(
            arity = "1..*",
            paramLabel = "FILE",
            description = "evidence, as assay hardware pack makes it")
    private List<Path> files = List.of();

    @Option(names = "--nonce", paramLabel = "HEX", description = "the nonce itself")
    private @Nullable String nonce;

    @Option(names = "--json", description = "report one JSON object a file")
    private boolean json;

    @Override
    public Integer call() throws VerificationException {
        EvidenceNonce expected = nonce();
        TrustRoots trusted = roots.trusted();
        Instant now = Clock.systemUTC().instant();
        HardwareText text = new HardwareText(Terminal.standard());
        int exit = ExitCode.OK;
        for (Path file : files) {
            byte[] bytes = BoundedFile.read(file, EvidenceFile.MAX_BYTES);
            try {
                VerifiedHardware verified =
                        EvidenceFile.parse(bytes).evidence().verify(expected, trusted, now);
                if (json) {
                    HardwareJson.print(file.toString(), verified, System.out);
                } else {
                    text.print(file.toString(), verified);
                }
            } catch (VerificationException e) {
                exit = ExitCode.FAILED;
                if (json) {
                    HardwareJson.print(file.toString(), e, System.out);
                } else {
                    text.print(file.toString(), e);
                }
            }
        }
        return exit;
    }

    private EvidenceNonce nonce() throws VerificationException {
        if (nonce == null) {
            return nonceOptions.derived();
        }
        if (nonceOptions.isGiven()) {
            throw nonceOptions.bad("name either --nonce, or what it is derived from");
        }
        return new EvidenceNonce(nonceOptions.parsed("--nonce", nonce, Digest::parse));
    }
}
