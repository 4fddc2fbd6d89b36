package dev.assay.verification.attacks;

import static dev.assay.verification.attacks.Attack.PROVIDER;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.attacks.Tale.Said;
import dev.assay.verification.audit.EvidenceLayout;
import dev.assay.verification.crypto.SigningKey;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Receipts that the provider signs and has logged, all later statements building on them: nothing
 * is wrong but what they say.
 */
final class ReceiptAttacks {
    private static final String FIRST = EvidenceLayout.receipt(0);
    private static final String SECOND = EvidenceLayout.receipt(1);
    private static final String LAST = Tale.LAST_RECEIPT;

    private final FolderAttacks folders;

    private ReceiptAttacks(FolderAttacks folders) {
        this.folders = folders;
    }

    static void add(FolderAttacks folders) {
        ReceiptAttacks attacks = new ReceiptAttacks(folders);
        attacks.chains();
        attacks.periods();
        attacks.quantities();
        attacks.work();
        attacks.signers();
        attacks.logged();
    }

    private void chains() {
        Tale tale = new Tale();
        TaleFolder folder = new TaleFolder(tale);
        folders.attack(
                "replayed-receipt",
                PROVIDER,
                "a receipt is shown again in the place of the next",
                folder.show(LAST, said(tale, SECOND)),
                chain("usage.sequence", "receipt 1 after"));
        Tale dropped = new Tale();
        TaleFolder gap = new TaleFolder(dropped);
        folders.attack(
                "gap",
                PROVIDER,
                "a receipt is left out",
                gap.show(SECOND, said(dropped, LAST)).hide(LAST),
                in(SECOND, "usage.sequence", "receipt-chain", "receipt 2 after"));
        Tale twin = new Tale();
        folders.attack(
                "forked-chain",
                PROVIDER,
                "a receipt continues the one before the last",
                new TaleFolder(
                        twin.lie(LAST, "/predicate/previousDigest", honest(FIRST).toString())),
                chain("usage.sequence", "does not continue the chain"));
        lie(
                "skipped-sequence",
                "a number is skipped",
                "/predicate/sequence",
                "3",
                chain("usage.sequence", "receipt 3 after"));
        lie(
                "receipt-of-another-lease",
                "a receipt of a lease that another tenant pays",
                "/predicate/leaseId",
                "ab".repeat(32),
                chain("usage.leaseId", "is "));
        lie(
                "receipt-of-another-job",
                "a receipt of another job",
                "/predicate/spec",
                "sha256:" + "ab".repeat(32),
                in(LAST, "usage.spec", "statement", "expected "));
        folders.attack(
                "chain-of-another-lease",
                PROVIDER,
                "the first receipt continues another lease's",
                new TaleFolder(
                        new Tale()
                                .lie(
                                        FIRST,
                                        "/predicate/previousDigest",
                                        "sha256:" + "ab".repeat(32))),
                in(FIRST, "usage.sequence", "receipt-chain", "does not continue the chain"));
    }

    private void periods() {
        lie(
                "gap-in-time",
                "half a second between two periods that nobody accounts for",
                "/predicate/chargePeriodStart",
                "2026-01-01T00:00:04.500Z",
                period("usage.chargePeriodStart", "expected 2026-01-01T00:00:04Z"));
        lie(
                "overlap",
                "half a second of the period before is billed again",
                "/predicate/chargePeriodStart",
                "2026-01-01T00:00:03.500Z",
                period("usage.chargePeriodStart", "expected 2026-01-01T00:00:04Z"));
        lie(
                "future-interval",
                "a period that ends after the folder was written",
                "/predicate/chargePeriodEnd",
                "2026-01-01T00:02:00Z",
                period("usage.chargePeriodEnd", "is in the future"));
        lie(
                "backward-interval",
                "a period that ends before it starts",
                "/predicate/chargePeriodEnd",
                "2026-01-01T00:00:03Z",
                in(LAST, "statement.predicate", "statement", "a period that does not end before"));
        folders.lie(
                PROVIDER,
                "interval-before-the-lease",
                "a period from before the lease",
                FIRST,
                "/predicate/chargePeriodStart",
                "2025-12-31T23:00:00Z",
                in(FIRST, "usage.chargePeriodStart", "period", "is before the lease began"));
    }

