package dev.assay.cli.command;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.market.Bytes;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.hardware.Certificates;
import dev.assay.verification.hardware.EvidenceFile;
import dev.assay.verification.hardware.EvidenceFile.Part;
import dev.assay.verification.hardware.EvidenceKind;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;

/** {@code assay hardware pack}: one file of what hardware gave. */
@Command(
        name = "pack",
        header = "Make one file of what hardware gave",
        description = {
            "",
            "Puts the bytes that hardware gave, as it gave them, into one file, so that one",
            "digest names them all. Kinds and their parts:",
            "",
            "  tpm2-quote          attest=, signature=, key=, pcrs=",
            "  sev-snp-report      report=",
            "  tdx-quote           quote=      its certificates are in it",
            "  nvidia-gpu-report   report=",
            "",
            "Reads what it packs, and refuses what has not the form; says nothing yet of",
            "whether it stands up."
        })
public final class HardwarePackCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private final HelpOption help = new HelpOption();

    @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

    @Parameters(index = "0", paramLabel = "KIND", description = "such as tpm2-quote")
    private String kind = "";

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "PART=FILE")
    private Map<String, Path> parts = Map.of();

    @Option(
            names = "--certificates",
            paramLabel = "FILE",
            description = "PEM, from the signer's certificate to the root's")
    private @Nullable Path certificates;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            required = true,
            description = "the file to write; nothing that exists is replaced")
    private Path out = Path.of("");

    @Override
    public Integer call() throws VerificationException {
        EvidenceFile file = file();
        file.evidence();
        byte[] bytes = file.bytes();
        if (bytes.length > EvidenceFile.MAX_BYTES) {
            throw new VerificationException(
                    Code.TOO_LARGE,
                    "these parts make more than the "
                            + EvidenceFile.MAX_BYTES
                            + " bytes that evidence may have");
        }
        BoundedFile.create(out, bytes);
        System.out.println(file.kind().mediaType() + " " + Digest.sha256(bytes));
        return ExitCode.OK;
    }

    private EvidenceFile file() throws VerificationException {
        EvidenceKind known =
                EvidenceKind.labelled(kind)
                        .orElseThrow(
                                () -> bad("'" + kind + "' is no kind of evidence; see --help"));
        Map<Part, Bytes> read = new EnumMap<>(Part.class);
        for (Map.Entry<String, Path> part : parts.entrySet()) {
            read.put(
                    part(part.getKey()),
                    Bytes.copyOf(BoundedFile.read(part.getValue(), EvidenceFile.MAX_BYTES)));
        }
        List<Bytes> chain = List.of();
        if (certificates != null) {
            String pem =
                    new String(
                            BoundedFile.read(certificates, EvidenceFile.MAX_BYTES),
                            StandardCharsets.ISO_8859_1);
            chain = Certificates.der(Certificates.fromPem(certificates.toString(), pem));
        }
        try {
            return new EvidenceFile(known, read, chain);
        } catch (IllegalArgumentException e) {
            throw bad(String.valueOf(e.getMessage()));
        }
    }

    private Part part(String label) {
        return Arrays.stream(Part.values())
                .filter(part -> part.label().equals(label))
                .findFirst()
                .orElseThrow(() -> bad("'" + label + "' is no part of evidence; see --help"));
    }

    private ParameterException bad(String message) {
        return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
    }
}
