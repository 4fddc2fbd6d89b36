package dev.assay.cli.tenant;

import dev.assay.models.ModelException;
import dev.assay.models.pack.Manifest;
import dev.assay.models.training.TrainingCheckpoint;
import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.job.ContainerResult;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.LoggedEnvelope;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketIdentity;
import dev.assay.verification.VerificationException;
import dev.assay.verification.audit.EvidenceLayout;
import dev.assay.verification.audit.EvidenceWriter;
import dev.assay.verification.bundle.SigstoreBundle;
import dev.assay.verification.check.ContainerContents;
import dev.assay.verification.check.InferenceContents;
import dev.assay.verification.check.ResultContents;
import dev.assay.verification.check.TrainingContents;
import dev.assay.verification.check.UnusableOutput;
import dev.assay.verification.crypto.LogVerifyingKey;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.log.TlogProof;
import dev.assay.verification.statement.ResultPredicate;
import dev.assay.verification.statement.ResultPredicate.ContainerBuild;
import dev.assay.verification.statement.ResultPredicate.InferenceBuild;
import dev.assay.verification.statement.ResultPredicate.TrainingBuild;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Collects an order's documents as they come, and writes the evidence folder at its end. Not
 * thread-safe.
 */
final class Evidence {
    private final TenantClient client;
    private final MarketIdentity market;
    private final Consumer<RunEvent> events;
    private final Map<String, Document> documents = new LinkedHashMap<>();
    private @Nullable LeaseId lease;
    private @Nullable VerifyingKey providerKey;
    private @Nullable ResultContents contents;
    private Optional<Bytes> draw = Optional.empty();

    /** A verified statement, where the log holds it, and whose it is. */
    private record Document(LoggedEnvelope logged, VerifyingKey signer) {}

    Evidence(TenantClient client, MarketIdentity market, Consumer<RunEvent> events) {
        this.client = client;
        this.market = market;
        this.events = events;
    }

    /** Where an order's results and evidence go. */
    Path folder(OrderId order) {
        return client.jobs().resolve(order.brief());
    }

    void lease(LeaseId id, VerifyingKey provider) {
        lease = id;
        providerKey = provider;
    }

    void work(ResultContents work) {
        contents = work;
    }

    /** Keeps the proof whose checkpoint fixed the draw. */
    void draw(Bytes proof) {
        draw = Optional.of(proof);
    }

    /** Keeps a verified document. */
    void add(String name, LoggedEnvelope document, VerifyingKey signer) {
        documents.put(name, new Document(document, signer));
    }

    /** Writes the folder, when the order had a lease; returns where. */
    Optional<Path> write(OrderId order)
            throws MarketException, VerificationException, InterruptedException {
        if (lease == null || providerKey == null) {
            return Optional.empty();
        }
        Path place = folder(order).resolve("evidence");
        if (Files.isDirectory(place)) {
            return Optional.of(place);
        }
        try (EvidenceWriter writer = EvidenceWriter.begin(place)) {
            keys(writer, providerKey);
            statements(writer, proofs());
            if (contents != null) {
                work(writer, contents);
            }
            return Optional.of(writer.finish(lease, client.key(), client.clock().instant()));
        }
    }

    private void keys(EvidenceWriter writer, VerifyingKey provider) throws VerificationException {
        writer.add(EvidenceLayout.TENANT_KEY, text(client.key().verifyingKey().toPem()));
        writer.add(EvidenceLayout.PROVIDER_KEY, text(provider.toPem()));
        writer.add(EvidenceLayout.MARKET_KEY, text(market.statementKeyPem()));
        writer.add(EvidenceLayout.LOG_KEY, text(market.logKey()));
    }

    /** Proofs of the documents and then of the key statements, once witnesses had their time. */
    private List<Bytes> proofs() throws MarketException, InterruptedException {
        List<Long> indexes =
                Stream.concat(
                                documents.values().stream().map(Document::logged),
                                client.keyStatements().stream())
                        .map(LoggedEnvelope::index)
                        .toList();
        client.cosignatures().await(1 + indexes.stream().mapToLong(index -> index).max().orElse(0));
        List<Bytes> proofs = client.market().proofs(indexes);
        if (client.cosignatures().wanted()) {
            parsed(proofs.getFirst().toArray())
                    .map(proof -> client.cosignatures().on(proof.note()))
                    .ifPresent(events);
        }
        return proofs;
    }

