package dev.assay.market.server;

import static dev.assay.market.server.MarketTest.assertCode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.market.Papers;
import dev.assay.market.Work;
import dev.assay.market.ledger.Account;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;
import dev.assay.protocol.market.OrderEvent.Awarded;
import dev.assay.protocol.market.OrderEvent.Closed;
import dev.assay.protocol.market.OrderEvent.ResultLogged;
import dev.assay.protocol.market.OrderEvent.VerdictLogged;
import dev.assay.protocol.money.Price;
import dev.assay.verification.VerificationException;
import dev.assay.verification.check.Replay;
import dev.assay.verification.check.ResultContents;
import dev.assay.verification.log.LogCheckpoint;
import dev.assay.verification.statement.OrderPredicate;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Verdicts: who may give them, on what, and what they do to the money. */
class VerdictTest {
    private static final Price MAX = Papers.price(400_000);

    @TempDir Path directory;

    /** An order with its result logged. */
    private record Finished(
            Rig rig, FakeTenant tenant, FakeAgent agent, OrderId order, FakeAttempt attempt)
            implements AutoCloseable {
        static Finished in(Rig rig, Work work) throws Exception {
            FakeTenant tenant = rig.tenant();
            FakeAgent agent = rig.agent(350_000);
            OrderId order = tenant.place(tenant.order(work, MAX, Duration.ofMinutes(10)));
            FakeAttempt attempt = agent.begin(tenant, rig.market(), work);
            attempt.run();
            return new Finished(rig, tenant, agent, order, attempt);
        }

        ResultLogged result() {
            return tenant.events().next(ResultLogged.class);
        }

        void post(Bytes verdict) throws MarketException {
            rig.market().postVerdict(order, verdict);
        }

        CloseReason closed() {
            return tenant.events().next(Closed.class).reason();
        }

        /** Nothing moved. */
        void assertHeld() throws MarketException {
            assertThat(rig.balance(Account.escrow(order))).isEqualTo(800_000);
            rig.market().checkBooks();
        }

        @Override
        public void close() throws MarketException {
            rig.close();
        }
    }

    @Test
    void fail_ofAWrongResult_isReproducedAndSlashes() throws Exception {
        BlobStore blobs = BlobStore.open(directory.resolve("blobs"));
        Work wrong = Work.real(directory, blobs, false);
        try (Finished story = Finished.in(replaying(blobs), wrong)) {
            story.post(story.tenant.verdict(story.attempt.lease(), Outcome.FAIL));

            assertThat(story.closed()).isEqualTo(CloseReason.AUDIT_FAILED);
            assertThat(story.rig.gained(story.tenant.account())).isEqualTo(10_000);
            assertThat(story.rig.gained(story.agent.account())).isEqualTo(-10_000);
            story.rig.assertReleased(story.order, story.agent);
        }
    }

    @Test
    void fail_ofAWrongResult_costsTheProviderItsReputation() throws Exception {
        BlobStore blobs = BlobStore.open(directory.resolve("blobs"));
        Work wrong = Work.real(directory, blobs, false);
        try (Finished story = Finished.in(replaying(blobs), wrong)) {
            story.post(story.tenant.verdict(story.attempt.lease(), Outcome.FAIL));
            story.rig.agent(399_999);
            FakeTenant next = story.rig.tenant();
            next.place(MAX);

            var ranking = next.events().next(Awarded.class).ranking();
            assertThat(ranking.getLast().provider()).isEqualTo(story.agent.key().keyId());
            assertThat(ranking.getLast().reputation()).isLessThan(0.1);
        }
    }

    @Test
    void fail_ofARightResult_isRefusedAndTheLeaseStaysOpen() throws Exception {
        BlobStore blobs = BlobStore.open(directory.resolve("blobs"));
        Work right = Work.real(directory, blobs, true);
        try (Finished story = Finished.in(replaying(blobs), right)) {
            ResultLogged result = story.result();
            Bytes lie = story.tenant.verdict(story.attempt.lease(), result, Outcome.FAIL);

            assertThatThrownBy(() -> story.post(lie))
                    .isInstanceOf(MarketException.class)
                    .hasMessageContaining("could not be reproduced");
            story.assertHeld();

            story.post(story.tenant.verdict(story.attempt.lease(), result, Outcome.PASS));
            assertThat(story.closed()).isEqualTo(CloseReason.DONE);
            assertThat(story.rig.gained(story.agent.account())).isEqualTo(560_000);
        }
    }

