package dev.assay.verification.attest;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.models.tensor.Tensor;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.usage.Usage;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.check.TinyModel;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.statement.UsagePredicate;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.time.Instant;

/** What a provider may not do with its receipts. */
final class ReceiptChainTest {
    private static final Tensor OUTPUT = TinyModel.output();
    private static final Instant LATER = Papers.NOW.plusSeconds(60);

    private final Papers papers;
    private final ReceiptChain chain;

    ReceiptChainTest() throws Exception {
        papers = new Papers();
        chain = new ReceiptChain(papers.verifiedLease(), papers.provider.verifyingKey());
    }

    @Test
    void honestReceipts_appended_areKeptInOrder() throws Exception {
        VerifiedReceipt first = append(next(0));
        VerifiedReceipt second = append(next(2));
        VerifiedReceipt third = append(next(3));
        assertThat(chain.receipts()).containsExactly(first, second, third);
        assertThat(chain.head()).contains(third);
        assertThat(third.receipt().usage().rows()).isEqualTo(5);
    }

    @Test
    void chain_ofAnotherKeyThanTheLeasesProvider_isRefused() {
        assertRefused(
                        Code.BAD_STATEMENT,
                        () ->
                                new ReceiptChain(
                                        papers.verifiedLease(), papers.stranger.verifyingKey()))
                .startsWith("lease.provider: is ");
    }

    @Test
    void receipt_signedByAnotherKey_isRefused() throws Exception {
        UsagePredicate receipt = next(0);
        assertRefused(Code.BAD_KEY, () -> append(receipt, papers.stranger));
        assertThat(chain.head()).isEmpty();
    }

    @Test
    void receipt_ofAnotherLease_isRefused() throws Exception {
        UsagePredicate good = next(0);
        LeaseId other = new LeaseId(Digest.sha256(new byte[] {9}));
        assertRefused(
                        Code.BAD_STATEMENT,
                        () ->
                                append(
                                        new UsagePredicate(
                                                other,
                                                good.spec(),
                                                good.sequence(),
                                                good.previous(),
                                                good.periodStart(),
                                                good.periodEnd(),
                                                good.resources(),
                                                good.usage(),
                                                good.unitRoot())))
                .startsWith("usage.leaseId: is ");
    }

    @Test
    void receipt_ofAnotherJob_isRefused() throws Exception {
        UsagePredicate receipt = next(0);
        assertRefused(
                        Code.BAD_STATEMENT,
                        () ->
                                chain.append(
                                        Forgery.signed(
                                                receipt.statement(),
                                                papers.provider,
                                                "/predicate/spec",
                                                "sha256:" + "ab".repeat(32)),
                                        LATER))
                .contains("usage");
    }

    @Test
    void receipt_thatLeavesOneOut_isRefused() throws Exception {
        append(next(0));
        UsagePredicate skipped = next(1);
        UsagePredicate after =
                changed(skipped, skipped.sequence() + 1, digest(skipped), skipped.usage());
        assertRefused(Code.BROKEN_CHAIN, () -> append(after))
                .contains("receipt 2 after ")
                .contains("which expects 1 after ");
    }

    @Test
    void firstReceipt_thatBeginsLaterInTheChain_isRefused() throws Exception {
        UsagePredicate first = next(0);
        assertRefused(
                Code.BROKEN_CHAIN,
                () -> append(changed(first, 1, first.previous(), first.usage())));
    }

    @Test
    void receipt_replayed_isRefused() throws Exception {
        UsagePredicate first = next(0);
        append(first);
        assertRefused(Code.BROKEN_CHAIN, () -> append(first));
        assertThat(chain.receipts()).hasSize(1);
    }

    @Test
    void receipt_thatForksTheChain_isRefused() throws Exception {
        append(next(0));
        UsagePredicate second = next(1);
        UsagePredicate fork = next(2);
        append(second);
        assertRefused(Code.BROKEN_CHAIN, () -> append(fork));
        UsagePredicate afterTheFork = changed(next(3), 2, digest(fork), next(3).usage());
        assertRefused(Code.BROKEN_CHAIN, () -> append(afterTheFork));
    }

    @ParameterizedTest
    @CsvSource({"-1", "1"})
    void receipt_whosePeriodOverlapsOrLeavesAGap_isRefused(long seconds) throws Exception {
        append(next(0));
        UsagePredicate second = next(1);
        assertRefused(
                        Code.BAD_PERIOD,
                        () ->
                                append(
                                        period(
                                                second,
                                                second.periodStart().plusSeconds(seconds),
                                                second.periodEnd().plusSeconds(seconds))))
                .startsWith("usage.chargePeriodStart: is ");
    }

    @Test
    void firstReceipt_thatBeginsBeforeTheLease_isRefused() throws Exception {
        UsagePredicate first = next(0);
        Instant leased = papers.lease().createdOn();
        assertRefused(
                        Code.BAD_PERIOD,
                        () ->
                                append(
                                        period(
                                                first,
                                                leased.minus(ReceiptChain.CLOCK_SKEW)
                                                        .minusMillis(1),
                                                first.periodEnd())))
                .endsWith(" is before the lease began");
        append(period(first, leased.minus(ReceiptChain.CLOCK_SKEW), first.periodEnd()));
    }

    @Test
    void receipt_fromTheFuture_isRefused() throws Exception {
        UsagePredicate first = next(0);
        Instant limit = LATER.plus(ReceiptChain.CLOCK_SKEW);
        assertRefused(
                        Code.BAD_PERIOD,
                        () -> append(period(first, first.periodStart(), limit.plusMillis(1))))
                .endsWith(" is in the future");
        append(period(first, first.periodStart(), limit));
    }

