package dev.assay.verification.attacks;

import static dev.assay.verification.attacks.Attack.PROVIDER;
import static dev.assay.verification.attacks.HistoryAttacks.begin;
import static dev.assay.verification.attacks.HistoryAttacks.end;
import static dev.assay.verification.attacks.HistoryAttacks.lease;
import static dev.assay.verification.attacks.HistoryAttacks.line;
import static dev.assay.verification.attacks.HistoryAttacks.start;

import dev.assay.verification.history.Chronicle;
import dev.assay.verification.history.Chronicle.Entry;
import dev.assay.verification.history.Chronicle.Told;
import dev.assay.verification.statement.UsagePredicate;

import java.time.Duration;

/** Histories in which a provider's receipts and results cannot be, each alone or together. */
final class HistoryReceiptAttacks {
    private static final String SEQUENCE = "usage.sequence";
    private static final String PERIOD_END = "/predicate/chargePeriodEnd";

    private final HistoryAttacks histories;

    private HistoryReceiptAttacks(HistoryAttacks histories) {
        this.histories = histories;
    }

    static void add(HistoryAttacks histories) throws Exception {
        HistoryReceiptAttacks attacks = new HistoryReceiptAttacks(histories);
        attacks.chain();
        attacks.twice();
        attacks.times();
        attacks.quantities();
        attacks.devices();
    }

    private void chain() throws Exception {
        last(
                "gap-in-the-sequence",
                "a receipt's number is left out",
                "/predicate/sequence",
                "3",
                line(6, SEQUENCE, "receipt-chain", "where 2 is due: 1 left out"));
        last(
                "sequence-huge",
                "a receipt's number is the largest there is",
                "/predicate/sequence",
                Long.toString(Long.MAX_VALUE),
                line(6, SEQUENCE, "receipt-chain", "where 2 is due"));
        last(
                "receipt-on-another",
                "a receipt names nothing as the one before it",
                "/predicate/previousDigest",
                HistoryAttacks.nothing(),
                line(6, "usage.previousDigest", "receipt-chain", "names "));
        provider(
                "receipt-of-another-leases-chain",
                "a receipt goes on from that of another lease",
                chronicle -> {
                    Told lease = lease(chronicle);
                    Told other = chronicle.lease(Chronicle.NOW, "GPU-2");
                    lease.receipt(0);
                    lease.receipt(16);
                    other.receipt(0);
                    chronicle.lie("/predicate/previousDigest", lease.last().digest().toString());
                    other.receipt(32);
                    lease.receipt(32);
                    end(lease);
                    end(other);
                },
                line(9, "usage.previousDigest", "receipt-chain", "names "));
        provider(
                "receipt-after-the-result",
                "usage is counted on when the work is over",
                chronicle -> {
                    Told lease = begin(chronicle);
                    lease.result();
                    lease.receipt(32);
                    lease.verdict();
                    lease.settlement();
                },
                line(8, SEQUENCE, "receipt-chain", "a receipt after the lease's result"));
        provider(
                "result-on-another-receipt",
                "the result names nothing as its last receipt",
                chronicle -> {
                    Told lease = begin(chronicle);
                    chronicle.lie("/predicate/usageHead", HistoryAttacks.nothing());
                    end(lease);
                },
                line(7, "result.usageHead", "statement", "is sha256:"));
        provider(
                "result-of-another-engine",
                "the result is of an engine that nobody ordered",
                chronicle -> {
                    Told lease = begin(chronicle);
                    chronicle.lie("/predicate/engine", "pytorch");
                    end(lease);
                },
                line(7, "result.engine", "statement", "expected "));
        provider(
                "receipt-after-the-settlement",
                "usage is counted on after the lease",
                chronicle -> {
                    Told lease = begin(chronicle);
                    end(lease);
                    lease.receipt(32);
                },
                line(10, "usage.leaseId", "lifecycle", "was settled at line 9"));
    }

    private void twice() throws Exception {
        provider(
                "two-receipts-of-one-number",
                "two receipts in one place, one for the tenant and one for the market",
                chronicle -> {
                    Told lease = lease(chronicle);
                    lease.receipt(0);
                    UsagePredicate second = lease.next(24);
                    lease.receipt(16);
                    chronicle.add(second.statement(), Parties.PROVIDER);
                    lease.receipt(32);
                    end(lease);
                },
                line(6, SEQUENCE, "equivocation", "has another receipt 1 of lease"));
        provider(
                "two-results",
                "two results of one lease",
                chronicle -> {
                    Told lease = begin(chronicle);
                    Entry result = lease.result();
                    chronicle.lie("/predicate/output", HistoryAttacks.nothing());
                    chronicle.resign(result, Parties.PROVIDER);
                    lease.verdict();
                    lease.settlement();
                },
                line(8, "result.leaseId", "equivocation", "another result already, at line 7"));
        provider(
                "receipt-replayed",
                "a receipt is logged again",
                chronicle -> {
                    Told lease = begin(chronicle);
                    chronicle.add(lease.last().envelope(), Parties.PROVIDER.verifyingKey());
                    end(lease);
                },
                line(7, SEQUENCE, "repetition", "has receipt 2 of lease"));
        provider(
                "receipt-of-another-lease-replayed",
                "a settled lease's receipt is logged again while another is open",
                chronicle -> {
                    Told lease = begin(chronicle);
                    end(lease);
                    Told other = other(chronicle);
                    chronicle.add(lease.last().envelope(), Parties.PROVIDER.verifyingKey());
                    other.receipt(32);
                    end(other);
                },
                line(13, "usage.leaseId", "lifecycle", "was settled at line 9"));
    }

