package dev.assay.market.escrow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.market.Papers;
import dev.assay.market.Story;
import dev.assay.market.Work;
import dev.assay.market.ledger.Account;
import dev.assay.market.ledger.Citation;
import dev.assay.market.ledger.Ledger;
import dev.assay.market.ledger.MemoryBook;
import dev.assay.market.ledger.Transfer;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.FeeSchedule;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.Price;
import dev.assay.protocol.money.PriceUnit;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.VerifiedLease;
import dev.assay.verification.statement.SettlementPredicate;
import dev.assay.verification.statement.SettlementPredicate.Purpose;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Random leases with random endings, posted to a ledger. */
class SettlementPropertyTest {
    private static final int UNITS = 32;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void anyEnding_dividesTheDepositExactly(long seed) throws Exception {
        Random random = new Random(seed);
        for (int i = 0; i < 20; i++) {
            Story story = random(random);
            int units = random.nextBoolean() ? UNITS : random.nextInt(UNITS);
            if (random.nextInt(5) > 0) {
                story.receipt(units, Duration.ofMillis(random.nextInt(3_600_000)));
            }
            MicroAmount bidDeposit = MicroAmount.of(random.nextInt(3) * 5_000L);
            Ending ending = ending(random, story, units);
            Closing closing = new Closing(story.lease(), story.chain().head(), ending);

            assertWhole(story.lease(), bidDeposit, Settlement.of(closing, bidDeposit, Story.BEGAN));
        }
    }

    private static void assertWhole(
            VerifiedLease lease, MicroAmount bidDeposit, SettlementPredicate settlement)
            throws MarketException {
        Account escrow = Account.escrow(lease.lease().order());
        Account bid = Account.bid(lease.lease().order(), lease.lease().provider());
        Ledger ledger = new Ledger(new MemoryBook());
        post(ledger, Account.OUTSIDE, escrow, lease.lease().deposit());
        if (!bidDeposit.isZero()) {
            post(ledger, Account.OUTSIDE, bid, bidDeposit);
        }
        for (SettlementPredicate.Transfer transfer : settlement.transfers()) {
            post(
                    ledger,
                    new Account(transfer.from()),
                    new Account(transfer.to()),
                    transfer.amount());
        }
        ledger.check();
        assertThat(ledger.balance(escrow, Denom.USDC)).isEqualTo(MicroAmount.ZERO);
        assertThat(ledger.balance(bid, Denom.USDC)).isEqualTo(MicroAmount.ZERO);
        assertThat(settlement.total(Purpose.PAYMENT).plus(settlement.total(Purpose.FEE)))
                .isEqualTo(settlement.owed());
    }

    private static void post(Ledger ledger, Account from, Account to, MicroAmount amount)
            throws MarketException {
        ledger.post(
                new Transfer(
                        from,
                        to,
                        Denom.USDC,
                        amount,
                        new Citation(Citation.Kind.SETTLEMENT, Papers.digest("s")),
                        Story.BEGAN));
    }

    private static Story random(Random random) throws VerificationException {
        long max = 1 + random.nextLong(10_000_000);
        PriceUnit unit = random.nextBoolean() ? PriceUnit.CPU_HOUR : PriceUnit.THOUSAND_ROWS;
        Price price = new Price(MicroAmount.of(max), Denom.USDC, unit);
        Duration time = Duration.ofMillis(1 + random.nextInt(3_600_000));
        int first = random.nextInt(10_001);
        FeeSchedule fees =
                new FeeSchedule(
                        random.nextInt(10_001),
                        List.of(
                                new FeeSchedule.Pool("a", first),
                                new FeeSchedule.Pool("b", 10_000 - first)));
        return new Story(
                Work.NOMINAL,
                price,
                MicroAmount.of(1 + random.nextLong(max)),
                OrderDeposit.required(
                        Papers.spec(Work.NOMINAL, price), Story.BEGAN, Story.BEGAN.plus(time)),
                fees,
                time);
    }

    private static Ending ending(Random random, Story story, int units)
            throws VerificationException {
        boolean finished = units == UNITS && story.chain().head().isPresent();
        if (finished && random.nextBoolean()) {
            return random.nextBoolean() ? passed(story) : new Ending.Unchallenged(story.result());
        }
        List<CloseReason> reasons =
                List.of(
                        CloseReason.OWNER,
                        CloseReason.FAILED,
                        CloseReason.MANIFEST_TIMEOUT,
                        CloseReason.PROVIDER_LOST);
        Cause[] causes = Cause.values();
        return new Ending.Unfinished(
                reasons.get(random.nextInt(reasons.size())),
                random.nextInt(4) == 0
                        ? Optional.empty()
                        : Optional.of(causes[random.nextInt(causes.length)]));
    }

    private static Ending passed(Story story) throws VerificationException {
        return new Ending.Passed(story.audited(Outcome.PASS).passed().orElseThrow());
    }
}
