package dev.assay.fuzz;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.models.ModelException;
import dev.assay.models.onnx.ImportedModel;
import dev.assay.models.pack.Manifest;
import dev.assay.models.pack.RowFormat;
import dev.assay.models.pack.Safetensors;
import dev.assay.models.script.ScriptFile;
import dev.assay.protocol.job.ContainerResult;
import dev.assay.protocol.job.JobFileException;
import dev.assay.protocol.job.JobFileReader;
import dev.assay.protocol.job.TrainingResult;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;
import dev.assay.protocol.json.StrictJson;
import dev.assay.protocol.rpc.RpcTargets;
import dev.assay.runtime.container.OutputManifest;
import dev.assay.runtime.docker.DockerTargets;
import dev.assay.runtime.runner.RunnerTargets;
import dev.assay.verification.VerificationException;
import dev.assay.verification.bundle.SigstoreBundle;
import dev.assay.verification.crypto.CryptoTargets;
import dev.assay.verification.crypto.LogVerifyingKey;
import dev.assay.verification.crypto.Signature;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.log.LogTargets;
import dev.assay.verification.log.NoteSignature;
import dev.assay.verification.log.SignedNote;
import dev.assay.verification.log.TlogProof;
import dev.assay.verification.statement.Statement;
import dev.assay.verification.witness.AddCheckpoint;
import dev.assay.verification.witness.WitnessKey;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Every parser that sees bytes from outside. */
public final class Targets {
    /**
     * Some thousand small values are free in a document of JSON, whatever its size; in a graph and
     * in a list thirty-two times as many.
     */
    private static final int TREE = 384 << 10;

    private static final int BIG_TREE = 10 << 20;

    private static final int USUAL = Target.Bound.USUAL.factor();

    private static final int MAX_JSON = 1 << 20;

    private static final List<Target<?>> ALL = list();

    private Targets() {}

    static List<Target<?>> all() {
        return ALL;
    }

