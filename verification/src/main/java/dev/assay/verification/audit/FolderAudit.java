package dev.assay.verification.audit;

import dev.assay.models.engine.Engine;
import dev.assay.verification.audit.Finding.Standing;
import dev.assay.verification.check.Replay;
import dev.assay.verification.hardware.TrustRoots;
import dev.assay.verification.log.VerifiedCheckpoint;
import dev.assay.verification.statement.SettlementPredicate.Purpose;

import java.nio.file.Path;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * Audits an evidence folder from its files alone: the index and every digest; every signature,
 * proof and field; the output against its commitment; the drawn units by replaying them; the
 * settlement by computing it again. It touches no network and no other file, but for what it is
 * given to compare the log's checkpoints with; only a TorchScript model is native code, which the
 * engine is to run in a process of its own. Not thread-safe.
 */
public final class FolderAudit {
    /** Which units are replayed. */
    public enum Extent {
        /** Those that the lease's auditor had to replay. */
        DRAWN,
        /** All. */
        ALL
    }

    private final Engine exact;
    private final Extent extent;
    private final IntConsumer replayed;
    private final CheckpointAudit checkpoints;
    private final TrustRoots roots;
    private final List<Finding> findings = new ArrayList<>();

    /**
     * An audit of one folder, which trusts no root of hardware.
     *
     * @param exact an exact engine, which stays its caller's; see {@link Replay}
     * @param replayed told each unit after it was replayed
     */
    public FolderAudit(Engine exact, Extent extent, IntConsumer replayed) {
        this(exact, extent, replayed, CheckpointAudit.ALONE, TrustRoots.none());
    }

    /**
     * An audit that also compares the log's checkpoints with what else is at hand.
     *
     * @param checkpoints what that is
     * @param roots at which certificates of hardware may end
     */
    public FolderAudit(
            Engine exact,
            Extent extent,
            IntConsumer replayed,
            CheckpointAudit checkpoints,
            TrustRoots roots) {
        this.checkpoints = checkpoints;
        this.roots = roots;
        this.exact = exact;
        this.extent = extent;
        this.replayed = replayed;
    }

    /** Audits a folder; a folder that cannot be read is refuted, not an error. */
    public AuditReport audit(Path folder) {
        findings.clear();
        try {
            IndexedFolder files = IndexedFolder.open(folder, findings);
            if (findings.isEmpty()) {
                proved(
                        EvidenceLayout.INDEX,
                        Clause.INDEX,
                        "all "
                                + files.size()
                                + " files are those that tenant "
                                + files.tenantKey().keyId().brief()
                                + " signed for");
                contents(files);
            }
        } catch (Halt e) {
            findings.add(e.finding());
        } catch (ArithmeticException | DateTimeException e) {
            findings.add(
                    Finding.of(
                            Standing.REFUTED,
                            "statements",
                            Clause.RANGE,
                            "a number or an instant is too large: " + e.getMessage()));
        }
        return new AuditReport(findings);
    }

    private void contents(IndexedFolder folder) throws Halt {
        LeaseHistory.Verified history = LeaseHistory.verify(folder);
        proved(
                "statements",
                Clause.SIGNATURE,
                "order, lease, "
                        + history.receipts().size()
                        + " receipts"
                        + (history.work().isPresent() ? ", result" : "")
                        + (history.verdict().isPresent() ? ", verdict" : "")
                        + " and settlement are signed by their parties and agree with each other");
        VerifiedCheckpoint checkpoint = history.checkpoint();
        proved(
                "proofs",
                Clause.INCLUSION,
                "the log "
                        + checkpoint.origin()
                        + " of "
                        + checkpoint.size()
                        + " entries holds every statement, in order"
                        + (history.bundled() ? ", and the bundles say the same" : ""));
        if (!history.bundled()) {
            notProved(
                    "bundles",
                    Clause.BUNDLE,
                    "what tools of others say of it: the folder was written without bundles");
        }
        new KeyCheck(folder, history.logKey(), checkpoint, findings).run(history);
        log(history);
        new HardwareAudit(folder, roots, findings).audit(history);
        if (history.work().isPresent()) {
            new WorkAudit(new Replay(exact), extent, replayed, findings)
                    .audit(new WorkFiles(folder), history.work().get());
        } else {
            notProved(
                    "work",
                    Clause.RESULT,
                    "the lease closed without a result: there is nothing to replay");
        }
        SettlementCheck check = new SettlementCheck(history);
        check.run();
        if (check.paidUnchallenged()) {
            notProved(
                    EvidenceLayout.statement(EvidenceLayout.SETTLEMENT),
                    Clause.VERDICT,
                    "that somebody checked the result before it was paid: no verdict was given in"
                            + " time");
        }
        if (check.billsAFailure()) {
            notProved(
                    EvidenceLayout.statement(EvidenceLayout.SETTLEMENT),
                    Clause.FAULT,
                    "that the containers failed by their tenant's doing, or by the deadline that it"
                            + " set, as was billed");
        }
        var settlement = history.settlement().predicate();
        proved(
                EvidenceLayout.statement(EvidenceLayout.SETTLEMENT),
                Clause.SETTLEMENT,
                "recomputed: provider "
                        + settlement.total(Purpose.PAYMENT)
                        + ", pools "
                        + settlement.total(Purpose.FEE)
                        + ", refund "
                        + settlement.total(Purpose.REFUND)
                        + " "
                        + settlement.denom());
        for (String name : folder.unread()) {
            findings.add(
                    Finding.of(
                            Standing.REFUTED,
                            name,
                            Clause.LAYOUT,
                            "is no part of an evidence folder; nothing vouches for it"));
        }
        limits();
    }

    /** Compares the log's checkpoints with each other, and with what else is at hand. */
    private void log(LeaseHistory.Verified history) {
        Optional<VerifiedCheckpoint> draw = history.work().flatMap(LeaseHistory.Work::draw);
        List<VerifiedCheckpoint> held = new ArrayList<>(List.of(history.checkpoint()));
        draw.ifPresent(held::add);
        boolean linked = checkpoints.evidence(history.logKey(), "proofs", held, findings);
        if (draw.isPresent() && !linked) {
            notProved(
                    EvidenceLayout.DRAW_PROOF,
                    Clause.CONSISTENCY,
                    "that the checkpoint which fixed the draw is of the same history as the other"
                            + " proofs: the log holds others' entries between the result and it");
        }
    }

    private void limits() {
        notProved(
                "keys",
                Clause.IDENTITY,
                "whose the keys are: compare their ids with ones you have from the parties"
                        + " themselves");
        notProved(
                EvidenceLayout.statement(EvidenceLayout.SETTLEMENT),
                Clause.BID_DEPOSIT,
                "that the deposit behind the bid came back whole: the lease does not say how much"
                        + " it was");
        notProved(
                "statements",
                Clause.HARDWARE,
                "on which hardware the work ran, and that clocks were right");
    }

    private void proved(String file, Clause clause, String message) {
        findings.add(Finding.of(Standing.PROVED, file, clause, message));
    }

    private void notProved(String file, Clause clause, String message) {
        findings.add(Finding.of(Standing.NOT_PROVED, file, clause, message));
    }
}
