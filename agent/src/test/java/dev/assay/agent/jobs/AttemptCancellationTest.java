package dev.assay.agent.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.FakeEngines;
import dev.assay.agent.FakeMarket;
import dev.assay.agent.Rig;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.market.AgentMessage;
import dev.assay.protocol.market.AgentMessage.ReportAttempt;
import dev.assay.protocol.market.AgentMessage.SubmitReceipt;
import dev.assay.protocol.market.AgentMessage.SubmitResult;
import dev.assay.protocol.market.MarketMessage.Award;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;

/** An attempt that is asked to end, in every state. */
@Timeout(60)
final class AttemptCancellationTest {
    @TempDir private Path folder;
    private final FakeEngines engines = new FakeEngines();
    private final FakeMarket market = new FakeMarket();
    private Rig rig;
    private Award award;
    private Attempt attempt;

    @BeforeEach
    void open() throws Exception {
        rig = new Rig(folder);
        award = rig.award();
        rig.begun(award);
        attempt = rig.attempt(rig.assignment(award), engines, Rig.NEVER, market);
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    /** Requests the end while this message is being sent; it stays unanswered then. */
    private void cancelOn(Predicate<AgentMessage> moment, Cause cause) {
        market.react(
                message -> {
                    if (moment.test(message)) {
                        attempt.cancel(cause);
                        return true;
                    }
                    return false;
                });
    }

    private static Predicate<AgentMessage> reports(AttemptState state) {
        return message -> message instanceof ReportAttempt report && report.state() == state;
    }

    private void assertEnded(AttemptState state, Cause cause, String detail) throws Exception {
        assertThat(market.last())
                .isEqualTo(new ReportAttempt(award.lease(), state, Optional.of(cause), detail));
        assertThat(market.states().stream().filter(AttemptState::isFinal)).hasSize(1);
        assertThat(rig.written.state(award.lease())).contains(state);
        assertThat(rig.written.cause(award.lease())).contains(cause);
        assertThat(rig.written.detail(award.lease())).isEqualTo(detail);
        assertThat(rig.journal.unfinished()).isEmpty();
        assertThat(attempt.hasEnded()).isTrue();
        engines.assertClosed();
    }

    @Test
    void cancel_beforeTheAttemptRuns_endsItWithoutAnyWork() throws Exception {
        attempt.cancel(Cause.CANCELLED);
        attempt.run();
        assertThat(market.states()).containsExactly(AttemptState.CANCELLED);
        assertThat(engines.steps).isEmpty();
        assertEnded(AttemptState.CANCELLED, Cause.CANCELLED, "the tenant ended the order");
    }

    @ParameterizedTest
    @EnumSource(names = {"PREPARING", "RUNNING", "FINISHING", "ATTESTING"})
    void cancel_inEveryState_endsTheAttemptThere(AttemptState state) throws Exception {
        cancelOn(reports(state), Cause.CANCELLED);
        attempt.run();
        assertThat(market.states()).endsWith(state, AttemptState.CANCELLED);
        assertThat(market.results()).isEmpty();
        assertEnded(AttemptState.CANCELLED, Cause.CANCELLED, "the tenant ended the order");
    }

    /** Neither receipt is answered: the attempt must not wait for an answer any longer. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void cancel_whileAReceiptWaitsForItsAnswer_endsTheAttemptAtOnce(int receipt) throws Exception {
        cancelOn(
                message -> message instanceof SubmitReceipt && market.receipts().size() == receipt,
                Cause.CANCELLED);
        attempt.run();
        assertThat(market.receipts()).hasSize(receipt);
        assertEnded(AttemptState.CANCELLED, Cause.CANCELLED, "the tenant ended the order");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void cancel_whileAUnitRuns_endsTheAttemptAfterIt(int unit) throws Exception {
        int[] units = {0};
        engines.beforeUnit =
                () -> {
                    if (++units[0] == unit) {
                        attempt.cancel(Cause.CANCELLED);
                    }
                };
        attempt.run();
        assertThat(units[0]).isEqualTo(unit);
        assertThat(market.states()).endsWith(AttemptState.RUNNING, AttemptState.CANCELLED);
        assertEnded(AttemptState.CANCELLED, Cause.CANCELLED, "the tenant ended the order");
    }

    @Test
    void cancel_whileTheModelLoads_endsTheAttemptBeforeItRuns() throws Exception {
        engines.beforeLoad = () -> attempt.cancel(Cause.CANCELLED);
        attempt.run();
        assertThat(market.states()).containsExactly(AttemptState.PREPARING, AttemptState.CANCELLED);
        assertEnded(AttemptState.CANCELLED, Cause.CANCELLED, "the tenant ended the order");
    }

    /** The market ended the lease before it had the result, and so will never log it. */
    @ParameterizedTest
    @EnumSource(names = {"CANCELLED", "DEADLINE", "MARKET_ERROR"})
    void cancelByTheMarket_whileTheResultWaitsForItsAnswer_endsTheAttempt(Cause cause)
            throws Exception {
        cancelOn(SubmitResult.class::isInstance, cause);
        attempt.run();
        assertThat(rig.written.result(award.lease())).isPresent();
        assertEnded(
                cause == Cause.CANCELLED ? AttemptState.CANCELLED : AttemptState.FAILED,
                cause,
                AttemptFailure.requested(cause).getMessage());
    }

    /** An agent that stops must not throw away what the market may have logged already. */
    @Test
    void stopOfTheAgent_whileTheResultWaitsForItsAnswer_leavesItToTheNextStart() throws Exception {
        cancelOn(SubmitResult.class::isInstance, Cause.AGENT_RESTARTED);
        attempt.run();
        assertThat(market.states()).endsWith(AttemptState.ATTESTING);
        assertThat(rig.written.state(award.lease())).contains(AttemptState.ATTESTING);
        assertThat(rig.journal.unfinished().getFirst().result())
                .contains(market.results().getFirst());
        engines.assertClosed();
    }

    @ParameterizedTest
    @EnumSource
    void cancel_afterTheResultIsLogged_changesNothing(Cause cause) throws Exception {
        market.react(
                message -> {
                    if (message instanceof SubmitResult result) {
                        market.accept(result.lease(), result.envelope());
                        attempt.cancel(cause);
                        return true;
                    }
                    return false;
                });
        attempt.run();
        assertThat(market.states()).endsWith(AttemptState.ATTESTING, AttemptState.DONE);
        assertThat(rig.written.state(award.lease())).contains(AttemptState.DONE);
        assertThat(rig.written.cause(award.lease())).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "CANCELLED")
    void cancel_forAnotherReasonThanTheTenants_isAFailureWithThatCause(Cause cause)
            throws Exception {
        cancelOn(reports(AttemptState.RUNNING), cause);
        attempt.run();
        assertEnded(
                AttemptState.FAILED,
                cause,
                switch (cause) {
                    case DEADLINE -> "the deadline passed before the work was done";
                    case AGENT_RESTARTED -> "the agent was stopped";
                    default -> "the market ended the lease";
                });
    }

    @Test
    void cancel_twice_countsTheFirst() throws Exception {
        attempt.cancel(Cause.DEADLINE);
        attempt.cancel(Cause.CANCELLED);
        attempt.run();
        assertEnded(
                AttemptState.FAILED,
                Cause.DEADLINE,
                "the deadline passed before the work was done");
    }

    /** What fails after the end was requested fails because of that. */
    @Test
    void cancel_followedByAFailureOfTheEngine_isStillTheReason() throws Exception {
        engines.beforeUnit =
                () -> {
                    attempt.cancel(Cause.CANCELLED);
                    throw new IllegalStateException("the engine was pulled away");
                };
        attempt.run();
        assertEnded(AttemptState.CANCELLED, Cause.CANCELLED, "the tenant ended the order");
    }

    /** The ticker has signed receipts before the end; its thread is gone with the attempt. */
    @Test
    void cancel_whileTheTickerSigns_endsItsThread() throws Exception {
        attempt = rig.attempt(rig.assignment(award), engines, Duration.ofMillis(1), market);
        engines.beforeUnit =
                () -> {
                    try {
                        market.await(_ -> market.receipts().size() > 2);
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                    attempt.cancel(Cause.CANCELLED);
                };
        attempt.run();
        assertThat(market.receiptThreads)
                .hasSize(2)
                .filteredOn(Thread::isAlive)
                .containsExactly(Thread.currentThread());
        assertEnded(AttemptState.CANCELLED, Cause.CANCELLED, "the tenant ended the order");
    }
}