    private void quantities() {
        meters(
                "wall-time-beyond-the-period",
                "an hour of wall time in three seconds",
                Tale.meters(3_600, 5, 3),
                "wall time PT1H is longer than the periods");
        meters(
                "processor-time-beyond-the-machine",
                "more processor time than two cores have",
                with(1, Tale.meter("process.cpu.time", 60_000, "ms")),
                "is more than the lease's processors can spend");
        meters(
                "huge-processor-time",
                "the largest time that 64 bits hold",
                with(1, Tale.meter("process.cpu.time", Long.MAX_VALUE, "ms")),
                "is more than the lease's processors can spend");
        meters(
                "huge-wall-time",
                "the largest wall time that 64 bits hold",
                with(0, Tale.meter("assay.wall.time", Long.MAX_VALUE, "ms")),
                "is longer than the periods it covers");
        meters(
                "falling-meter",
                "less processor time than in the receipt before",
                with(1, Tale.meter("process.cpu.time", 999, "ms")),
                "a cumulative quantity fell");
        meters(
                "falling-memory",
                "a lower peak than in the receipt before",
                with(2, Tale.meter("process.memory.peak", 1, "By")),
                "a cumulative quantity fell");
        meters(
                "more-rows-than-the-job",
                "six rows where the job has five",
                Tale.meters(3, 6, 3),
                "expected 5");
        meters(
                "more-units-than-the-job",
                "four units where the job has three",
                Tale.meters(3, 5, 4),
                "more units than the job has");
        meters(
                "rows-of-units-not-finished",
                "all rows, but not all units",
                Tale.meters(3, 5, 2),
                "expected 4");
        meters(
                "steps-of-an-inference",
                "training steps in an inference",
                List.of(
                        with(0, Tale.meter("assay.wall.time", 3_000, "ms")).get(0),
                        with(0, Tale.meter("assay.wall.time", 3_000, "ms")).get(1),
                        with(0, Tale.meter("assay.wall.time", 3_000, "ms")).get(2),
                        Tale.meter("assay.rows", 5, "{row}"),
                        Tale.meter("assay.steps", 7, "{step}"),
                        Tale.meter("assay.units", 3, "{unit}")),
                "expected 0");
        meters(
                "energy-without-a-gpu",
                "a GPU's energy, though the lease has none",
                List.of(
                        Tale.meters(3, 5, 3).get(0),
                        Tale.meters(3, 5, 3).get(1),
                        Tale.meters(3, 5, 3).get(2),
                        Tale.meter("assay.gpu.energy", 1_000, "mJ"),
                        Tale.meter("assay.rows", 5, "{row}"),
                        Tale.meter("assay.units", 3, "{unit}")),
                "the lease has no GPU to meter");
    }

    private void work() {
        folders.lie(
                PROVIDER,
                "units-before-any-is-finished",
                "a root before there are units",
                FIRST,
                "/predicate/unitRoot",
                "sha256:" + "ab".repeat(32),
                in(
                        FIRST,
                        "usage.unitRoot",
                        "statement",
                        "commits to units before any is finished"));
        folders.lie(
                PROVIDER,
                "root-changed-without-work",
                "another root, although no unit was finished",
                SECOND,
                "/predicate/meters",
                Tale.meters(2, 0, 0),
                in(SECOND, "usage.unitRoot", "statement", "commits to units before any is"));
    }

    private void signers() {
        signed("receipt-by-a-stranger", "anyone with a key", Parties.STRANGER);
        signed("receipt-by-its-tenant", "tenant", Parties.TENANT);
    }

    private void logged() {
        folders.attack(
                "receipt-logged-late",
                PROVIDER,
                "a receipt is logged when all is over, as if it had been signed in time",
                new TaleFolder(new Tale().late(LAST)),
                FolderAttacks.at(
                        "proofs", "", "log-order", "in another order than they were made"));
    }

    private void signed(String name, String who, SigningKey signer) {
        folders.attack(
                name,
                who,
                "a receipt is signed by somebody else than the provider",
                new TaleFolder(new Tale().signedBy(LAST, signer)),
                in(LAST, "", "key", "the envelope names key"));
    }

    private void lie(String name, String change, String pointer, Object value, Expected expected) {
        folders.lie(PROVIDER, name, change, LAST, pointer, value, expected);
    }

    private void meters(String name, String change, List<Map<String, String>> meters, String says) {
        lie(
                name,
                change,
                "/predicate/meters",
                meters,
                in(LAST, "usage.meters", "usage-bounds", says));
    }

    /** The honest meters, but for one. */
    private static List<Map<String, String>> with(int index, Map<String, String> meter) {
        List<Map<String, String>> meters = new java.util.ArrayList<>(Tale.meters(3, 5, 3));
        meters.set(index, meter);
        return meters;
    }

    private static Expected chain(String field, String says) {
        return in(LAST, field, "receipt-chain", says);
    }

    private static Expected period(String field, String says) {
        return in(LAST, field, "period", says);
    }

    private static Expected in(String statement, String field, String clause, String says) {
        return FolderAttacks.in(statement, field, clause, says);
    }

    private static Digest honest(String name) {
        return said(new Tale(), name).digest();
    }

    private static Said said(Tale tale, String name) {
        return Objects.requireNonNull(tale.tell().get(name));
    }
}