    /** Else the money waits for as long as the tenant goes on lying, and the market replays. */
    @Test
    void tenant_thatRepeatsAFalseFail_isRefusedWithoutAnotherReplay() throws Exception {
        AtomicInteger replays = new AtomicInteger();
        FailureReproducer counting =
                _ -> {
                    replays.incrementAndGet();
                    return Optional.empty();
                };
        try (Finished story = Finished.in(reproducing(counting), Work.NOMINAL)) {
            ResultLogged result = story.result();
            Bytes lie = story.tenant.verdict(story.attempt.lease(), result, Outcome.FAIL);
            for (int i = 0; i < 3; i++) {
                assertCode(Code.REFUSED, () -> story.post(lie));
            }

            assertThat(replays).hasValue(1);
        }
    }

    @Test
    void tenant_thatPostsAFailWhileOneIsReproduced_isRefused() throws Exception {
        CompletableFuture<Bytes> again = new CompletableFuture<>();
        AtomicReference<Finished> posting = new AtomicReference<>();
        FailureReproducer nested =
                _ -> {
                    assertCode(Code.REFUSED, () -> posting.get().post(again.join()));
                    return Optional.empty();
                };
        try (Finished story = Finished.in(reproducing(nested), Work.NOMINAL)) {
            posting.set(story);
            ResultLogged result = story.result();
            again.complete(story.tenant.verdict(story.attempt.lease(), result, Outcome.FAIL));

            assertThatThrownBy(() -> story.post(again.join()))
                    .hasMessageContaining("could not be reproduced");
        }
    }

    /** A market that could not look says nothing about the failure. */
    @Test
    void fail_thatTheMarketCouldNotReplay_mayBePostedAgain() throws Exception {
        AtomicInteger replays = new AtomicInteger();
        FailureReproducer broken =
                _ -> {
                    replays.incrementAndGet();
                    throw new MarketException(Code.UNAVAILABLE, "no disk");
                };
        try (Finished story = Finished.in(reproducing(broken), Work.NOMINAL)) {
            ResultLogged result = story.result();
            Bytes fail = story.tenant.verdict(story.attempt.lease(), result, Outcome.FAIL);
            assertCode(Code.UNAVAILABLE, () -> story.post(fail));
            assertCode(Code.UNAVAILABLE, () -> story.post(fail));

            assertThat(replays).hasValue(2);
        }
    }

    /** What a provider says of its own speed would win it awards at any price. */
    @Test
    void provider_thatClaimsToHaveTakenNoTime_isMeasuredByTheMarketsClock() throws Exception {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
        try (Rig rig =
                new Rig(directory, Rig.PATIENT, Rig.keys(), Rig.NEVER_REPRODUCED, now::get)) {
            FakeTenant tenant = rig.tenant();
            FakeAgent agent = rig.agent(350_000);
            OrderId order = tenant.place(tenant.order(Work.NOMINAL, MAX, Duration.ofMinutes(10)));
            FakeAttempt attempt = agent.begin(tenant, rig.market(), Work.NOMINAL);
            now.updateAndGet(then -> then.plusSeconds(8));
            attempt.submitReceipt(FakeAttempt.UNITS, Duration.ZERO);
            attempt.submitResult();
            rig.market().postVerdict(order, tenant.verdict(attempt.lease(), Outcome.PASS));
            tenant.events().next(Closed.class);
            FakeTenant next = rig.tenant();
            next.place(MAX);

            var ranking = next.events().next(Awarded.class).ranking();
            assertThat(ranking.getFirst().rowsPerSecond()).isEqualTo(250);
        }
    }

    @Test
    void inconclusive_holdsTheMoneyUntilAVerdictThatDecides() throws Exception {
        try (Finished story = Finished.in(new Rig(directory, Rig.PATIENT), Work.NOMINAL)) {
            ResultLogged result = story.result();
            story.post(story.tenant.verdict(story.attempt.lease(), result, Outcome.INCONCLUSIVE));
            story.tenant.events().next(VerdictLogged.class);
            story.assertHeld();

            story.post(story.tenant.verdict(story.attempt.lease(), result, Outcome.PASS));
            assertThat(story.closed()).isEqualTo(CloseReason.DONE);
        }
    }

    @Test
    void challengeWindow_withoutAVerdict_paysTheProvider() throws Exception {
        try (Finished story = Finished.in(new Rig(directory, challenge(Rig.SHORT)), Work.NOMINAL)) {
            assertThat(story.closed()).isEqualTo(CloseReason.DONE);
            assertThat(story.rig.gained(story.agent.account())).isEqualTo(560_000);
            story.rig.assertReleased(story.order, story.agent);
            assertThat(story.tenant.events().soFar()).noneMatch(VerdictLogged.class::isInstance);
        }
    }

