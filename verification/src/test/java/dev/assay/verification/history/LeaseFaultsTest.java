package dev.assay.verification.history;

import dev.assay.verification.audit.Clause;
import dev.assay.verification.history.Chronicle.Entry;
import dev.assay.verification.history.Chronicle.Told;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.util.List;

/** What can be wrong in the chain of a lease's receipts, and in how it ends. */
final class LeaseFaultsTest extends ChronicleTest {
    @Test
    void receiptLeftOut_isAGapInTheSequence() throws Exception {
        Told lease = chronicle.lease(NOW, Chronicle.GPU);
        lease.receipt(0);
        chronicle.lie("/predicate/sequence", "2");
        lease.receipt(8);
        assertRefuted(chronicle.audit(), Clause.RECEIPT_CHAIN, 4, "usage.sequence");
    }

    @Test
    void sequenceFarAhead_isAGapAndCostsNothing() throws Exception {
        Told lease = chronicle.lease(NOW, Chronicle.GPU);
        lease.receipt(0);
        chronicle.lie("/predicate/sequence", Long.toString(Long.MAX_VALUE - 1));
        lease.receipt(8);
        assertRefuted(chronicle.audit(), Clause.RECEIPT_CHAIN, 4, "usage.sequence");
    }

    @Test
    void sameReceiptTwiceInTheLog_isADuplicate() throws Exception {
        Told lease = chronicle.lease(NOW, Chronicle.GPU);
        Entry receipt = lease.receipt(0);
        lease.receipt(8);
        chronicle.add(receipt.envelope(), receipt.signer());
        assertRefuted(chronicle.audit(), Clause.REPETITION, 5, "usage.sequence");
    }

    @Test
    void secondReceiptInOnePlace_isEquivocation() throws Exception {
        Told lease = chronicle.lease(NOW, Chronicle.GPU);
        lease.receipt(0);
        lease.receipt(8);
        chronicle.lie("/predicate/sequence", "1");
        lease.receipt(16);
        assertRefuted(chronicle.audit(), Clause.EQUIVOCATION, 5, "usage.sequence");
    }

    @Test
    void receiptThatNamesAnotherBeforeIt_breaksTheChain() throws Exception {
        Told lease = chronicle.lease(NOW, Chronicle.GPU);
        lease.receipt(0);
        chronicle.lie("/predicate/previousDigest", Chronicle.digest("another").toString());
        lease.receipt(8);
        assertRefuted(chronicle.audit(), Clause.RECEIPT_CHAIN, 4, "usage.previousDigest");
    }

    @Test
    void receiptAfterTheResult_isOutOfPlace() throws Exception {
        Told lease = chronicle.lease(NOW, Chronicle.GPU);
        lease.receipt(32);
        lease.result();
        lease.receipt(32);
        assertRefuted(chronicle.audit(), Clause.RECEIPT_CHAIN, 5, "usage.sequence");
    }

    @Test
    void receiptAfterTheSettlement_isOfAClosedLease() throws Exception {
        Told lease = chronicle.honest(NOW);
        lease.receipt(32);
        assertRefuted(chronicle.audit(), Clause.LIFECYCLE, 11, "usage.leaseId");
    }

    @Test
    void quantityThatFalls_isRefuted() throws Exception {
        Told lease = chronicle.lease(NOW, Chronicle.GPU);
        lease.receipt(16);
        lease.receipt(8);
        assertRefuted(chronicle.audit(), Clause.USAGE_BOUNDS, 4, "usage.meters");
    }

    @Test
    void overlappingPeriods_areRefuted() throws Exception {
        Told lease = chronicle.lease(NOW, Chronicle.GPU);
        lease.receipt(0);
        chronicle.lie("/predicate/chargePeriodStart", "2026-01-01T00:00:11Z");
        lease.receipt(8);
        assertRefuted(chronicle.audit(), Clause.PERIOD, 4, "usage.chargePeriodStart");
    }

    @Test
    void periodBeforeTheLease_isRefuted() throws Exception {
        Told lease = chronicle.lease(NOW, Chronicle.GPU);
        chronicle.lie("/predicate/chargePeriodStart", "2025-12-31T23:59:00Z");
        lease.receipt(0);
        assertRefuted(chronicle.audit(), Clause.PERIOD, 3, "usage.chargePeriodStart");
    }

    @Test
    void periodInTheFuture_isRefuted() throws Exception {
        Told lease = chronicle.lease(NOW, Chronicle.GPU);
        chronicle.lie("/predicate/chargePeriodEnd", "2026-01-02T00:01:00Z");
        lease.receipt(0);
        assertRefuted(chronicle.audit(), Clause.PERIOD, 3, "usage.chargePeriodEnd");
    }

    /** The market grants the second lease at 00:01:41, and the log holds the receipt before it. */
    @Test
    void periodThatRunsAheadOfTheLog_isRefuted() throws Exception {
        Told lease = chronicle.lease(NOW, Chronicle.GPU);
        chronicle.lie("/predicate/chargePeriodEnd", "2026-01-01T00:01:52Z");
        lease.receipt(0);
        chronicle.lease(NOW.plusSeconds(100), "GPU-2");
        assertRefuted(chronicle.audit(), Clause.PERIOD, 3, "usage.chargePeriodEnd");
    }

