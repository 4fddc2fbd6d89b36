package dev.assay.verification.attacks;

import static dev.assay.verification.attacks.Attack.ANYONE;
import static dev.assay.verification.attacks.Attack.PROVIDER;
import static dev.assay.verification.attacks.Attack.THIEF;
import static dev.assay.verification.attacks.HistoryAttacks.RECOVERY;
import static dev.assay.verification.attacks.HistoryAttacks.SECOND;
import static dev.assay.verification.attacks.HistoryAttacks.STATEMENTS;
import static dev.assay.verification.attacks.HistoryAttacks.begin;
import static dev.assay.verification.attacks.HistoryAttacks.end;
import static dev.assay.verification.attacks.HistoryAttacks.line;
import static dev.assay.verification.attacks.HistoryAttacks.register;
import static dev.assay.verification.attacks.HistoryAttacks.start;

import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.history.Chronicle;
import dev.assay.verification.history.Chronicle.Entry;
import dev.assay.verification.history.Chronicle.Told;
import dev.assay.verification.history.HistoryLayout;
import dev.assay.verification.statement.KeyRevokePredicate.Reason;

/** Histories in which a key signs where the log says that it has no right to, or that hide that. */
final class HistoryKeyAttacks {
    private final HistoryAttacks histories;

    private HistoryKeyAttacks(HistoryAttacks histories) {
        this.histories = histories;
    }

    static void add(HistoryAttacks histories) throws Exception {
        HistoryKeyAttacks attacks = new HistoryKeyAttacks(histories);
        attacks.keysWithoutRight();
        attacks.leftOut();
    }

    private void keysWithoutRight() throws Exception {
        histories.attack(
                "strangers-receipt",
                "anyone with a key",
                "a receipt is signed by a key of nobody in the lease",
                chronicle -> {
                    Told lease = start(chronicle);
                    receipt(chronicle, lease, Parties.STRANGER);
                    lease.receipt(32);
                    end(lease);
                },
                line(6, "lease.provider", "key-validity", "signed, not "));
        histories.attack(
                "revoked-key",
                THIEF,
                "a receipt is signed by a key that was revoked",
                chronicle -> {
                    Told lease = start(chronicle);
                    chronicle.add(revoke());
                    receipt(chronicle, lease, Parties.PROVIDER);
                    succeed(chronicle, RECOVERY);
                    lease.receipt(32);
                    end(lease);
                },
                line(7, "lease.provider", "key-validity", "alder was revoked at entry 6"));
        histories.attack(
                "rotated-out-key",
                THIEF,
                "a receipt is signed by a key that another replaced",
                chronicle -> {
                    Told lease = start(chronicle);
                    succeed(chronicle, Parties.PROVIDER);
                    receipt(chronicle, lease, Parties.PROVIDER);
                    lease.receipt(32);
                    end(lease);
                },
                line(7, "lease.provider", "key-validity", "alder was rotated away at entry 6"));
        histories.attack(
                "key-before-its-time",
                PROVIDER,
                "the next key signs a receipt before it is the next key",
                chronicle -> {
                    Told lease = start(chronicle);
                    receipt(chronicle, lease, SECOND);
                    succeed(chronicle, Parties.PROVIDER);
                    lease.receipt(32);
                    end(lease);
                },
                line(6, "lease.provider", "key-validity", "signed, not "));
        histories.attack(
                "registered-too-late",
                PROVIDER,
                "the key is registered when it has signed receipts",
                chronicle -> {
                    chronicle.others(2);
                    Told lease = chronicle.lease(Chronicle.NOW, Chronicle.GPU);
                    lease.receipt(0);
                    lease.receipt(32);
                    end(lease);
                    chronicle.add(register());
                },
                line(3, "signatures[0].keyid", "key-validity", "is registered from entry 9 on")
                        .unchecked());
    }

    private void leftOut() throws Exception {
        histories.attack(
                "hidden-lease",
                ANYONE,
                "a whole lease that the log holds is left out",
                chronicle -> {
                    Told lease = begin(chronicle);
                    end(lease);
                    Told hidden = chronicle.lease(Chronicle.NOW.plusSeconds(60), Chronicle.GPU);
                    Entry receipt = hidden.receipt(0);
                    Entry settlement = hidden.settlement();
                    for (Entry entry :
                            new Entry[] {hidden.order, hidden.lease, receipt, settlement}) {
                        chronicle.withheld.add(entry.index());
                    }
                },
                completeness(12));
        histories.attack(
                "hidden-revocation",
                THIEF,
                "the revocation of the key, by the recovery key, is left out",
                chronicle -> {
                    Told lease = start(chronicle);
                    chronicle.withheld.add(chronicle.add(revoke()).index());
                    lease.receipt(32);
                    end(lease);
                },
                completeness(6));
        histories.attack(
                "nothing-of-it",
                PROVIDER,
                "a history without a line and without a key",
                chronicle -> chronicle.withheld.add(chronicle.add(register()).index()),
                completeness(0));
        histories.attack(
                "lease-never-ended",
                "market",
                "the history ends before the lease does",
                chronicle -> {
                    Told lease = begin(chronicle);
                    lease.result();
                    lease.verdict();
                },
                line(3, "leaseId", "lifecycle", "has no settlement").unchecked());
    }

    private static Expected completeness(int entry) {
        return Expected.inHistory(
                        HistoryLayout.LOG,
                        "entry " + entry,
                        "completeness",
                        "is not in the history")
                .unchecked();
    }

    private static Envelope revoke() throws Exception {
        return STATEMENTS.revoke(Parties.PROVIDER.keyId(), Reason.COMPROMISED, RECOVERY);
    }

    /** The provider's next key takes the place of its first. */
    private static void succeed(Chronicle chronicle, SigningKey by) throws Exception {
        chronicle.add(
                STATEMENTS.rotate(Parties.PROVIDER.keyId(), SECOND, by, RECOVERY.keyId(), 100));
        chronicle.provider = SECOND;
    }

    /** A receipt that would go on from the lease's last, by this key. */
    private static void receipt(Chronicle chronicle, Told lease, SigningKey key) throws Exception {
        chronicle.add(lease.next(24).statement(), key);
    }
}