    /** The second receipt of the chain claims 2 s, 1 s, 1 MiB, 2 rows and 1 unit. */
    @ParameterizedTest
    @CsvSource({
        "1999, 1000, 1048576, 4, 2",
        "2000,  999, 1048576, 4, 2",
        "2000, 1000, 1048575, 4, 2",
        "2000, 1000, 1048576, 0, 0",
    })
    void receipt_whoseQuantitiesFall_isRefused(
            long wall, long cpu, long memory, long rows, long units) throws Exception {
        append(next(0));
        append(next(1));
        Usage less =
                new Usage(Duration.ofMillis(wall), Duration.ofMillis(cpu), memory, rows, units);
        UsagePredicate third = next(2);
        assertRefused(
                        Code.IMPOSSIBLE_USAGE,
                        () -> append(changed(third, 2, third.previous(), less)))
                .isEqualTo("usage.meters: a cumulative quantity fell");
    }

    @Test
    void receipt_withMoreRowsOrFewerThanItsUnitsHave_isRefused() throws Exception {
        for (long rows : new long[] {0, 3, 5}) {
            UsagePredicate first = next(2);
            Usage usage = with(first.usage(), rows, 2);
            assertRefused(
                            Code.IMPOSSIBLE_USAGE,
                            () -> append(changed(first, 0, first.previous(), usage)))
                    .isEqualTo("usage.meters: rows for the units: is " + rows + ", expected 4");
        }
    }

    @Test
    void receipt_withMoreUnitsThanTheJob_isRefused() throws Exception {
        UsagePredicate first = next(3);
        for (long units : new long[] {4, Long.MAX_VALUE}) {
            assertRefused(
                            Code.IMPOSSIBLE_USAGE,
                            () ->
                                    append(
                                            changed(
                                                    first,
                                                    0,
                                                    first.previous(),
                                                    with(first.usage(), 5, units))))
                    .isEqualTo("usage.meters: more units than the job has");
        }
    }

    @Test
    void receipt_withMoreWallTimeThanItsPeriods_isRefused() throws Exception {
        UsagePredicate first = next(0);
        Usage most = times(Duration.ofSeconds(2), Duration.ZERO);
        Usage more = times(Duration.ofSeconds(2).plusMillis(1), Duration.ZERO);
        assertRefused(
                        Code.IMPOSSIBLE_USAGE,
                        () -> append(changed(first, 0, first.previous(), more)))
                .isEqualTo("usage.meters: wall time PT2.001S is longer than the periods it covers");
        append(changed(first, 0, first.previous(), most));
    }

    @Test
    void receipt_withMoreProcessorTimeThanTheLeaseHas_isRefused() throws Exception {
        UsagePredicate first = next(0);
        // Two leased processors and two for the runtime, over one second and one of drift.
        Usage most = times(Duration.ofSeconds(1), Duration.ofSeconds(8));
        Usage more = times(Duration.ofSeconds(1), Duration.ofSeconds(8).plusMillis(1));
        assertRefused(
                        Code.IMPOSSIBLE_USAGE,
                        () -> append(changed(first, 0, first.previous(), more)))
                .endsWith("PT8.001S is more than the lease's processors can spend");
        append(changed(first, 0, first.previous(), most));
    }

    @Test
    void receipt_thatCommitsToUnitsBeforeAny_isRefused() throws Exception {
        UsagePredicate first = next(0);
        assertRefused(Code.BAD_STATEMENT, () -> append(root(first, digest(first))))
                .isEqualTo("usage.unitRoot: commits to units before any is finished");
    }

    @Test
    void receipt_thatChangesItsCommitmentWithoutNewUnits_isRefused() throws Exception {
        append(next(2));
        UsagePredicate second = next(2);
        assertRefused(Code.BAD_STATEMENT, () -> append(root(second, digest(second))))
                .isEqualTo("usage.unitRoot: changed although no unit was finished");
        append(second);
    }

    private UsagePredicate next(int units) throws VerificationException {
        return papers.receipt(chain.head(), units, OUTPUT);
    }

    private VerifiedReceipt append(UsagePredicate receipt) throws VerificationException {
        return append(receipt, papers.provider);
    }

    private VerifiedReceipt append(UsagePredicate receipt, SigningKey key)
            throws VerificationException {
        return chain.append(SignedStatement.sign(receipt.statement(), key), LATER);
    }

    private static Digest digest(UsagePredicate receipt) {
        return Digest.sha256(receipt.statement().bytes());
    }

    private static Usage with(Usage usage, long rows, long units) {
        return new Usage(usage.wall(), usage.cpu(), usage.peakMemoryBytes(), rows, units);
    }

    private static Usage times(Duration wall, Duration cpu) {
        return new Usage(wall, cpu, 0, 0, 0);
    }

    private static UsagePredicate changed(
            UsagePredicate of, long sequence, Digest previous, Usage usage) {
        return new UsagePredicate(
                of.lease(),
                of.spec(),
                sequence,
                previous,
                of.periodStart(),
                of.periodEnd(),
                of.resources(),
                usage,
                of.unitRoot());
    }

    private static UsagePredicate period(UsagePredicate of, Instant start, Instant end) {
        return new UsagePredicate(
                of.lease(),
                of.spec(),
                of.sequence(),
                of.previous(),
                start,
                end,
                of.resources(),
                of.usage(),
                of.unitRoot());
    }

    private static UsagePredicate root(UsagePredicate of, Digest root) {
        return new UsagePredicate(
                of.lease(),
                of.spec(),
                of.sequence(),
                of.previous(),
                of.periodStart(),
                of.periodEnd(),
                of.resources(),
                of.usage(),
                root);
    }
}
