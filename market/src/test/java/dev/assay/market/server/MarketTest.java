package dev.assay.market.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.market.Papers;
import dev.assay.market.Work;
import dev.assay.market.ledger.Account;
import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;
import dev.assay.protocol.market.MarketMessage.LeaseClosed;
import dev.assay.protocol.market.MarketMessage.NotAwarded;
import dev.assay.protocol.market.OrderEvent;
import dev.assay.protocol.market.OrderEvent.Awarded;
import dev.assay.protocol.market.OrderEvent.Closed;
import dev.assay.protocol.market.OrderEvent.Settled;
import dev.assay.protocol.market.RankedBid;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.Price;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.crypto.LogVerifyingKey;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.log.LogLeaf;
import dev.assay.verification.log.TlogProof;
import dev.assay.verification.statement.SettlementPredicate;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** One order from its beginning to its settlement, and what the market tells of it. */
class MarketTest {
    private static final Price MAX = Papers.price(400_000);

    @TempDir Path directory;

    @Test
    void order_bidsAwardWorkPass_isSettledToTheMicroUnit() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            FakeAgent dear = rig.agent(390_000);
            FakeAgent cheap = rig.agent(350_000);
            OrderId order = tenant.place(MAX);
            FakeAttempt attempt = cheap.begin(tenant, rig.market(), Work.NOMINAL);
            assertThat(rig.balance(Account.escrow(order))).isEqualTo(800_000);
            dear.heard().next(NotAwarded.class);
            assertThat(rig.gained(dear.account())).isZero();
            assertThat(rig.gained(cheap.account())).isEqualTo(-10_000);

            attempt.run();
            rig.market().postVerdict(order, tenant.verdict(attempt.lease(), Outcome.PASS));

