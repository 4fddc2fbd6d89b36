package dev.assay.verification.attacks;

import dev.assay.protocol.json.JsonException;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.audit.AuditReport;
import dev.assay.verification.audit.CheckpointAudit;
import dev.assay.verification.audit.Clause;
import dev.assay.verification.audit.Finding;
import dev.assay.verification.audit.Finding.Standing;
import dev.assay.verification.audit.FolderAudit;
import dev.assay.verification.audit.LogAtHand;
import dev.assay.verification.audit.LogAudit;
import dev.assay.verification.bundle.SigstoreBundle;
import dev.assay.verification.check.TinyModel.TinyEngine;
import dev.assay.verification.crypto.LogVerifyingKey;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.history.HistoryAudit;
import dev.assay.verification.history.HistoryLayout;
import dev.assay.verification.history.HistoryReport;
import dev.assay.verification.keys.KeyHistory;
import dev.assay.verification.log.CheckpointStore;
import dev.assay.verification.log.ConsistencyProof;
import dev.assay.verification.log.LogLeaf;
import dev.assay.verification.log.LogReader;
import dev.assay.verification.log.SeenCheckpoints;
import dev.assay.verification.log.SignedNote;
import dev.assay.verification.log.TlogProof;
import dev.assay.verification.log.VerifiedCheckpoint;
import dev.assay.verification.statement.Statement;
import dev.assay.verification.statement.UsagePredicate;
import dev.assay.verification.statement.VerdictPredicate.Outcome;
import dev.assay.verification.witness.AddCheckpoint;
import dev.assay.verification.witness.Witness;
import dev.assay.verification.witness.WitnessAnswer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Shows a file to the public entry points that would meet it, and says what they found. It knows
 * what an honest verifier knows, the parties' public keys, and nothing of how files were made.
 */
final class Judge {
    private final AttackFiles files;
    private final Path scratch;
    private final LogVerifyingKey log;
    private final VerifyingKey provider;

    /** The entry point that was called last. */
    private String at = "";

    /**
     * A judge.
     *
     * @param scratch a folder for directories and for a witness's state
     */
    Judge(AttackFiles files, Path scratch) throws IOException, VerificationException {
        this.files = files;
        this.scratch = scratch;
        this.log = LogVerifyingKey.parse(files.party("log.vkey"));
        this.provider = VerifyingKey.fromPem(files.party("provider.pem"));
    }

    /** All that is wrong with a file, which its input's entry points are shown. */
    List<Expected> judge(Input input, String name) throws IOException {
        try {
            return switch (input) {
                case LOG -> logDirectory(name);
                case SEEN_LOG -> seenLog(name);
                case FOLDER -> folder(name);
                case HISTORY -> history(name);
                case SEEN_HISTORY -> seenHistory(name);
                case KEYS -> keys(files.read(input, name));
                case WITNESS -> witness(files.read(input, name));
                case STATEMENT,
                        ENVELOPE,
                        BUNDLE,
                        CHECKPOINT,
                        PROOF,
                        PUBLIC_KEY,
                        LOG_KEY,
                        CONSISTENCY -> {
                    document(input, files.read(input, name));
                    yield List.of();
                }
            };
        } catch (VerificationException e) {
            return List.of(found(e));
        } catch (JsonException e) {
            return List.of(new Expected(at, "", e.field(), Clause.STATEMENT.id(), e.problem()));
        }
    }