    /** Time, processor time, energy in 12 s, busy time; and rows that no unit has. */
    @ParameterizedTest
    @CsvSource({
        "/predicate/meters/0/quantity, 11001, usage.meters",
        "/predicate/meters/1/quantity, 44001, usage.meters",
        "/predicate/meters/3/quantity, 26400001, usage.meters",
        "/predicate/meters/4/quantity, 11001, usage.meters",
        "/predicate/meters/6/quantity, 513, usage.meters",
    })
    void quantityOverItsBound_isRefuted(String pointer, String quantity, String field)
            throws Exception {
        Told lease = chronicle.lease(NOW, Chronicle.GPU);
        chronicle.lie(pointer, quantity);
        lease.receipt(8);
        assertRefuted(chronicle.audit(), Clause.USAGE_BOUNDS, 3, field);
    }

    @Test
    void gpuInTwoLeasesAtOnce_isRefuted() throws Exception {
        Told one = chronicle.lease(NOW, "GPU-1", "GPU-2");
        Told two = chronicle.lease(NOW.plusSeconds(5), "GPU-2");
        one.receipt(0);
        two.receipt(0);
        assertRefuted(chronicle.audit(), Clause.DEVICES, 6, "usage.resources[1].id");
    }

    @Test
    void gpuThatWasInALongSettledLease_isRefutedWhenTheTimesMeet() throws Exception {
        chronicle.honest(NOW);
        chronicle.honest(NOW.plusSeconds(200));
        Told late = chronicle.lease(NOW.plusSeconds(20), Chronicle.GPU);
        late.receipt(0);
        assertRefuted(chronicle.audit(), Clause.DEVICES, 23, "usage.resources[1].id");
    }

    @Test
    void termsThatTheOrderDoesNotHave_areRefuted() throws Exception {
        chronicle.lieLater(1, "/predicate/deposit", "1600001");
        chronicle.lease(NOW, Chronicle.GPU);
        assertRefuted(chronicle.audit(), Clause.STATEMENT, 2, "lease.deposit");
    }

    @Test
    void leaseOfAnotherProvider_isRefuted() throws Exception {
        chronicle.lieLater(1, "/predicate/provider", chronicle.stranger.keyId().hex());
        chronicle.lease(NOW, Chronicle.GPU);
        assertRefuted(chronicle.audit(), Clause.STATEMENT, 2, "lease.provider");
    }

    @Test
    void resultOnAnotherReceipt_isRefuted() throws Exception {
        Told lease = chronicle.lease(NOW, Chronicle.GPU);
        lease.receipt(32);
        chronicle.lie("/predicate/usageHead", Chronicle.digest("another").toString());
        lease.result();
        assertRefuted(chronicle.audit(), Clause.STATEMENT, 4, "result.usageHead");
    }

    @Test
    void resultBeforeTheWorkIsDone_isRefuted() throws Exception {
        Told lease = chronicle.lease(NOW, Chronicle.GPU);
        lease.receipt(8);
        lease.result();
        assertRefuted(chronicle.audit(), Clause.STATEMENT, 4, "units in the last receipt");
    }

    @Test
    void secondResult_isEquivocation() throws Exception {
        Told lease = chronicle.lease(NOW, Chronicle.GPU);
        lease.receipt(32);
        lease.result();
        chronicle.lie("/predicate/output", Chronicle.digest("another").toString());
        lease.result();
        assertRefuted(chronicle.audit(), Clause.EQUIVOCATION, 5, "result.leaseId");
    }

    @Test
    void verdictOnUnitsOfItsOwnChoice_isRefuted() throws Exception {
        Told lease = ready();
        chronicle.lie("/predicate/drawn", List.of(1, 2));
        lease.verdict();
        assertRefuted(chronicle.audit(), Clause.VERDICT, 5, "verdict.drawn");
    }

    @Test
    void verdictOnARootThatTheLogNeverHad_isRefuted() throws Exception {
        Told lease = ready();
        chronicle.lie("/predicate/checkpointRoot", Chronicle.digest("another").toString());
        lease.verdict();
        assertRefuted(chronicle.audit(), Clause.VERDICT, 5, "verdict.checkpointRoot");
    }

    @Test
    void drawFromBeforeTheResult_isRefuted() throws Exception {
        Told lease = ready();
        chronicle.lie("/predicate/checkpointSize", "3");
        lease.verdict();
        assertRefuted(chronicle.audit(), Clause.VERDICT, 5, "verdict.checkpointSize");
    }

    @ParameterizedTest
    @CsvSource({
        "/predicate/quantity, 2001, settlement.quantity",
        "/predicate/owed, 700001, settlement.owed",
        "/predicate/denom, akt, settlement.denom",
        "/predicate/reason, audit_failed, settlement.reason",
        "/predicate/transfers/2/amount, 900001, settlement.transfers",
    })
    void settlementThatDoesNotFollow_isRefuted(String pointer, String value, String field)
            throws Exception {
        Told lease = ready();
        lease.verdict();
        chronicle.lie(pointer, value);
        lease.settlement();
        assertRefuted(chronicle.audit(), Clause.SETTLEMENT, 6, field);
    }

    @Test
    void settlementOfAResultThatIsNotThere_isRefuted() throws Exception {
        Told lease = ready();
        lease.verdict();
        chronicle.lie("/predicate/result", Chronicle.digest("another").toString());
        lease.settlement();
        assertRefuted(chronicle.audit(), Clause.SETTLEMENT, 6, "settlement.result");
    }

    @Test
    void secondSettlement_isOfAClosedLease() throws Exception {
        Told lease = chronicle.honest(NOW);
        lease.settlement();
        assertRefuted(chronicle.audit(), Clause.LIFECYCLE, 11, "settlement.leaseId");
    }

    private Told ready() throws Exception {
        Told lease = chronicle.lease(NOW, Chronicle.GPU);
        lease.period = Duration.ofSeconds(10);
        lease.receipt(32);
        lease.result();
        return lease;
    }
}
