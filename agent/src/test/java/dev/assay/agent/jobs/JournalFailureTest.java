package dev.assay.agent.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.FakeEngines;
import dev.assay.agent.FakeMarket;
import dev.assay.agent.JournalFile;
import dev.assay.agent.Rig;
import dev.assay.agent.journal.JournaledAttempt;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.market.AgentMessage.ReportAttempt;
import dev.assay.protocol.market.AgentMessage.SubmitReceipt;
import dev.assay.protocol.market.MarketMessage.Award;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.time.Duration;

/**
 * A journal whose disk fails at each write of an attempt in turn. Whatever happens, journal and
 * market never claim an end that did not happen, and the engine is closed.
 */
@Timeout(60)
final class JournalFailureTest {
    private static final String EVERY_STATE = "UPDATE OF state ON attempt";

    @TempDir private Path folder;
    private final FakeEngines engines = new FakeEngines();
    private final FakeMarket market = new FakeMarket();
    private Rig rig;
    private Award award;
    private Attempt attempt;

    /** Every write before the result is signed, and the state that the journal had before it. */
    private enum Write {
        PREPARING(state("PREPARING"), AttemptState.ASSIGNED),
        RUNNING(state("RUNNING"), AttemptState.PREPARING),
        FIRST_RECEIPT(receipt(0), AttemptState.RUNNING),
        UNITS("INSERT ON unit", AttemptState.RUNNING),
        FINISHING(state("FINISHING"), AttemptState.RUNNING),
        LAST_RECEIPT(receipt(1), AttemptState.FINISHING),
        ATTESTING(state("ATTESTING"), AttemptState.FINISHING),
        RESULT("UPDATE OF result ON attempt", AttemptState.ATTESTING);

        private final String sql;
        private final AttemptState before;

        Write(String sql, AttemptState before) {
            this.sql = sql;
            this.before = before;
        }
    }

    private static String state(String name) {
        return EVERY_STATE + " WHEN NEW.state = '" + name + "'";
    }

    private static String receipt(int sequence) {
        return "INSERT ON receipt WHEN NEW.sequence = " + sequence;
    }

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

    /** The market is told of a failure of the provider's, once, and of no result. */
    private void assertReportedAsStorageFailure() {
        ReportAttempt last = market.last();
        assertThat(last.state()).isEqualTo(AttemptState.FAILED);
        assertThat(last.cause()).contains(Cause.STORAGE);
        assertThat(last.detail())
                .contains("the agent's journal", rig.journalFile.toString(), JournalFile.INJECTED);
        assertThat(market.states().stream().filter(AttemptState::isFinal)).hasSize(1);
        assertThat(market.results()).isEmpty();
        assertThat(rig.written.result(award.lease())).isEmpty();
        assertThat(attempt.hasEnded()).isTrue();
        engines.assertClosed();
    }

    private AttemptState onDisk() {
        return rig.written.state(award.lease()).orElseThrow();
    }

    @ParameterizedTest
    @EnumSource
    void write_thatFailsOnce_endsTheAttemptAsAStorageFailure(Write write) throws Exception {
        rig.written.failOn(write.sql);
        attempt.run();
        assertReportedAsStorageFailure();
        assertThat(onDisk()).isEqualTo(AttemptState.FAILED);
        assertThat(rig.written.cause(award.lease())).contains(Cause.STORAGE);
        assertThat(rig.journal.unfinished()).isEmpty();
    }

    /** The failure cannot be written down either: the tenant need not wait for the deadline. */
    @ParameterizedTest
    @EnumSource
    void write_thatFailsWithAllThatFollow_isReportedAllTheSame(Write write) throws Exception {
        rig.written.failOn(write.sql);
        rig.written.failOn(state("FAILED"));
        attempt.run();
        assertReportedAsStorageFailure();
        assertThat(onDisk()).isEqualTo(write.before);
        assertThat(rig.journal.unfinished())
                .extracting(JournaledAttempt::state)
                .containsExactly(write.before);
    }

    @Test
    void receiptOfTheTicker_thatCannotBeWritten_isNeverSentAndEndsTheAttempt() throws Exception {
        attempt = rig.attempt(rig.assignment(award), engines, Duration.ofMillis(1), market);
        engines.beforeUnit =
                () -> {
                    try {
                        market.await(_ -> market.receipts().size() > 1);
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                };
        market.react(
                message -> {
                    if (message instanceof SubmitReceipt && market.receipts().size() == 2) {
                        rig.written.failOn("INSERT ON receipt");
                    }
                    return false;
                });
        attempt.run();
        assertReportedAsStorageFailure();
        assertThat(market.receipts()).hasSize(2).isEqualTo(rig.written.receipts(award.lease()));
        assertThat(market.receiptThreads)
                .filteredOn(Thread::isAlive)
                .containsExactly(Thread.currentThread());
    }

    /** The result is logged and will be paid: a full disk does not make that a failure. */
    @Test
    void done_thatCannotBeWritten_isNoFailureAndRecoveredAtTheNextStart() throws Exception {
        rig.written.failOn(state("DONE"));
        attempt.run();
        assertThat(market.results()).hasSize(1);
        assertThat(market.states()).endsWith(AttemptState.ATTESTING);
        assertThat(onDisk()).isEqualTo(AttemptState.ATTESTING);
        engines.assertClosed();

        rig.written.repair();
        JournaledAttempt left = rig.journal.unfinished().getFirst();
        Recovery recovery = new Recovery(left, rig.journal, market);
        market.serve(recovery);
        recovery.run();

        assertThat(market.results()).hasSize(2).containsOnly(left.result().orElseThrow());
        assertThat(market.states()).endsWith(AttemptState.RECOVERING, AttemptState.DONE);
        assertThat(onDisk()).isEqualTo(AttemptState.DONE);
        assertThat(rig.journal.unfinished()).isEmpty();
    }

    @Test
    void cancel_thatCannotBeWrittenDown_isReportedAsCancelled() throws Exception {
        rig.written.failOn(state("CANCELLED"));
        market.react(
                message -> {
                    if (message instanceof SubmitReceipt) {
                        attempt.cancel(Cause.CANCELLED);
                    }
                    return false;
                });
        attempt.run();
        assertThat(market.last().state()).isEqualTo(AttemptState.CANCELLED);
        assertThat(onDisk()).isEqualTo(AttemptState.RUNNING);
        engines.assertClosed();
    }

    /** The owner closed it while the attempt ran: an end without an exception, and told. */
    @Test
    void journal_thatWasClosed_isAStorageFailure() throws Exception {
        market.react(
                message -> {
                    if (message instanceof SubmitReceipt) {
                        rig.journal.close();
                    }
                    return false;
                });
        attempt.run();
        assertThat(market.last().state()).isEqualTo(AttemptState.FAILED);
        assertThat(market.last().cause()).contains(Cause.STORAGE);
        assertThat(onDisk()).isEqualTo(AttemptState.RUNNING);
        engines.assertClosed();
    }
}
