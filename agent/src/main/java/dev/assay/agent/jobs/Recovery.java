package dev.assay.agent.jobs;

import dev.assay.agent.journal.Journal;
import dev.assay.agent.journal.JournalException;
import dev.assay.agent.journal.JournaledAttempt;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.market.AgentMessage.ReportAttempt;
import dev.assay.protocol.market.AgentMessage.SubmitResult;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.MarketException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.Optional;

/**
 * Brings an attempt of an earlier process to its end, where it cannot go on. A result that was
 * signed is submitted again, and the market's answer decides; without one the attempt failed. An
 * end that the market asks for once more is reported again. {@link #run} is called once, the other
 * methods from any thread.
 */
public final class Recovery implements LeaseWork {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);

    private final JournaledAttempt attempt;
    private final Journal journal;
    private final Outbox outbox;
    private final Cancellation cancellation = new Cancellation();
    private final Acknowledgements acknowledgements = new Acknowledgements();
    private AttemptState state;

    public Recovery(JournaledAttempt attempt, Journal journal, Outbox outbox) {
        this.attempt = attempt;
        this.state = attempt.state();
        this.journal = journal;
        this.outbox = outbox;
    }

    public LeaseId lease() {
        return attempt.lease();
    }

    /**
     * Brings the attempt to its end in the journal and at the market.
     *
     * @throws MarketException the market cannot be reached; the attempt stays as it is
     */
    public void run() throws JournalException, MarketException {
        try {
            if (attempt.state().isFinal()) {
                report(attempt.state(), attempt.cause(), attempt.detail());
            } else {
                enter(AttemptState.RECOVERING, Optional.empty(), "");
                conclude();
            }
        } catch (MarketException e) {
            if (e.code() == MarketException.Code.UNAVAILABLE) {
                throw e;
            }
            LOG.warn("lease {}: {}", lease().brief(), e.getMessage());
            giveUp(String.valueOf(e.getMessage()));
        }
    }

    private void conclude() throws JournalException, MarketException {
        if (attempt.result().isEmpty()) {
            fail(
                    new AttemptFailure(
                            Cause.AGENT_RESTARTED,
                            "the agent was restarted while the attempt ran"));
            return;
        }
        outbox.send(new SubmitResult(lease(), attempt.result().get()));
        try {
            acknowledgements.await(attempt.result().get(), ANSWER_LIMIT);
        } catch (AttemptFailure e) {
            if (!e.isMarketsWord()) {
                throw new MarketException(MarketException.Code.UNAVAILABLE, e.getMessage(), e);
            }
            fail(e);
            return;
        }
        enter(AttemptState.DONE, Optional.empty(), "");
    }

    private void fail(AttemptFailure failure) throws JournalException, MarketException {
        AttemptFailure reason = cancellation.requested().orElse(failure);
        enter(
                reason.reason() == Cause.CANCELLED ? AttemptState.CANCELLED : AttemptState.FAILED,
                Optional.of(reason.reason()),
                String.valueOf(reason.getMessage()));
    }

    /** The market does not take what is reported: it has ended the lease in its own way. */
    private void giveUp(String detail) throws JournalException {
        if (!state.isFinal()) {
            state = AttemptState.LIFECYCLE.move(state, AttemptState.FAILED);
            journal.state(lease(), state, Optional.of(Cause.MARKET_ERROR), detail);
        }
    }

    private void enter(AttemptState next, Optional<Cause> cause, String detail)
            throws JournalException, MarketException {
        if (state != next) {
            AttemptState.LIFECYCLE.move(state, next);
        }
        journal.state(lease(), next, cause, detail);
        state = next;
        report(next, cause, detail);
    }

    private void report(AttemptState reported, Optional<Cause> cause, String detail)
            throws MarketException {
        outbox.send(new ReportAttempt(lease(), reported, cause, detail));
    }

    @Override
    public void accepted(Bytes document, long index) {
        acknowledgements.accepted(document, index);
    }

    @Override
    public void refused(Bytes document, String reason) {
        acknowledgements.refused(document, AttemptFailure.refused(reason));
    }

    @Override
    public void cancel(Cause cause) {
        AttemptFailure reason = AttemptFailure.requested(cause);
        cancellation.request(reason);
        acknowledgements.end(reason);
    }
}
