package dev.assay.verification.audit;

import dev.assay.models.tensor.Tensor;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.verification.attest.AttestedResult;
import dev.assay.verification.attest.Forgery;
import dev.assay.verification.attest.Papers;
import dev.assay.verification.attest.ReceiptChain;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.attest.VerifiedReceipt;
import dev.assay.verification.bundle.SigstoreBundle;
import dev.assay.verification.check.TinyModel;
import dev.assay.verification.crypto.LogSigningKey;
import dev.assay.verification.crypto.LogVerifyingKey;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.hardware.EvidenceReference;
import dev.assay.verification.keys.KeyHistory;
import dev.assay.verification.log.LogCheckpoint;
import dev.assay.verification.log.LogLeaf;
import dev.assay.verification.log.SignedNote;
import dev.assay.verification.log.TlogProof;
import dev.assay.verification.log.TransparencyLog;
import dev.assay.verification.log.VerifiedCheckpoint;
import dev.assay.verification.statement.ResultPredicate;
import dev.assay.verification.statement.SettlementPredicate;
import dev.assay.verification.statement.SettlementPredicate.Purpose;
import dev.assay.verification.statement.SettlementPredicate.Transfer;
import dev.assay.verification.statement.Statement;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A lease from its order to its evidence folder, with real keys and a real log. Every party may be
 * made to lie: what it signs is then properly signed, logged and indexed all the same.
 */
final class Story {
    static final String ORIGIN = "test.example/log";

    private final Papers papers;
    private final Map<String, Map<String, Object>> lies = new HashMap<>();
    private final Map<String, Envelope> documents = new LinkedHashMap<>();
    private final Map<String, VerifyingKey> signers = new HashMap<>();
    private final Map<String, Long> indexes = new HashMap<>();

    /** What the provider says came out. */
    Tensor output = TinyModel.output();

    /** What the provider commits to. */
    Tensor committed = TinyModel.output();

    /** What the tenant says of it; none for a result that nobody challenged. */
    Optional<Outcome> outcome = Optional.of(Outcome.PASS);

    /** How the market says the lease ended. */
    CloseReason reason = CloseReason.DONE;

    /** Entries that others log between the result and the draw. */
    int othersBeforeTheDraw;

    /** How many entries the log shows before the result, to the auditor alone, when it forks. */
    OptionalInt forkedAfter = OptionalInt.empty();

    /** What is logged of keys, each before the document with this name. */
    final Map<String, List<Envelope>> keyStatements = new HashMap<>();

    /** What others add to the log's last checkpoint before it is shown. */
    Cosigning cosigning = (_, note) -> note;

    /** Adds to a checkpoint of the log with this key. */
    interface Cosigning {
        SignedNote cosigned(LogVerifyingKey log, SignedNote note) throws Exception;
    }

    private final Map<Long, Envelope> loggedOfKeys = new LinkedHashMap<>();

    /** What hardware says of the lease when its last receipt is logged, and how it is named. */
    interface Hardware {
        Map<EvidenceReference, byte[]> vouch(LeaseId lease, LogCheckpoint head) throws Exception;
    }

    /** Hardware that the provider asks. */
    Hardware hardware = (_, _) -> Map.of();

    /** Files that are not put in, though they should be. */
    List<String> leftOut = List.of();

    /** Files that are put in, though they should not be. */
    Map<String, byte[]> added = Map.of();

    Story(Papers papers) {
        this.papers = papers;
    }

    /** Changes one value of a statement before it is signed. */
    Story lie(String document, String pointer, Object value) {
        lies.computeIfAbsent(document, _ -> new LinkedHashMap<>()).put(pointer, value);
        return this;
    }