    private void document(Input input, byte[] bytes)
            throws IOException, VerificationException, JsonException {
        switch (input) {
            case STATEMENT -> {
                at = "Statement.parse";
                Statement.parse(bytes);
            }
            case ENVELOPE -> {
                at = "Envelope.parse";
                Envelope envelope = Envelope.parse(bytes);
                at = "SignedStatement.verify";
                SignedStatement<UsagePredicate> _ =
                        SignedStatement.verify(envelope, provider, UsagePredicate.class);
            }
            case BUNDLE -> {
                at = "SigstoreBundle.parse";
                SigstoreBundle bundle = SigstoreBundle.parse(bytes);
                at = "SigstoreBundle.verify";
                bundle.verify(provider, log);
            }
            case CHECKPOINT -> checkpoint(bytes);
            case PROOF -> {
                Envelope envelope = Envelope.parse(files.read(Input.ENVELOPE, AttackFiles.HONEST));
                at = "TlogProof.parse";
                TlogProof proof = TlogProof.parse(bytes);
                at = "TlogProof.verify";
                proof.verify(LogLeaf.of(envelope, provider), log);
            }
            case PUBLIC_KEY -> {
                at = "VerifyingKey.fromPem";
                VerifyingKey.fromPem(new String(bytes, StandardCharsets.UTF_8));
            }
            case LOG_KEY -> {
                at = "LogVerifyingKey.parse";
                LogVerifyingKey.parse(new String(bytes, StandardCharsets.UTF_8));
            }
            case CONSISTENCY -> consistency(bytes);
            case WITNESS, KEYS, LOG, SEEN_LOG, FOLDER, HISTORY, SEEN_HISTORY ->
                    throw new AssertionError("judged elsewhere");
        }
    }

    private VerifiedCheckpoint checkpoint(byte[] bytes) throws VerificationException {
        at = "SignedNote.parse";
        SignedNote note = SignedNote.parse(bytes);
        at = "SignedNote.verify";
        return note.verify(log);
    }

    /** Compares with the honest checkpoint, which was seen before. */
    private void consistency(byte[] bytes) throws IOException, VerificationException {
        VerifiedCheckpoint seen = checkpoint(files.read(Input.CHECKPOINT, AttackFiles.HONEST));
        at = "AddCheckpoint.parse";
        AddCheckpoint request = AddCheckpoint.parse(bytes);
        at = "SignedNote.verify";
        VerifiedCheckpoint now = request.note().verify(log);
        at = "ConsistencyProof.verify";
        new ConsistencyProof(request.oldSize(), now.size(), request.proof())
                .verify(seen.root(), now.root());
    }

    /** Asks a witness that has cosigned the honest checkpoint. */
    private List<Expected> witness(byte[] bytes) throws IOException, VerificationException {
        SignedNote seen = SignedNote.parse(files.read(Input.CHECKPOINT, AttackFiles.HONEST));
        Path state = Files.createTempDirectory(scratch, "witness");
        try (CheckpointStore store = CheckpointStore.open(state)) {
            Witness witness = Witness.of(Parties.WITNESS, List.of(log), store, () -> Tale.NOW);
            WitnessAnswer first = witness.answer(new AddCheckpoint(0, List.of(), seen).bytes());
            if (!(first instanceof WitnessAnswer.Cosigned)) {
                throw new AssertionError("what the witness saw first is honest: " + first);
            }
            WitnessAnswer answer = witness.answer(bytes);
            return answer instanceof WitnessAnswer.Cosigned
                    ? List.of()
                    : List.of(
                            Expected.of(
                                    "Witness.answer",
                                    Integer.toString(answer.status()),
                                    answer.toString()));
        }
    }

    /** Reads a log's entries from its beginning, and goes on after what is refused. */
    private List<Expected> keys(byte[] lines) throws VerificationException {
        KeyHistory history = new KeyHistory(log.origin());
        List<Expected> found = new ArrayList<>();
        int index = 0;
        for (String line : new String(lines, StandardCharsets.UTF_8).lines().toList()) {
            try {
                entry(history, index, line.getBytes(StandardCharsets.UTF_8));
            } catch (VerificationException e) {
                Expected refused = found(e);
                found.add(new Expected(at, "", "entry " + index, refused.clause(), refused.says()));
            }
            index++;
        }
        return found;
    }

    private void entry(KeyHistory history, long index, byte[] line) throws VerificationException {
        at = "Envelope.parse";
        Envelope envelope = Envelope.parse(line);
        if (KeyHistory.claimedSigner(envelope).isPresent()) {
            at = "KeyHistory.append";
            history.append(index, envelope);
        } else {
            history.readTo(index + 1);
            at = "KeyHistory.require";
            VerifyingKey key = history.require(envelope.keyId(), index).key();
            at = "SignedStatement.verify";
            SignedStatement<UsagePredicate> _ =
                    SignedStatement.verify(envelope, key, UsagePredicate.class);
        }
    }

