package dev.assay.agent.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.agent.FakeMarket;
import dev.assay.agent.JournalFile;
import dev.assay.agent.journal.Journal;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.market.AgentMessage.ReportAttempt;
import dev.assay.protocol.market.AgentMessage.SubmitResult;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.MarketException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;

/** What becomes of an attempt that an earlier process left. */
@Timeout(60)
final class RecoveryTest {
    private static final LeaseId LEASE = new LeaseId(Digest.sha256(new byte[] {1}));
    private static final Bytes RESULT = Bytes.copyOf(new byte[] {1, 2, 3});

    @TempDir private Path folder;
    private final FakeMarket market = new FakeMarket();
    private Journal journal;
    private JournalFile written;

    @BeforeEach
    void open() throws Exception {
        journal = Journal.open(folder.resolve("agent.db"), InstantSource.system());
        written = new JournalFile(folder.resolve("agent.db"));
        journal.begin(LEASE);
    }

    @AfterEach
    void close() throws Exception {
        written.close();
        journal.close();
    }

    /** The recovery of what the journal holds now. */
    private Recovery recovery() throws Exception {
        Recovery recovery = new Recovery(journal.find(LEASE).orElseThrow(), journal, market);
        market.serve(recovery);
        return recovery;
    }

    private void left(AttemptState state) throws Exception {
        journal.state(LEASE, state, Optional.empty(), "");
    }

    private void leftWithResult() throws Exception {
        left(AttemptState.ATTESTING);
        journal.result(LEASE, RESULT);
    }

    private void refuseResults(String reason) {
        market.react(
                message -> {
                    if (message instanceof SubmitResult) {
                        market.refuse(LEASE, RESULT, reason);
                        return true;
                    }
                    return false;
                });
    }

    private static ReportAttempt report(AttemptState state, Optional<Cause> cause, String detail) {
        return new ReportAttempt(LEASE, state, cause, detail);
    }

    private static ReportAttempt recovering() {
        return report(AttemptState.RECOVERING, Optional.empty(), "");
    }

    private void assertOver(AttemptState state, Optional<Cause> cause) throws Exception {
        assertThat(written.state(LEASE)).contains(state);
        assertThat(written.cause(LEASE)).isEqualTo(cause);
        assertThat(journal.unfinished()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"DONE", "FAILED", "CANCELLED"})
    void attempt_leftInAnyStateWithoutAResult_hasFailed(AttemptState state) throws Exception {
        left(state);
        recovery().run();
        assertThat(market.heard())
                .containsExactly(
                        recovering(),
                        report(
                                AttemptState.FAILED,
                                Optional.of(Cause.AGENT_RESTARTED),
                                "the agent was restarted while the attempt ran"));
        assertOver(AttemptState.FAILED, Optional.of(Cause.AGENT_RESTARTED));
    }

    @Test
    void attempt_leftWithASignedResult_isDoneWhenTheMarketHasLoggedIt() throws Exception {
        leftWithResult();
        recovery().run();
        assertThat(market.heard())
                .containsExactly(
                        recovering(),
                        new SubmitResult(LEASE, RESULT),
                        report(AttemptState.DONE, Optional.empty(), ""));
        assertOver(AttemptState.DONE, Optional.empty());
    }

    /** Nobody says DONE of a result that is not in the log. */
    @Test
    void result_thatTheMarketRefuses_isNoSuccess() throws Exception {
        leftWithResult();
        refuseResults("the lease is closed");
        recovery().run();
        assertThat(market.last())
                .isEqualTo(
                        report(
                                AttemptState.FAILED,
                                Optional.of(Cause.MARKET_ERROR),
                                "the market refused a document: the lease is closed"));
        assertOver(AttemptState.FAILED, Optional.of(Cause.MARKET_ERROR));
    }

    /** The tenant ended the lease while the agent was away; the market says so when it is back. */
    @Test
    void result_ofALeaseThatTheTenantEnded_isCancelled() throws Exception {
        leftWithResult();
        refuseResults("the tenant ended the lease before there was a result");
        Recovery recovery = recovery();
        recovery.cancel(Cause.CANCELLED);
        recovery.run();
        assertThat(market.last().state()).isEqualTo(AttemptState.CANCELLED);
        assertOver(AttemptState.CANCELLED, Optional.of(Cause.CANCELLED));
    }

    @ParameterizedTest
    @EnumSource(names = {"DONE", "FAILED", "CANCELLED"})
    void end_thatTheMarketAsksForOnceMore_isReportedAsItWas(AttemptState state) throws Exception {
        Optional<Cause> cause =
                state == AttemptState.DONE ? Optional.empty() : Optional.of(Cause.ENGINE);
        journal.state(LEASE, state, cause, "what happened");
        recovery().run();
        assertThat(market.heard()).containsExactly(report(state, cause, "what happened"));
        assertOver(state, cause);
    }

    /** As when the connection breaks, or this process is killed in turn. */
    @ParameterizedTest
    @EnumSource(names = {"RECOVERING", "DONE"})
    void recovery_whoseConnectionIsLost_isTakenUpByTheNext(AttemptState lostAt) throws Exception {
        leftWithResult();
        market.react(
                message -> {
                    if (message instanceof ReportAttempt report && report.state() == lostAt) {
                        throw new MarketException(MarketException.Code.UNAVAILABLE, "gone");
                    }
                    return false;
                });
        assertThatThrownBy(() -> recovery().run())
                .isInstanceOf(MarketException.class)
                .hasMessage("gone");
        assertThat(written.state(LEASE)).contains(lostAt);

        market.react(_ -> false);
        recovery().run();
        assertThat(market.last()).isEqualTo(report(AttemptState.DONE, Optional.empty(), ""));
        assertOver(AttemptState.DONE, Optional.empty());
    }

    @Test
    void recovery_endedByItsAgentWhileTheResultWaits_isTakenUpByTheNext() throws Exception {
        leftWithResult();
        Recovery recovery = recovery();
        market.react(
                message -> {
                    if (message instanceof SubmitResult) {
                        recovery.cancel(Cause.AGENT_RESTARTED);
                        return true;
                    }
                    return false;
                });
        assertThatThrownBy(recovery::run)
                .isInstanceOf(MarketException.class)
                .hasMessage("the agent was stopped");
        assertThat(written.state(LEASE)).contains(AttemptState.RECOVERING);
        assertThat(journal.find(LEASE).orElseThrow().result()).contains(RESULT);
    }

    /** A market that has forgotten the lease, or ended it otherwise, has the last word. */
    @Test
    void report_thatTheMarketRefuses_isTheEndOfIt() throws Exception {
        left(AttemptState.RUNNING);
        market.react(
                _ -> {
                    throw new MarketException(MarketException.Code.UNKNOWN, "no such lease");
                });
        recovery().run();
        assertThat(written.detail(LEASE)).isEqualTo("no such lease");
        assertOver(AttemptState.FAILED, Optional.of(Cause.MARKET_ERROR));
    }

    @Test
    void reportOfAnEnd_thatTheMarketRefuses_leavesTheEndAsItWas() throws Exception {
        journal.state(LEASE, AttemptState.DONE, Optional.empty(), "");
        market.react(
                _ -> {
                    throw new MarketException(MarketException.Code.REFUSED, "no result is logged");
                });
        recovery().run();
        assertOver(AttemptState.DONE, Optional.empty());
    }
}