    /** Lets the story happen and writes its folder. */
    Path write(Path place) throws Exception {
        LogSigningKey logKey = LogSigningKey.create(ORIGIN, new SecureRandom());
        try (TransparencyLog log =
                        TransparencyLog.open(
                                place.resolveSibling(place.getFileName() + ".log"), logKey);
                EvidenceWriter writer = EvidenceWriter.begin(place)) {
            log(log, EvidenceLayout.ORDER, papers.order().statement(), papers.tenant);
            log(log, EvidenceLayout.LEASE, papers.lease().statement(), papers.market);
            ReceiptChain chain = papers.chain(committed);
            for (VerifiedReceipt receipt : chain.receipts()) {
                log(
                        log,
                        EvidenceLayout.receipt((int) receipt.receipt().sequence()),
                        receipt.receipt().statement(),
                        papers.provider);
            }
            VerifiedReceipt head = chain.head().orElseThrow();
            Map<EvidenceReference, byte[]> vouched =
                    hardware.vouch(
                            papers.verifiedLease().id(),
                            log.proof(indexes.get(EvidenceLayout.receipt(1))).note().checkpoint());
            Statement said =
                    naming(List.copyOf(vouched.keySet()), papers.result(head, output)).statement();
            Envelope result = log(log, EvidenceLayout.RESULT, said, papers.provider);
            others(log, othersBeforeTheDraw);
            TlogProof draw =
                    forkedAfter.isPresent()
                            ? forked(place, logKey, result)
                            : log.proof(indexes.get(EvidenceLayout.RESULT));
            LogCheckpoint drawn = draw.note().checkpoint();
            Optional<Digest> verdict = Optional.empty();
            if (outcome.isPresent()) {
                AttestedResult attested =
                        AttestedResult.verify(
                                SignedStatement.sign(said, papers.provider),
                                papers.provider.verifyingKey(),
                                papers.verifiedLease(),
                                head);
                Statement judged =
                        papers.verdict(attested, outcome.get(), drawn.size(), drawn.root())
                                .statement();
                verdict =
                        Optional.of(
                                log(log, EvidenceLayout.VERDICT, judged, papers.tenant)
                                        .payloadDigest());
                add(writer, EvidenceLayout.DRAW_PROOF, draw.bytes());
            }
            log(
                    log,
                    EvidenceLayout.SETTLEMENT,
                    settlement(head.digest(), result.payloadDigest(), verdict).statement(),
                    papers.market);
            VerifiedCheckpoint shown =
                    cosigning
                            .cosigned(logKey.verifyingKey(), log.checkpoint().note())
                            .verify(logKey.verifyingKey());
            keys(writer, logKey);
            work(writer);
            int number = 0;
            for (byte[] file : vouched.values()) {
                add(writer, EvidenceLayout.hardware(number++), file);
            }
            for (String name : documents.keySet()) {
                TlogProof proof = proof(log, indexes.get(name), shown);
                add(writer, EvidenceLayout.statement(name), documents.get(name).bytes());
                add(writer, EvidenceLayout.proof(name), proof.bytes());
            }
            for (String name : EvidenceLayout.bundled(documents.keySet())) {
                SigstoreBundle bundle =
                        SigstoreBundle.of(
                                documents.get(name),
                                signers.get(name),
                                proof(log, indexes.get(name), shown),
                                logKey.verifyingKey());
                add(writer, EvidenceLayout.bundle(name), bundle.bytes());
            }
            for (Map.Entry<Long, Envelope> about : loggedOfKeys.entrySet()) {
                long index = about.getKey();
                add(writer, EvidenceLayout.keyStatement(index), about.getValue().bytes());
                add(writer, EvidenceLayout.keyProof(index), proof(log, index, shown).bytes());
            }
            for (Map.Entry<String, byte[]> more : added.entrySet()) {
                writer.add(more.getKey(), more.getValue());
            }
            return writer.finish(
                    papers.verifiedLease().id(), papers.tenant, Papers.NOW.plusSeconds(60));
        }
    }

    private static TlogProof proof(TransparencyLog log, long index, VerifiedCheckpoint shown)
            throws Exception {
        return log.proofs(List.of(index), shown).getFirst();
    }

    /** The proof that a log with this key, and another history, holds the result. */
    private TlogProof forked(Path place, LogSigningKey logKey, Envelope result) throws Exception {
        Path directory = place.resolveSibling(place.getFileName() + ".fork");
        try (TransparencyLog fork = TransparencyLog.open(directory, logKey)) {
            others(fork, forkedAfter.orElseThrow());
            byte[] leaf = LogLeaf.of(result, papers.provider.verifyingKey());
            return fork.proof(fork.append(List.of(leaf)).first());
        }
    }