    static Target<?> named(String name) {
        return ALL.stream()
                .filter(target -> target.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "no target '"
                                                + name
                                                + "'; there are "
                                                + ALL.stream()
                                                        .map(Target::name)
                                                        .collect(Collectors.joining(" "))));
    }

    private static List<Target<?>> list() {
        List<Target<?>> targets = new ArrayList<>();
        protocol(targets);
        models(targets);
        statements(targets);
        log(targets);
        targets.addAll(CryptoTargets.all());
        targets.addAll(DockerTargets.all());
        targets.addAll(RunnerTargets.all());
        targets.addAll(RpcTargets.all());
        return List.copyOf(targets);
    }

    private static void protocol(List<Target<?>> to) {
        to.add(
                Target.of(
                                "job",
                                JobFileException.class,
                                input -> JobFileReader.read("job.yaml", text(input)))
                        .within(USUAL, 10 << 20));
        to.add(
                Target.of(
                                "json",
                                JsonException.class,
                                input -> StrictJson.canonicalObject(input, MAX_JSON, "json"))
                        .canonical(CanonicalJson::bytes)
                        .within(USUAL, TREE)
                        .also(Targets::canonicalJson));
        to.add(
                Target.of("training-result", JsonException.class, TrainingResult::parse)
                        .canonical(TrainingResult::bytes)
                        .within(USUAL, TREE)
                        .also(Targets::canonicalJson));
        to.add(
                Target.of("container-result", JsonException.class, ContainerResult::parse)
                        .canonical(ContainerResult::bytes)
                        .within(USUAL, TREE)
                        .also(Targets::canonicalJson));
        to.add(
                Target.of(
                                "outputs",
                                JsonException.class,
                                input ->
                                        OutputManifest.parse(
                                                JsonFields.of(
                                                        StrictJson.canonicalList(
                                                                input, MAX_JSON, "outputs"),
                                                        "outputs")))
                        .within(USUAL, BIG_TREE)
                        .also(Targets::canonicalJson));
    }

    private static void models(List<Target<?>> to) {
        to.add(
                Target.of("safetensors", ModelException.class, TemporaryFile.by(Safetensors::read))
                        .checked(
                                (tensors, _) -> {
                                    byte[] written = Safetensors.write(tensors);
                                    var again = TemporaryFile.by(Safetensors::read).parse(written);
                                    require(
                                            again.keySet().equals(tensors.keySet()),
                                            "tensors written and read again are others");
                                    again.forEach(
                                            (name, tensor) ->
                                                    require(
                                                            tensor.sameBits(tensors.get(name)),
                                                            "tensor written and read again"));
                                })
                        .within(USUAL, 192 << 10));
        to.add(
                Target.of("onnx", ModelException.class, TemporaryFile.by(ImportedModel::read))
                        .within(USUAL, 16 << 20));
        to.add(
                Target.of("pt", ModelException.class, TemporaryFile.by(ScriptFile::check))
                        .within(USUAL, 2 << 20));
        to.add(
                Target.of("manifest", ModelException.class, Manifest::parse)
                        .canonical(Manifest::bytes)
                        .within(USUAL, BIG_TREE)
                        .also(Targets::canonicalJson));
        to.add(
                Target.of(
                                "rows",
                                ModelException.class,
                                TemporaryFile.by(file -> RowFormat.ofNumbers(3).read(file)))
                        .within(10, 64 << 10));
    }

    private static void statements(List<Target<?>> to) {
        to.add(
                Target.of("statement", JsonException.class, Statement::parse)
                        .canonical(Statement::bytes)
                        .within(USUAL, BIG_TREE)
                        .also(Targets::canonicalJson));
        to.add(
                Target.of("envelope", VerificationException.class, Envelope::parse)
                        .canonical(Envelope::bytes));
        to.add(
                Target.of("bundle", VerificationException.class, SigstoreBundle::parse)
                        .canonical(SigstoreBundle::bytes)
                        .within(USUAL, TREE)
                        .also(Targets::canonicalJson));
    }

    private static void log(List<Target<?>> to) {
        to.add(
                Target.of("note", VerificationException.class, SignedNote::parse)
                        .canonical(SignedNote::bytes));
        to.add(
                Target.of("proof", VerificationException.class, TlogProof::parse)
                        .canonical(TlogProof::bytes));
        to.add(
                Target.of("add-checkpoint", VerificationException.class, AddCheckpoint::parse)
                        .canonical(AddCheckpoint::bytes));
        to.add(
                Target.of(
                        "cosignatures",
                        VerificationException.class,
                        input -> NoteSignature.parseAll(text(input))));
        to.add(
                Target.of(
                                "log-vkey",
                                VerificationException.class,
                                input -> LogVerifyingKey.parse(ascii(input)))
                        .canonical(key -> key.vkey().getBytes(StandardCharsets.ISO_8859_1)));
        to.add(
                Target.of(
                                "witness-vkey",
                                VerificationException.class,
                                input -> WitnessKey.parse(ascii(input)))
                        .canonical(key -> key.vkey().getBytes(StandardCharsets.ISO_8859_1)));
        to.add(
                Target.of("signature", VerificationException.class, Signature::parse)
                        .canonical(Signature::der));
        to.addAll(LogTargets.all());
    }

    /** The canonical form of a JSON object: almost no mutation of one is canonical itself. */
    private static List<byte[]> canonicalJson(byte[] input) {
        try {
            ObjectNode object = StrictJson.object(input, MAX_JSON, "input");
            return List.of(CanonicalJson.bytes(object));
        } catch (JsonException e) {
            return List.of();
        }
    }

    static void require(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError(what);
        }
    }

    private static String text(byte[] input) {
        return new String(input, StandardCharsets.UTF_8);
    }

    private static String ascii(byte[] input) {
        return new String(input, StandardCharsets.ISO_8859_1);
    }
}