    private void statements(EvidenceWriter writer, List<Bytes> all)
            throws MarketException, VerificationException {
        LogVerifyingKey logKey = LogVerifyingKey.parse(market.logKey());
        List<String> bundled = EvidenceLayout.bundled(documents.keySet());
        List<Bytes> proofs = new ArrayList<>(all);
        for (Map.Entry<String, Document> document : documents.entrySet()) {
            String name = document.getKey();
            byte[] envelope = document.getValue().logged().envelope().toArray();
            byte[] proof = proofs.removeFirst().toArray();
            writer.add(EvidenceLayout.statement(name), envelope);
            writer.add(EvidenceLayout.proof(name), proof);
            Optional<TlogProof> parsed = parsed(proof);
            if (bundled.contains(name) && parsed.isPresent()) {
                SigstoreBundle bundle =
                        SigstoreBundle.of(
                                Envelope.parse(envelope),
                                document.getValue().signer(),
                                parsed.get(),
                                logKey);
                writer.add(EvidenceLayout.bundle(name), bundle.bytes());
            }
        }
        for (LoggedEnvelope about : client.keyStatements()) {
            writer.add(EvidenceLayout.keyStatement(about.index()), about.envelope().toArray());
            writer.add(EvidenceLayout.keyProof(about.index()), proofs.removeFirst().toArray());
        }
        if (draw.isPresent() && documents.containsKey(EvidenceLayout.VERDICT)) {
            writer.add(EvidenceLayout.DRAW_PROOF, draw.get().toArray());
        }
    }

    /** A market whose proof cannot be read does not keep its tenant from the rest. */
    private static Optional<TlogProof> parsed(byte[] proof) {
        try {
            return Optional.of(TlogProof.parse(proof));
        } catch (VerificationException e) {
            return Optional.empty();
        }
    }

    private void work(EvidenceWriter writer, ResultContents work) throws VerificationException {
        ResultPredicate result = work.result().result();
        for (int i = 0; i < result.evidence().size(); i++) {
            left(writer, EvidenceLayout.hardware(i), result.evidence().get(i).digest());
        }
        switch (result.build()) {
            case InferenceBuild build -> {
                Manifest manifest = manifest(build.model());
                writer.add(EvidenceLayout.MODEL, blob(build.model()));
                writer.add(EvidenceLayout.companion(manifest), blob(manifest.companion()));
                writer.add(EvidenceLayout.INPUT, blob(build.input()));
                left(writer, EvidenceLayout.OUTPUT, result.output());
            }
            case TrainingBuild build -> {
                writer.add(EvidenceLayout.MODEL, blob(build.model()));
                writer.add(EvidenceLayout.DATASET, blob(build.dataset()));
                left(writer, EvidenceLayout.TRAINING_RESULT, result.output());
            }
            case ContainerBuild _ -> left(writer, EvidenceLayout.CONTAINER_RESULT, result.output());
        }
        switch (work) {
            case InferenceContents _, UnusableOutput _ -> {}
            case TrainingContents training -> {
                for (int unit = 0; unit < training.checkpoints().size(); unit++) {
                    checkpoint(writer, unit, training.checkpoints().get(unit));
                }
            }
            case ContainerContents containers -> {
                for (ContainerResult.Unit unit : containers.report().units()) {
                    left(writer, EvidenceLayout.log(unit.index()), unit.log());
                    if (unit.outputs().isPresent()) {
                        left(writer, EvidenceLayout.outputs(unit.index()), unit.outputs().get());
                    }
                }
            }
        }
    }

    /** Adds a checkpoint as the provider left it: malformed, or of a refuted result not there. */
    private void checkpoint(EvidenceWriter writer, int unit, Digest digest)
            throws VerificationException {
        left(writer, EvidenceLayout.checkpoint(unit), digest);
        try {
            Optional<Digest> tensors = TrainingCheckpoint.tensors(digest, client.blobs());
            if (tensors.isPresent()) {
                left(writer, EvidenceLayout.tensors(unit), tensors.get());
            }
        } catch (BlobException e) {
            if (e.code() == BlobException.Code.IO) {
                throw unreadable(e);
            }
        }
    }

    /** Adds a file of the provider's, when it left one. */
    private void left(EvidenceWriter writer, String name, Digest digest)
            throws VerificationException {
        try {
            writer.add(name, client.blobs().file(digest));
        } catch (BlobException e) {
            switch (e.code()) {
                case MISSING, DIGEST_MISMATCH, TOO_LARGE -> {}
                case IO -> throw unreadable(e);
            }
        }
    }

    private Manifest manifest(Digest model) throws VerificationException {
        try {
            return Manifest.parse(client.blobs().read(model, Manifest.MAX_BYTES));
        } catch (ModelException | BlobException e) {
            throw unreadable(e);
        }
    }

    private Path blob(Digest digest) throws VerificationException {
        try {
            return client.blobs().file(digest);
        } catch (BlobException e) {
            throw unreadable(e);
        }
    }

    private static VerificationException unreadable(Exception e) {
        return new VerificationException(
                VerificationException.Code.IO, String.valueOf(e.getMessage()), e);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