    private static ResultPredicate naming(
            List<EvidenceReference> evidence, ResultPredicate result) {
        return new ResultPredicate(
                result.lease(),
                result.spec(),
                result.provider(),
                result.build(),
                result.output(),
                result.units(),
                result.unitRoot(),
                result.seedCommitment(),
                result.startedOn(),
                result.finishedOn(),
                result.usageHead(),
                evidence);
    }

    private static void others(TransparencyLog log, int entries) throws Exception {
        for (int i = 0; i < entries; i++) {
            log.append(List.of(text("entry " + i)));
        }
    }

    private Envelope log(TransparencyLog log, String name, Statement statement, SigningKey signer)
            throws Exception {
        for (Envelope about : keyStatements.getOrDefault(name, List.of())) {
            VerifyingKey claimed = KeyHistory.claimedSigner(about).orElseThrow();
            loggedOfKeys.put(log.append(List.of(LogLeaf.of(about, claimed))).first(), about);
        }
        byte[] bytes = statement.bytes();
        Envelope envelope = Envelope.sign(bytes, signer);
        for (Map.Entry<String, Object> lie : lies.getOrDefault(name, Map.of()).entrySet()) {
            bytes = Forgery.bytes(Statement.parse(bytes), lie.getKey(), lie.getValue());
            envelope = Envelope.sign(bytes, signer);
        }
        documents.put(name, envelope);
        signers.put(name, signer.verifyingKey());
        indexes.put(name, log.append(List.of(LogLeaf.of(envelope, signer.verifyingKey()))).first());
        return envelope;
    }

    private void keys(EvidenceWriter writer, LogSigningKey logKey) throws Exception {
        add(writer, EvidenceLayout.TENANT_KEY, text(papers.tenant.verifyingKey().toPem()));
        add(writer, EvidenceLayout.PROVIDER_KEY, text(papers.provider.verifyingKey().toPem()));
        add(writer, EvidenceLayout.MARKET_KEY, text(papers.market.verifyingKey().toPem()));
        add(writer, EvidenceLayout.LOG_KEY, text(logKey.verifyingKey().vkey()));
    }

    private void work(EvidenceWriter writer) throws Exception {
        add(writer, EvidenceLayout.MODEL, papers.model.manifest);
        add(writer, EvidenceLayout.WEIGHTS, papers.model.weights);
        add(writer, EvidenceLayout.INPUT, papers.model.input);
        add(writer, EvidenceLayout.OUTPUT, TinyModel.file(output));
    }

    private void add(EvidenceWriter writer, String name, byte[] bytes) throws Exception {
        if (!leftOut.contains(name)) {
            writer.add(name, bytes);
        }
    }

    /** 5 rows at 0.35 per thousand are 1,750; a fifth, 350, is the fee; 4,000 were deposited. */
    private SettlementPredicate settlement(Digest head, Digest result, Optional<Digest> verdict)
            throws Exception {
        boolean paid = reason == CloseReason.DONE;
        String escrow = "escrow:" + papers.verifiedOrder().id().hex();
        String tenant = "tenant:" + papers.tenant.keyId().hex();
        String provider = "provider:" + papers.provider.keyId().hex();
        String bid =
                "bid:" + papers.verifiedOrder().id().hex() + ":" + papers.provider.keyId().hex();
        List<Transfer> transfers = new ArrayList<>();
        if (paid) {
            transfers.add(transfer(Purpose.PAYMENT, escrow, provider, 1_400));
            transfers.add(transfer(Purpose.FEE, escrow, "pool:community", 210));
            transfers.add(transfer(Purpose.FEE, escrow, "pool:stakers", 140));
        }
        transfers.add(transfer(Purpose.REFUND, escrow, tenant, paid ? 2_250 : 4_000));
        transfers.add(
                paid
                        ? transfer(Purpose.BID_DEPOSIT, bid, provider, 10_000)
                        : transfer(Purpose.SLASH, bid, tenant, 10_000));
        return new SettlementPredicate(
                papers.verifiedLease().id(),
                reason,
                Denom.USDC,
                paid ? 5 : 0,
                MicroAmount.of(paid ? 1_750 : 0),
                Optional.of(head),
                Optional.of(result),
                verdict,
                transfers,
                Papers.NOW.plusSeconds(6));
    }

    private static Transfer transfer(Purpose purpose, String from, String to, long micros) {
        return new Transfer(purpose, from, to, MicroAmount.of(micros));
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
