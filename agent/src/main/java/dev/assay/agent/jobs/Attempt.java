package dev.assay.agent.jobs;

import dev.assay.agent.claims.ClaimException;
import dev.assay.agent.claims.GpuClaim;
import dev.assay.agent.hardware.Vouching;
import dev.assay.agent.journal.ClaimOutcome;
import dev.assay.agent.journal.JournalException;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.job.Container;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.market.AgentMessage.ReportAttempt;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.LoggedEnvelope;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.ShellInput;
import dev.assay.protocol.market.ShellRequest;
import dev.assay.runtime.device.GpuId;
import dev.assay.runtime.metering.Meter;
import dev.assay.runtime.metering.Metered;
import dev.assay.verification.hardware.EvidenceReference;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The work of one lease, from its award to its logged result: a walk through {@link
 * AttemptState#LIFECYCLE}. Every state is in the journal before the market hears of it; only a
 * failure that the journal cannot take is reported without. One that an earlier process left goes
 * on from what the journal has of it. {@link #run} is called once, on a thread that the agent owns;
 * the other methods may be called from any thread.
 *
 * <p>Once the result is signed only the market ends the attempt, by logging the result, refusing it
 * or closing the lease. When anything else goes wrong then, the attempt stays in the journal as it
 * is, and {@link Recovery} submits the result again at the agent's next start.
 */
public final class Attempt implements Runnable, LeaseWork {
    private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);

    private final Assignment assignment;
    private final Past past;
    private final Workplace workplace;
    private final Outbox outbox;
    private final Cancellation cancellation = new Cancellation();
    private final Acknowledgements acknowledgements = new Acknowledgements();
    private final Live live;
    private final Shells shells;
    private volatile AttemptState state;
    private boolean resultSigned;

    /**
     * An attempt that is in the journal as begun.
     *
     * @param past what an earlier process did of it, from which it goes on
     */
    public Attempt(Assignment assignment, Past past, Workplace workplace, Outbox outbox) {
        this.assignment = assignment;
        this.past = past;
        this.workplace = workplace;
        this.outbox = outbox;
        this.live = new Live(assignment.id(), outbox);
        this.shells =
                new Shells(
                        assignment.id(),
                        assignment.spec().work() instanceof Container work && work.shell(),
                        outbox);
        this.state = past.state();
    }

    public LeaseId lease() {
        return assignment.id();
    }

    public Assignment assignment() {
        return assignment;
    }

    /** Whether the attempt is in a final state, and computes no more. */
    public boolean hasEnded() {
        return state.isFinal();
    }

    /** Asks the attempt to end; an engine that computes is interrupted. */
    @Override
    public void cancel(Cause cause) {
        AttemptFailure reason = AttemptFailure.requested(cause);
        acknowledgements.end(reason);
        cancellation.request(reason);
    }

    /** The tenant opens a shell in a container of the work. */
    public void openShell(long session, ShellRequest request) {
        shells.open(session, request);
    }

    /** Something for the tenant's shell. Returns at once. */
    public void tellShell(long session, ShellInput input) {
        shells.input(session, input);
    }

    /** The market is gone, and with it whoever had a shell. */
    public void hangUp() {
        shells.hangUp();
    }

    @Override
    public void accepted(Bytes document, long index) {
        acknowledgements.accepted(document, index);
    }

    /** Ends the attempt: what follows a refused document would not be taken either. */
    @Override
    public void refused(Bytes document, String reason) {
        AttemptFailure failure = AttemptFailure.refused(reason);
        acknowledgements.refused(document, failure);
        cancellation.request(failure);
    }

    @Override
    public void run() {
        try {
            work();
        } catch (AttemptFailure e) {
            failed(e);
        } catch (RuntimeException | Error e) {
            LOG.debug("lease {}: unexpected error", assignment.id().brief(), e);
            failed(new AttemptFailure(Cause.ENGINE, "the agent met an unexpected error: " + e, e));
        }
    }

    /** The claim ends when nothing of the work runs any more, and before a failure is told. */
    private void work() throws AttemptFailure {
        Instant startedOn = past.began().orElseGet(() -> workplace.clock().instant());
        GpuClaim claim = claim();
        ClaimOutcome outcome = ClaimOutcome.FAILED;
        try {
            move(past.resumed() ? AttemptState.RECOVERING : AttemptState.PREPARING);
            compute(claim, startedOn);
        } catch (AttemptFailure e) {
            outcome = outcome(claim, cancellation.requested().orElse(e));
            throw e;
        } finally {
            end(claim, state == AttemptState.DONE ? ClaimOutcome.RELEASED : outcome);
        }
    }

    private GpuClaim claim() throws AttemptFailure {
        int gpus = assignment.spec().resources().gpus();
        try {
            return past.resumed()
                    ? workplace.claims().carryOn(assignment.id(), gpus)
                    : workplace.claims().claim(assignment.id(), gpus);
        } catch (ClaimException e) {
            throw new AttemptFailure(Cause.ENGINE, e.getMessage(), e);
        } catch (JournalException e) {
            throw new AttemptFailure(Cause.STORAGE, e.getMessage(), e);
        }
    }

    private ClaimOutcome outcome(GpuClaim claim, AttemptFailure reason) {
        if (workplace.claims().isLost(claim)) {
            return ClaimOutcome.LOST;
        }
        return reason.reason() == Cause.CANCELLED ? ClaimOutcome.RELEASED : ClaimOutcome.FAILED;
    }

    private void end(GpuClaim claim, ClaimOutcome outcome) {
        try {
            claim.end(outcome);
        } catch (JournalException e) {
            LOG.warn(
                    "lease {}: {}; its GPUs stay claimed until the agent starts again",
                    assignment.id().brief(),
                    e.getMessage());
        }
    }

    private void compute(GpuClaim claim, Instant startedOn) throws AttemptFailure {
        Papers papers = new Papers(assignment, workplace, outbox, acknowledgements, past);
        papers.submitAgain(past.receipts());
        try (Live _ = live.begin();
                Shells _ = shells;
                Execution execution =
                        Execution.prepare(
                                assignment,
                                workplace,
                                cancellation,
                                past.units(),
                                claim.gpus(),
                                live,
                                shells);
                Meter meter = meter(execution, claim.gpus())) {
            papers.hold(claim.gpus(), meter);
            UnitLedger ledger =
                    new UnitLedger(
                            assignment.id(),
                            assignment.spec().work(),
                            workplace.journal(),
                            meter::sample,
                            past);
            move(AttemptState.RUNNING);
            papers.submitReceipt(ledger);
            try (ReceiptTicker _ =
                    ReceiptTicker.start(
                            workplace.receiptInterval(),
                            () -> papers.issue(ledger),
                            cancellation,
                            "receipts-" + assignment.id().brief())) {
                units(execution, ledger);
            }
            settle();
            move(AttemptState.FINISHING);
            Digest output = execution.store();
            LoggedEnvelope last = papers.submitReceipt(ledger);
            List<EvidenceReference> evidence = attesting(last, claim);
            cancellation.check();
            papers.submitResult(
                    execution.build(),
                    ledger,
                    output,
                    evidence,
                    startedOn,
                    () -> resultSigned = true);
            move(AttemptState.DONE);
        }
    }

    /**
     * Hardware that does not vouch costs the work nothing: the tenant is told why, and the result
     * names less.
     */
    private List<EvidenceReference> attesting(LoggedEnvelope last, GpuClaim claim)
            throws AttemptFailure {
        Vouching.Vouched vouched =
                workplace
                        .vouching()
                        .vouch(
                                new Vouching.Subject(
                                        assignment.id(),
                                        last,
                                        workplace.key().verifyingKey(),
                                        claim.gpus()),
                                assignment.lease().deadline(),
                                () -> cancellation.requested().isPresent());
        vouched.problems()
                .forEach(problem -> LOG.warn("lease {}: {}", assignment.id().brief(), problem));
        move(AttemptState.ATTESTING, String.join("; ", vouched.problems()));
        return vouched.evidence();
    }

    private Meter meter(Execution execution, List<GpuId> gpus) {
        MeterWatch watch = new MeterWatch(assignment.id(), cancellation);
        return workplace
                .sampler()
                .begin(new Metered(past.usage(), execution.processes(), gpus, watch));
    }

    private void units(Execution execution, UnitLedger ledger) throws AttemptFailure {
        for (int unit = ledger.units(); unit < assignment.spec().work().units(); unit++) {
            cancellation.check();
            try {
                ledger.finished(execution.next());
            } catch (JournalException e) {
                throw new AttemptFailure(Cause.STORAGE, e.getMessage(), e);
            }
        }
        cancellation.check();
    }

    /** What the tenant sees of the work comes before its result. */
    private void settle() throws AttemptFailure {
        try {
            live.settle();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AttemptFailure(Cause.AGENT_RESTARTED, "the agent was stopped", e);
        }
    }

    private void move(AttemptState next) throws AttemptFailure {
        move(next, "");
    }

    private void move(AttemptState next, String detail) throws AttemptFailure {
        if (!next.isFinal()) {
            cancellation.check();
        }
        try {
            enter(next, Optional.empty(), detail);
        } catch (JournalException e) {
            throw new AttemptFailure(Cause.STORAGE, e.getMessage(), e);
        } catch (MarketException e) {
            throw AttemptFailure.of(e);
        }
    }

    private void failed(AttemptFailure failure) {
        // What fails once the end was requested fails because of that.
        AttemptFailure reason = cancellation.requested().orElse(failure);
        if (state.isFinal()) {
            LOG.debug("lease {}: ended as {}", assignment.id().brief(), state, failure);
        } else if (resultSigned && !reason.isMarketsWord()) {
            LOG.warn(
                    "lease {}: {}; the result is submitted again at the next start",
                    assignment.id().brief(),
                    reason.getMessage());
        } else {
            end(reason.reason(), String.valueOf(reason.getMessage()));
        }
    }

    /** Ends the attempt; a market that cannot be told now repeats the award, and is told then. */
    private void end(Cause cause, String detail) {
        AttemptState last = cause == Cause.CANCELLED ? AttemptState.CANCELLED : AttemptState.FAILED;
        try {
            try {
                enter(last, Optional.of(cause), detail);
            } catch (JournalException e) {
                LOG.warn("lease {}: {}", assignment.id().brief(), e.getMessage());
                if (state != last) {
                    state = last;
                    outbox.send(
                            new ReportAttempt(assignment.id(), last, Optional.of(cause), detail));
                }
            }
        } catch (MarketException e) {
            LOG.warn("lease {}: {}", assignment.id().brief(), e.getMessage());
        }
    }

    private void enter(AttemptState next, Optional<Cause> cause, String detail)
            throws JournalException, MarketException {
        if (state != next) { // recovering once more
            AttemptState.LIFECYCLE.move(state, next);
        }
        workplace.journal().state(assignment.id(), next, cause, detail);
        state = next;
        outbox.send(new ReportAttempt(assignment.id(), next, cause, detail));
    }
}
