package dev.assay.agent.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.Rig;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.market.AgentMessage;
import dev.assay.protocol.market.AgentMessage.ReportProgress;
import dev.assay.protocol.market.AgentMessage.SubmitReceipt;
import dev.assay.protocol.market.AgentMessage.SubmitResult;
import dev.assay.protocol.market.MarketException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;

/** How an attempt ends when the market refuses what it is sent, or is gone. */
@Timeout(60)
final class MarketFailureTest extends FailingAttempt {
    private final CountDownLatch refused = new CountDownLatch(1);

    @ParameterizedTest
    @CsvSource({"1", "2"})
    void receipt_thatTheMarketRefuses_isAMarketFailure(int number) throws Exception {
        refuse(m -> m instanceof SubmitReceipt && market.receipts().size() == number);
        run();
        assertFailed(Cause.MARKET_ERROR, "the market refused a document: it looks odd");
        assertThat(market.receipts()).hasSize(number);
        assertThat(market.results()).isEmpty();
    }

    /** Nothing that follows a refused receipt is paid: the engine does not go on for it. */
    @Test
    void tickedReceipt_thatTheMarketRefuses_endsTheWorkBetweenTwoUnits() throws Exception {
        refuse(m -> m instanceof SubmitReceipt && market.receipts().size() == 2);
        int[] units = {0};
        engines.beforeUnit =
                () -> {
                    units[0]++;
                    try {
                        market.await(_ -> market.receipts().size() >= 2);
                        refused.await();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                };
        run(Duration.ofMillis(1));
        assertThat(units[0]).isEqualTo(1);
        assertFailed(Cause.MARKET_ERROR, "the market refused a document: it looks odd");
        assertThat(market.receiptThreads)
                .filteredOn(Thread::isAlive)
                .containsExactly(Thread.currentThread());
    }

    @Test
    void result_thatTheMarketRefuses_isAMarketFailure() throws Exception {
        refuse(SubmitResult.class::isInstance);
        run();
        assertFailed(Cause.MARKET_ERROR, "the market refused a document: it looks odd");
        assertThat(rig.journal.unfinished()).isEmpty();
    }

    private void refuse(Predicate<AgentMessage> which) {
        market.react(
                message -> {
                    if (!which.test(message)) {
                        return false;
                    }
                    switch (message) {
                        case SubmitReceipt it ->
                                market.refuse(it.lease(), it.envelope(), "it looks odd");
                        case SubmitResult it ->
                                market.refuse(it.lease(), it.envelope(), "it looks odd");
                        default -> throw new AssertionError(message);
                    }
                    refused.countDown();
                    return true;
                });
    }

    private enum Sending {
        PREPARING(reports(AttemptState.PREPARING)),
        RUNNING(reports(AttemptState.RUNNING)),
        RECEIPT(SubmitReceipt.class::isInstance),
        PROGRESS(ReportProgress.class::isInstance),
        FINISHING(reports(AttemptState.FINISHING)),
        ATTESTING(reports(AttemptState.ATTESTING));

        @SuppressWarnings("ImmutableEnumChecker") // the predicates are lambdas without state
        private final Predicate<AgentMessage> which;

        Sending(Predicate<AgentMessage> which) {
            this.which = which;
        }
    }

    /** Progress decides nothing. */
    @Test
    void progress_thatTheMarketDoesNotTake_endsNothing() throws Exception {
        market.react(
                message -> {
                    if (message instanceof ReportProgress) {
                        throw new MarketException(MarketException.Code.REFUSED, "not like this");
                    }
                    return false;
                });
        run();
        assertThat(market.states()).endsWith(AttemptState.DONE);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "PROGRESS")
    void message_thatTheMarketDoesNotTake_isAMarketFailure(Sending sending) throws Exception {
        market.react(
                message -> {
                    if (sending.which.test(message)) {
                        throw new MarketException(MarketException.Code.REFUSED, "not like this");
                    }
                    return false;
                });
        run();
        assertFailed(Cause.MARKET_ERROR, "not like this");
        assertThat(rig.journal.unfinished()).isEmpty();
        assertThat(engines.steps).isIn(List.of(), OPENED_AND_CLOSED);
    }

    /** A market that could not be told repeats the award, and is told then. */
    @ParameterizedTest
    @EnumSource
    void connection_thatIsLost_isAMarketFailureThatIsInTheJournal(Sending sending)
            throws Exception {
        boolean[] lost = {false};
        market.react(
                message -> {
                    lost[0] |= sending.which.test(message);
                    if (lost[0]) {
                        throw unavailable();
                    }
                    return false;
                });
        run();
        assertFailed(Cause.MARKET_ERROR, "connection reset");
        assertThat(rig.journal.unfinished()).isEmpty();
        assertThat(rig.journal.find(award.lease()))
                .hasValueSatisfying(
                        left -> {
                            assertThat(left.state()).isEqualTo(AttemptState.FAILED);
                            assertThat(left.cause()).contains(Cause.MARKET_ERROR);
                            assertThat(left.detail()).isEqualTo("connection reset");
                        });
    }

    private static MarketException unavailable() {
        return new MarketException(MarketException.Code.UNAVAILABLE, "connection reset");
    }

    /** The market may have logged it before the connection broke: only it can tell. */
    @Test
    void connection_thatIsLostWithTheResult_leavesTheResultToTheNextStart() throws Exception {
        market.react(
                message -> {
                    if (message instanceof SubmitResult) {
                        throw unavailable();
                    }
                    return false;
                });
        Attempt attempt = rig.attempt(rig.begun(award), engines, Rig.NEVER, market);
        attempt.run();

        assertThat(market.states()).endsWith(AttemptState.ATTESTING);
        assertThat(rig.written.state(award.lease())).contains(AttemptState.ATTESTING);
        assertThat(rig.journal.unfinished().getFirst().result())
                .contains(market.results().getFirst());
        assertThat(engines.steps).isEqualTo(OPENED_AND_CLOSED);
    }

    /** The market has the result: it needs no more. */
    @Test
    void reportOfDone_thatDoesNotArrive_isNotRepeated() throws Exception {
        market.react(
                message -> {
                    if (reports(AttemptState.DONE).test(message)) {
                        throw unavailable();
                    }
                    return false;
                });
        run();
        assertThat(rig.written.state(award.lease())).contains(AttemptState.DONE);
        assertThat(rig.journal.unfinished()).isEmpty();
    }
}