    @Test
    void challengeWindow_endingWhileAFailureIsReproduced_paysNobodyYet() throws Exception {
        BlobStore blobs = BlobStore.open(directory.resolve("blobs"));
        Work wrong = Work.real(directory, blobs, false);
        Duration window = Duration.ofSeconds(2);
        FailureReproducer slow =
                failed -> {
                    pause(window.plusMillis(500));
                    return replay(blobs).reproduce(failed);
                };
        Rig rig =
                new Rig(
                        directory.resolve("market"),
                        challenge(window),
                        Rig.keys(),
                        slow,
                        InstantSource.system());
        try (Finished story = Finished.in(rig, wrong)) {
            story.post(story.tenant.verdict(story.attempt.lease(), Outcome.FAIL));

            assertThat(story.closed()).isEqualTo(CloseReason.AUDIT_FAILED);
        }
    }

    @Test
    void verdict_afterTheSettlement_isTooLate() throws Exception {
        try (Finished story = Finished.in(new Rig(directory, Rig.PATIENT), Work.NOMINAL)) {
            Bytes pass = story.tenant.verdict(story.attempt.lease(), Outcome.PASS);
            story.post(pass);

            assertCode(Code.TOO_LATE, () -> story.post(pass));
            assertThat(story.rig.gained(story.agent.account())).isEqualTo(560_000);
        }
    }

    @Test
    void verdict_beforeTheResult_isRefused() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            OrderPredicate order = tenant.order(Work.NOMINAL, MAX, Duration.ofMinutes(1));
            rig.agent(350_000);
            OrderId id = tenant.place(order);
            tenant.events().next(Awarded.class);

            assertThatThrownBy(() -> rig.market().postVerdict(id, tenant.sign(order)))
                    .hasMessageContaining("no result");
        }
    }

    @Test
    void verdict_bySomebodyElse_isRefused() throws Exception {
        try (Finished story = Finished.in(new Rig(directory, Rig.PATIENT), Work.NOMINAL)) {
            FakeTenant other = story.rig.tenant();
            Bytes forged = other.verdict(story.attempt.lease(), story.result(), Outcome.PASS);

            assertCode(Code.REFUSED, () -> story.post(forged));
            story.assertHeld();
        }
    }

    @Test
    void verdict_drawnAtACheckpointThatNeverWas_isRefused() throws Exception {
        try (Finished story = Finished.in(new Rig(directory, Rig.PATIENT), Work.NOMINAL)) {
            ResultLogged result = story.result();
            long index = result.document().index();
            for (LogCheckpoint checkpoint :
                    List.of(
                            new LogCheckpoint("x", index + 1, Papers.digest("ground")),
                            new LogCheckpoint("x", index, Papers.digest("too early")),
                            new LogCheckpoint("x", index + 99, Papers.digest("the future")))) {
                Bytes ground =
                        story.tenant.verdict(
                                story.attempt.lease(), result, Outcome.PASS, checkpoint);

                assertCode(Code.REFUSED, () -> story.post(ground));
            }
            story.assertHeld();
        }
    }

    @Test
    void verdict_drawnAtAnOlderCheckpointThatCoversTheResult_isTaken() throws Exception {
        try (Finished story = Finished.in(new Rig(directory, Rig.PATIENT), Work.NOMINAL)) {
            Bytes early = story.tenant.verdict(story.attempt.lease(), Outcome.PASS);
            story.rig.tenant().place(MAX);
            story.post(early);

            assertThat(story.closed()).isEqualTo(CloseReason.DONE);
        }
    }

    private Rig replaying(BlobStore blobs) throws Exception {
        return reproducing(replay(blobs));
    }

    private Rig reproducing(FailureReproducer reproducer) throws Exception {
        return new Rig(
                directory.resolve("market"),
                Rig.PATIENT,
                Rig.keys(),
                reproducer,
                InstantSource.system());
    }

    private static FailureReproducer replay(BlobStore blobs) {
        return failed -> {
            try {
                return new Replay(new Work.ClippingEngine())
                        .reproduce(failed, ResultContents.open(failed.result(), blobs));
            } catch (VerificationException e) {
                throw new MarketException(Code.UNAVAILABLE, e.getMessage(), e);
            }
        };
    }

    private static MarketConfig challenge(Duration window) {
        return Rig.config(Rig.LONG, Rig.LONG, Rig.LONG, Rig.LONG, window);
    }

    private static void pause(Duration duration) throws MarketException {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MarketException(Code.UNAVAILABLE, "interrupted", e);
        }
    }
}