            Closed closed = tenant.events().next(Closed.class);
            assertThat(closed.reason()).isEqualTo(CloseReason.DONE);
            assertThat(rig.gained(tenant.account())).isEqualTo(-700_000);
            assertThat(rig.gained(cheap.account())).isEqualTo(560_000);
            assertThat(rig.balance(Account.pool("community"))).isEqualTo(56_000);
            assertThat(rig.balance(Account.pool("provider-subsidy"))).isEqualTo(42_000);
            assertThat(rig.balance(Account.pool("stakers"))).isEqualTo(28_000);
            assertThat(rig.balance(Account.pool("public-goods"))).isEqualTo(14_000);
            assertThat(cheap.heard().next(LeaseClosed.class).reason()).isEqualTo(CloseReason.DONE);
            rig.assertReleased(order, dear, cheap);
        }
    }

    @Test
    void events_ofAWholeOrder_comeInTheOrderOfTheStory() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            rig.agent(FakeAgent.DECLINES);
            OrderId order = finish(rig, tenant, rig.agent(350_000));

            tenant.events().next(Closed.class);
            FakeTenant late = rig.tenant();
            late.watch(order);
            late.events().next(Closed.class);
            List<OrderEvent> replayed = late.events().soFar();

            assertThat(replayed).isEqualTo(tenant.events().soFar());
            assertThat(replayed.stream().map(event -> event.getClass().getSimpleName()).distinct())
                    .containsExactlyInAnyOrder(
                            "Opened",
                            "BidPlaced",
                            "BidDeclined",
                            "Awarded",
                            "Locked",
                            "AttemptChanged",
                            "ReceiptLogged",
                            "ResultLogged",
                            "VerdictLogged",
                            "Settled",
                            "Closed");
            assertThat(replayed.getFirst()).isInstanceOf(OrderEvent.Opened.class);
            assertThat(replayed.getLast()).isInstanceOf(Closed.class);
            assertThat(replayed.get(replayed.size() - 2)).isInstanceOf(Settled.class);
        }
    }

    @Test
    void documents_ofAWholeOrder_areInTheLogInTheirOrder() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            FakeAgent agent = rig.agent(350_000);
            finish(rig, tenant, agent);
            Settled settled = tenant.events().next(Settled.class);
            VerifyingKey market = VerifyingKey.fromPem(rig.market().identity().statementKeyPem());
            LogVerifyingKey log = LogVerifyingKey.parse(rig.market().identity().logKey());
            Envelope envelope = Envelope.parse(settled.document().envelope().toArray());

            SettlementPredicate settlement =
                    SignedStatement.verify(envelope, market, SettlementPredicate.class).predicate();
            // Order, lease, two receipts, result and verdict come before it.
            assertThat(settled.document().index()).isEqualTo(6);
            TlogProof.parse(rig.market().proofs(List.of(6L)).getFirst().toArray())
                    .verify(LogLeaf.of(envelope, market), log);
            assertThat(settlement.owed()).hasToString("0.700000");
        }
    }

    @Test
    void proofs_ofSeveralEntries_shareOneCheckpoint() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            finish(rig, rig.tenant(), rig.agent(350_000));

            assertThat(
                            rig.market().proofs(List.of(0L, 6L, 3L)).stream()
                                    .map(proof -> note(proof.toArray()))
                                    .distinct())
                    .hasSize(1);
            assertThat(rig.market().proofs(List.of())).isEmpty();
            assertCode(Code.UNKNOWN, () -> rig.market().proofs(List.of(7L)));
            assertCode(Code.UNKNOWN, () -> rig.market().proofs(List.of(-1L)));
        }
    }

    @Test
    void award_afterMeasuredWork_prefersTheFasterAndTrusted() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            FakeAgent known = rig.agent(350_000);
            finish(rig, tenant, known);
            rig.agent(349_999);

            FakeTenant second = rig.tenant();
            second.place(MAX);
            List<RankedBid> ranking = second.events().next(Awarded.class).ranking();

            assertThat(ranking.getFirst().provider()).isEqualTo(known.key().keyId());
            assertThat(ranking.getFirst().rowsPerSecond()).isPositive();
            assertThat(ranking.getFirst().reputation())
                    .isGreaterThan(ranking.getLast().reputation());
            assertThat(ranking.getLast().score()).isGreaterThan(1.0);
        }
    }

    @Test
    void agent_withAFullMachine_isRefusedUntilItsLeaseEnds() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            FakeAgent agent = new FakeAgent("small", 350_000).with(Papers.NEEDED);
            rig.fund(agent.account());
            agent.connect(rig.market());
            OrderId first = tenant.place(MAX);
            FakeAttempt attempt = agent.begin(tenant, rig.market(), Work.NOMINAL);

            FakeTenant second = rig.tenant();
            second.place(MAX);
            assertThat(second.events().next(OrderEvent.BidDeclined.class).reason())
                    .contains("free capacity");
            assertThat(second.events().next(Closed.class).reason()).isEqualTo(CloseReason.NO_BIDS);

            attempt.run();
            rig.market().postVerdict(first, tenant.verdict(attempt.lease(), Outcome.PASS));
            FakeTenant third = rig.tenant();
            third.place(MAX);
            third.events().next(Awarded.class);
        }
    }

    @Test
    void fund_samePaymentTwice_countsOnce() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            Account account = Account.tenant(new KeyId(Papers.digest("t")));
            for (int i = 0; i < 2; i++) {
                rig.market().fund(account, Denom.AKT, MicroAmount.of(5), Papers.digest("payment"));
            }

            assertThat(rig.market().balance(account, Denom.AKT)).isEqualTo(MicroAmount.of(5));
            assertThat(rig.market().checkBooks().inside(Denom.AKT)).isEqualTo(MicroAmount.of(5));
        }
    }

    @Test
    void keyPem_ofAPartyThatIsKnown_isItsKey() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeAgent agent = rig.agent(1);

            assertThat(rig.market().keyPem(agent.key().keyId()))
                    .isEqualTo(agent.key().verifyingKey().toPem());
            assertCode(Code.UNKNOWN, () -> rig.market().keyPem(new KeyId(Papers.digest("nobody"))));
            assertCode(Code.REFUSED, () -> rig.market().register("not a key"));
        }
    }

    @Test
    void close_endsConnectionsAndRefusesCalls() throws Exception {
        Rig rig = new Rig(directory, Rig.PATIENT);
        FakeAgent agent = rig.agent(1);
        rig.close();

        assertThat(agent.ended().join()).contains("market closed");
        assertCode(Code.UNAVAILABLE, () -> rig.market().checkBooks());
    }

    @Test
    void open_directoryOfARunningMarket_saysSo() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            assertThatThrownBy(() -> new Rig(directory, Rig.PATIENT))
                    .isInstanceOf(MarketException.class)
                    .hasMessageContaining("running process");
            rig.market().checkBooks();
        }
    }

    static OrderId finish(Rig rig, FakeTenant tenant, FakeAgent agent) throws Exception {
        OrderId order = tenant.place(MAX);
        FakeAttempt attempt = agent.begin(tenant, rig.market(), Work.NOMINAL);
        attempt.run();
        rig.market().postVerdict(order, tenant.verdict(attempt.lease(), Outcome.PASS));
        return order;
    }

    static void assertCode(Code code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        MarketException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private static String note(byte[] proof) {
        String text = new String(proof, StandardCharsets.UTF_8);
        return text.substring(text.indexOf("\n\n"));
    }
}
