package dev.assay.market.escrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.market.Papers;
import dev.assay.market.Story;
import dev.assay.market.Work;
import dev.assay.market.ledger.Account;
import dev.assay.market.server.MarketConfig;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.FeeSchedule;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.Price;
import dev.assay.protocol.money.PriceUnit;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.AuditedResult;
import dev.assay.verification.check.Replay;
import dev.assay.verification.check.ResultContents;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.SettlementPredicate;
import dev.assay.verification.statement.SettlementPredicate.Purpose;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

class SettlementTest {
    private static final FeeSchedule FEES = MarketConfig.DEFAULTS.fees(Denom.USDC);
    private static final MicroAmount BID_DEPOSIT = MicroAmount.of(10_000);
    private static final int UNITS = 32;

    @Test
    void passed_twoThousandRows_paysToTheMicroUnit() throws Exception {
        Story story = rows(400_000, 350_000, 800_000);
        story.receipt(UNITS, Duration.ofSeconds(1));

        SettlementPredicate settlement = settle(story, passed(story));

        assertThat(settlement.reason()).isEqualTo(CloseReason.DONE);
        assertThat(settlement.quantity()).isEqualTo(2_000);
        assertThat(settlement.owed()).hasToString("0.700000");
        assertThat(settlement.total(Purpose.PAYMENT)).hasToString("0.560000");
        assertThat(settlement.total(Purpose.FEE)).hasToString("0.140000");
        assertThat(settlement.total(Purpose.REFUND)).hasToString("0.100000");
        assertThat(settlement.total(Purpose.BID_DEPOSIT)).isEqualTo(BID_DEPOSIT);
        assertThat(settlement.total(Purpose.SLASH)).isEqualTo(MicroAmount.ZERO);
        assertThat(to(settlement, "pool:community")).hasToString("0.056000");
        assertThat(to(settlement, "pool:provider-subsidy")).hasToString("0.042000");
        assertThat(to(settlement, "pool:stakers")).hasToString("0.028000");
        assertThat(to(settlement, "pool:public-goods")).hasToString("0.014000");
        assertThat(settlement.usageHead()).contains(story.chain().head().orElseThrow().digest());
        assertThat(settlement.result()).isPresent();
        assertThat(settlement.verdict()).isPresent();
    }

    @Test
    void unchallenged_result_paysTheSameWithoutAVerdict() throws Exception {
        Story story = rows(400_000, 350_000, 800_000);
        story.receipt(UNITS, Duration.ofSeconds(1));

        SettlementPredicate settlement = settle(story, new Ending.Unchallenged(story.result()));

        assertThat(settlement.owed()).hasToString("0.700000");
        assertThat(settlement.result()).isPresent();
        assertThat(settlement.verdict()).isEmpty();
    }