    private List<Expected> logDirectory(String name) throws IOException, VerificationException {
        Path place = Files.createTempDirectory(scratch, "log");
        files.copy(Input.LOG, name, place);
        at = "LogReader.open";
        LogReader reader = LogReader.open(LogReader.in(place), log);
        at = "LogReader.check";
        reader.check();
        return List.of();
    }

    /** Audits a log, as an auditor who has audited the honest one. */
    private List<Expected> seenLog(String name) throws IOException, VerificationException {
        SeenCheckpoints memory = SeenCheckpoints.in(Files.createTempDirectory(scratch, "memory"));
        Path before = Files.createTempDirectory(scratch, "before");
        files.copy(Input.LOG, AttackFiles.HONEST, before);
        if (!audited(before, memory).passed()) {
            throw new AssertionError("the log that was seen first is honest");
        }
        Path place = Files.createTempDirectory(scratch, "log");
        files.copy(Input.SEEN_LOG, name, place);
        return audited(place, memory).with(Standing.REFUTED).stream()
                .map(finding -> found("LogAudit.audit", finding))
                .toList();
    }

    private AuditReport audited(Path place, SeenCheckpoints memory) throws VerificationException {
        return new LogAudit(new CheckpointAudit(Optional.of(memory), Optional.empty(), List.of()))
                .audit(new LogAtHand("log", LogReader.in(place)), log);
    }

    private List<Expected> folder(String name) throws IOException {
        Path place = Files.createTempDirectory(scratch, "folder");
        files.copy(Input.FOLDER, name, place);
        return new FolderAudit(new TinyEngine(), FolderAudit.Extent.ALL, _ -> {})
                .audit(place).with(Standing.REFUTED).stream()
                        .map(finding -> found("FolderAudit.audit", finding))
                        .toList();
    }

    private List<Expected> history(String name) throws IOException, VerificationException {
        return worst(audited(Input.HISTORY, name, Optional.empty()));
    }

    /** Audits a history, as an auditor who has audited the honest one. */
    private List<Expected> seenHistory(String name) throws IOException, VerificationException {
        Optional<SeenCheckpoints> memory =
                Optional.of(SeenCheckpoints.in(Files.createTempDirectory(scratch, "memory")));
        if (audited(Input.HISTORY, AttackFiles.HONEST, memory).verdict() != Outcome.PASS) {
            throw new AssertionError("the history that was seen first is honest");
        }
        return worst(audited(Input.SEEN_HISTORY, name, memory));
    }

    private HistoryReport audited(Input input, String name, Optional<SeenCheckpoints> memory)
            throws IOException, VerificationException {
        Path place = Files.createTempDirectory(scratch, "history");
        files.copy(input, name, place);
        at = "HistoryAudit.audit";
        try {
            return new HistoryAudit(place, 2, Tale.NOW.plus(Duration.ofDays(1)), (_, _) -> {})
                    .audit(
                            new LogAtHand(
                                    HistoryLayout.LOG,
                                    LogReader.in(place.resolve(HistoryLayout.LOG))),
                            Optional.empty(),
                            new CheckpointAudit(memory, Optional.empty(), List.of()));
        } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts a test", e);
        }
    }

    /** What is refuted, or when nothing is, what could not be checked. */
    private static List<Expected> worst(HistoryReport report) {
        Standing worst = report.verdict() == Outcome.FAIL ? Standing.REFUTED : Standing.UNCHECKED;
        return report.findings().stream()
                .filter(finding -> finding.standing() == worst)
                .map(finding -> found("HistoryAudit.audit", finding))
                .toList();
    }

    private static Expected found(String caughtBy, Finding finding) {
        return new Expected(
                caughtBy,
                finding.file(),
                finding.field().equals(Finding.WHOLE) ? "" : finding.field(),
                finding.clause().id(),
                finding.message(),
                finding.standing());
    }

    private Expected found(VerificationException e) {
        return new Expected(at, "", e.field().orElse(""), Clause.of(e).id(), e.problem());
    }
}
