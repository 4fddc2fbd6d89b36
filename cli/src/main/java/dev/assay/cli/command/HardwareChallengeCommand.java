package dev.assay.cli.command;

import dev.assay.protocol.market.Bytes;
import dev.assay.verification.VerificationException;
import dev.assay.verification.hardware.Certificates;
import dev.assay.verification.hardware.TpmChallenge;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HexFormat;
import java.util.concurrent.Callable;

/** {@code assay hardware challenge}: whether a TPM holds an attestation key. */
@Command(
        name = "challenge",
        header = "Make a challenge that only one TPM can answer",
        description = {
            "",
            "An endorsement key's certificate says that there is a TPM; a quote is signed by",
            "another key. This makes a credential that only the TPM of that certificate",
            "opens, and only when it holds the attestation key too. Prints what it must",
            "answer: keep that to yourself, send the credential, and compare."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  assay hardware challenge --key ak.pub --certificates ek.pem --root maker.pem -o"
                    + " credential",
            "",
            "and where the TPM is:",
            "",
            "  tpm2_startauthsession --policy-session -S s",
            "  tpm2_policysecret -S s -c e",
            "  tpm2_activatecredential -c ak.ctx -C ek.ctx -i credential -o answer -P session:s"
        })
public final class HardwareChallengeCommand implements Callable<Integer> {
    private static final int MAX_BYTES = 64 << 10;

    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private final HelpOption help = new HelpOption();

    @Mixin private final RootOptions roots = new RootOptions();

    @Option(
            names = "--key",
            paramLabel = "FILE",
            required = true,
            description = "the attestation key, TPM2B_PUBLIC")
    private Path key = Path.of("");

    @Option(
            names = "--certificates",
            paramLabel = "FILE",
            required = true,
            description = "PEM, from the endorsement key's certificate to the root's")
    private Path certificates = Path.of("");

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            required = true,
            description = "the credential to write; nothing that exists is replaced")
    private Path out = Path.of("");

    @Override
    public Integer call() throws VerificationException {
        String pem =
                new String(BoundedFile.read(certificates, MAX_BYTES), StandardCharsets.ISO_8859_1);
        TpmChallenge challenge =
                TpmChallenge.make(
                        Certificates.fromPem(certificates.toString(), pem),
                        Bytes.copyOf(BoundedFile.read(key, MAX_BYTES)),
                        roots.trusted(),
                        Clock.systemUTC().instant(),
                        new SecureRandom());
        BoundedFile.create(out, challenge.credential().toArray());
        System.out.println(HexFormat.of().formatHex(challenge.answer().toArray()));
        return ExitCode.OK;
    }
}