    @Test
    void refuted_result_refundsAllAndSlashesForTheTenant(@TempDir Path directory) throws Exception {
        BlobStore blobs = BlobStore.open(directory.resolve("blobs"));
        Work wrong = Work.real(directory, blobs, false);
        Story story =
                new Story(
                        wrong,
                        Papers.price(400_000),
                        MicroAmount.of(350_000),
                        MicroAmount.of(800_000),
                        FEES,
                        Duration.ofHours(1));
        story.receipt(UNITS, Duration.ofSeconds(1));
        AuditedResult failed = story.audited(Outcome.FAIL);
        Replay replay = new Replay(new Work.ClippingEngine());

        SettlementPredicate settlement =
                settle(
                        story,
                        new Ending.Refuted(
                                replay.reproduce(
                                                failed, ResultContents.open(failed.result(), blobs))
                                        .orElseThrow()));

        assertThat(settlement.reason()).isEqualTo(CloseReason.AUDIT_FAILED);
        assertThat(settlement.quantity()).isZero();
        assertThat(settlement.total(Purpose.REFUND)).hasToString("0.800000");
        assertThat(settlement.total(Purpose.SLASH)).isEqualTo(BID_DEPOSIT);
        assertThat(settlement.transfers()).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource(Cause.class)
    void failed_rowPricedLease_owesNothing(Cause cause) throws Exception {
        Story story = rows(400_000, 350_000, 800_000);
        story.receipt(UNITS - 1, Duration.ofSeconds(1));

        SettlementPredicate settlement =
                settle(story, new Ending.Unfinished(CloseReason.FAILED, Optional.of(cause)));

        assertThat(settlement.owed()).isEqualTo(MicroAmount.ZERO);
        assertThat(settlement.total(Purpose.REFUND)).hasToString("0.800000");
        assertThat(settlement.total(Purpose.BID_DEPOSIT)).isEqualTo(BID_DEPOSIT);
    }

    /** Else a provider bids by the hour, waits, and says that the input was bad. */
    @ParameterizedTest
    @EnumSource(Cause.class)
    void provider_thatBlamesTheTenantForAFailedAttempt_isPaidNoTime(Cause cause) throws Exception {
        Story story = hours(3_600_000, Duration.ofMinutes(10));
        story.receipt(1, Duration.ofSeconds(90));

        SettlementPredicate settlement =
                settle(story, new Ending.Unfinished(CloseReason.FAILED, Optional.of(cause)));

        assertThat(settlement.owed()).isEqualTo(MicroAmount.ZERO);
        assertThat(settlement.total(Purpose.REFUND)).isEqualTo(MicroAmount.of(600_000));
    }

    @Test
    void tenant_thatEndsATimePricedLease_owesTheTime() throws Exception {
        Story story = hours(3_600_000, Duration.ofMinutes(10));
        story.receipt(1, Duration.ofSeconds(90));

        SettlementPredicate settlement =
                settle(
                        story,
                        new Ending.Unfinished(CloseReason.OWNER, Optional.of(Cause.CANCELLED)));

        assertThat(settlement.owed()).isEqualTo(MicroAmount.of(90_000));
        assertThat(settlement.total(Purpose.REFUND)).isEqualTo(MicroAmount.of(510_000));
    }

    /** Else a tenant has its containers run for nothing: they fail, or never end, as it likes. */
    @ParameterizedTest
    @EnumSource(Cause.class)
    void tenant_whoseContainersFailAtItsWill_owesTheTime(Cause cause) throws Exception {
        Price price = new Price(MicroAmount.of(3_600_000), Denom.USDC, PriceUnit.CPU_HOUR);
        Duration time = Duration.ofMinutes(10);
        Story story =
                new Story(Papers.containers(price), price.rate(), price.cover(600_000), FEES, time);
        story.idle(Duration.ofSeconds(90));

        SettlementPredicate settlement =
                settle(story, new Ending.Unfinished(CloseReason.FAILED, Optional.of(cause)));

        boolean owed =
                switch (cause) {
                    case BAD_INPUT, CANCELLED, DEADLINE -> true;
                    case BLOB,
                            ENGINE,
                            RUNNER_LOST,
                            GPU_LOST,
                            GPU_FAULT,
                            STORAGE,
                            AGENT_RESTARTED,
                            AGENT_LOST,
                            MARKET_ERROR ->
                            false;
                };
        assertThat(settlement.owed()).isEqualTo(MicroAmount.of(owed ? 90_000 : 0));
    }

    @Test
    void timePricedLease_thatRanOverItsDeposit_owesTheDeposit() throws Exception {
        Story story = hours(3_600_000, Duration.ofMinutes(10));
        story.receipt(UNITS, Duration.ofMinutes(11));

        SettlementPredicate settlement = settle(story, passed(story));

        assertThat(settlement.quantity()).isEqualTo(660_000);
        assertThat(settlement.owed()).isEqualTo(story.lease().lease().deposit());
        assertThat(settlement.total(Purpose.REFUND)).isEqualTo(MicroAmount.ZERO);
    }

    @Test
    void timePricedLease_whoseCostOverflows_owesTheDeposit() throws Exception {
        Story story = hours(Long.MAX_VALUE, Duration.ofMinutes(30));
        story.receipt(UNITS, Duration.ofHours(2));

        assertThat(settle(story, passed(story)).owed()).isEqualTo(story.lease().lease().deposit());
    }

    @ParameterizedTest
    @EnumSource(
            value = CloseReason.class,
            names = {"MANIFEST_TIMEOUT", "PROVIDER_LOST"})
    void provider_thatDidNotComeOrStay_losesTheBidDeposit(CloseReason reason) throws Exception {
        Story story = rows(400_000, 350_000, 800_000);

        SettlementPredicate settlement =
                settle(story, new Ending.Unfinished(reason, Optional.empty()));

        assertThat(settlement.usageHead()).isEmpty();
        assertThat(settlement.total(Purpose.SLASH)).isEqualTo(BID_DEPOSIT);
        assertThat(to(settlement, Account.tenant(story.lease().lease().tenant()).name()))
                .hasToString("0.810000");
    }

    @Test
    void unfinished_withAReasonForFinishedWork_cannotBe() {
        for (CloseReason reason :
                List.of(CloseReason.DONE, CloseReason.NO_BIDS, CloseReason.AUDIT_FAILED)) {
            assertThatThrownBy(() -> new Ending.Unfinished(reason, Optional.empty()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void receipts_moreOfThemOrRepeated_changeNothing() throws Exception {
        Story one = hours(1_234_567, Duration.ofMinutes(10));
        one.receipt(UNITS, Duration.ofMillis(77_777));
        Story many = hours(1_234_567, Duration.ofMinutes(10));
        Envelope first = many.receipt(1, Duration.ofMillis(5)).statement().envelope();
        for (int units = 2; units <= UNITS; units++) {
            many.receipt(units, Duration.ofMillis(units * 2_430L));
            assertThatThrownBy(() -> many.chain().append(first, Story.BEGAN.plusSeconds(100)))
                    .isInstanceOf(VerificationException.class);
        }
        many.receipt(UNITS, Duration.ofMillis(77_777));

        SettlementPredicate expected = settle(one, passed(one));
        SettlementPredicate actual = settle(many, passed(many));

        assertThat(actual.quantity()).isEqualTo(expected.quantity());
        assertThat(amounts(actual)).isEqualTo(amounts(expected));
    }

    private static Story rows(long max, long rate, long deposit) throws VerificationException {
        return new Story(
                Work.NOMINAL,
                Papers.price(max),
                MicroAmount.of(rate),
                MicroAmount.of(deposit),
                FEES,
                Duration.ofHours(1));
    }

    private static Story hours(long rate, Duration time) throws VerificationException {
        Price price = new Price(MicroAmount.of(rate), Denom.USDC, PriceUnit.CPU_HOUR);
        return new Story(
                Work.NOMINAL, price, price.rate(), price.cover(time.toMillis()), FEES, time);
    }

    private static Ending passed(Story story) throws VerificationException {
        return new Ending.Passed(story.audited(Outcome.PASS).passed().orElseThrow());
    }

    private static SettlementPredicate settle(Story story, Ending ending) {
        return Settlement.of(
                new Closing(story.lease(), story.chain().head(), ending), BID_DEPOSIT, Story.BEGAN);
    }

    private static MicroAmount to(SettlementPredicate settlement, String account) {
        return settlement.transfers().stream()
                .filter(transfer -> transfer.to().equals(account))
                .map(SettlementPredicate.Transfer::amount)
                .reduce(MicroAmount.ZERO, MicroAmount::plus);
    }

    private static List<MicroAmount> amounts(SettlementPredicate settlement) {
        return Arrays.stream(Purpose.values()).map(settlement::total).toList();
    }
}