    private void times() throws Exception {
        last(
                "overlapping-periods",
                "a period begins before the one before it ended",
                "/predicate/chargePeriodStart",
                "2026-01-01T00:00:17Z",
                line(6, "usage.chargePeriodStart", "period", "overlaps the receipt before"));
        last(
                "gap-between-periods",
                "a period begins after the one before it ended",
                "/predicate/chargePeriodStart",
                "2026-01-01T00:00:27Z",
                line(6, "usage.chargePeriodStart", "period", "leaves a gap"));
        last(
                "receipt-from-the-future",
                "a period ends in the year 2999",
                PERIOD_END,
                "2999-01-01T00:00:00Z",
                line(6, "usage.chargePeriodEnd", "period", "is in the future"));
        last(
                "receipt-ahead-of-the-log",
                "a period ends after what the market dated later in the log",
                PERIOD_END,
                "2026-01-01T00:01:00Z",
                line(6, "usage.chargePeriodEnd", "period", "when the market signed"));
        provider(
                "period-before-the-lease",
                "a period begins before there was a lease",
                chronicle -> {
                    Told lease = lease(chronicle);
                    chronicle.lie("/predicate/chargePeriodStart", "2025-12-31T23:59:00Z");
                    lease.receipt(0);
                    lease.receipt(32);
                    end(lease);
                },
                line(4, "usage.chargePeriodStart", "period", "is before the lease began"));
    }

    private void quantities() throws Exception {
        over("wall-time", "more time than its periods have", 0, "31001", "wall time ");
        over("processor-time", "more processor time than there was", 1, "124001", "processor time");
        over("memory", "more memory than the lease has", 2, Long.toString(1L << 40), "peak memory");
        over("energy", "more energy than any GPU draws", 3, "70400001", "the energy is more");
        over("busy-time", "a GPU busy for longer than it was there", 4, "31001", "busy time");
        over(
                "energy-huge",
                "more energy than 63 bits add up",
                3,
                "" + Long.MAX_VALUE,
                "the energy");
        provider(
                "rows-over-the-bound",
                "a row more than the finished units have",
                chronicle -> {
                    Told lease = lease(chronicle);
                    lease.receipt(0);
                    chronicle.lie("/predicate/meters/6/quantity", "1025");
                    lease.receipt(16);
                    lease.receipt(32);
                    end(lease);
                },
                line(5, "usage.meters", "usage-bounds", "rows for the units: is 1025"));
        last(
                "quantity-that-falls",
                "less processor time than the receipt before counted",
                "/predicate/meters/1/quantity",
                "9000",
                line(6, "usage.meters", "usage-bounds", "a cumulative quantity fell"));
    }

    private void devices() throws Exception {
        provider(
                "gpu-in-two-leases",
                "one GPU is sold to two leases at once",
                chronicle -> {
                    Told lease = lease(chronicle);
                    Told other = chronicle.lease(Chronicle.NOW, Chronicle.GPU);
                    lease.receipt(0);
                    lease.receipt(16);
                    other.receipt(32);
                    lease.receipt(32);
                    end(lease);
                    end(other);
                },
                line(8, "usage.resources[1].id", "devices", "was in lease"));
        provider(
                "gpu-in-two-leases-behind-a-short-one",
                "a GPU is sold twice, and a third lease had it for half a second in between",
                chronicle -> {
                    Told lease = lease(chronicle);
                    lease.receipt(0);
                    lease.receipt(16);
                    lease.receipt(32);
                    end(lease);
                    Told shield = chronicle.lease(Chronicle.NOW.plusMillis(200), Chronicle.GPU);
                    shield.period = Duration.ofMillis(500);
                    shield.receipt(0);
                    shield.settlement();
                    Told other = chronicle.lease(Chronicle.NOW.plusSeconds(4), Chronicle.GPU);
                    other.receipt(32);
                    end(other);
                },
                line(16, "usage.resources[1].id", "devices", "was in lease"));
        provider(
                "gpu-that-no-receipt-names",
                "a lease of a GPU whose receipts do not say which it was",
                chronicle -> {
                    Told lease = lease(chronicle);
                    chronicle.lie("/predicate/resources/1/kind", "cpu");
                    lease.receipt(32);
                    end(lease);
                },
                line(4, "usage.resources", "devices", "names 0 of the lease's 1 GPUs").unchecked());
    }

    private static Told other(Chronicle chronicle) throws Exception {
        Told other = chronicle.lease(Chronicle.NOW, "GPU-2");
        other.receipt(0);
        return other;
    }

    private void over(String what, String change, int meter, String quantity, String says)
            throws Exception {
        last(
                what + "-over-the-bound",
                change,
                "/predicate/meters/" + meter + "/quantity",
                quantity,
                line(6, "usage.meters", "usage-bounds", says));
    }

    /** A lie in the last receipt, on which all that follows rests. */
    private void last(String name, String change, String pointer, String value, Expected expected)
            throws Exception {
        provider(
                name,
                change,
                chronicle -> {
                    Told lease = start(chronicle);
                    chronicle.lie(pointer, value);
                    lease.receipt(32);
                    end(lease);
                },
                expected);
    }

    private void provider(String name, String change, HistoryAttacks.Story story, Expected expected)
            throws Exception {
        histories.attack(name, PROVIDER, change, story, expected);
    }
}
