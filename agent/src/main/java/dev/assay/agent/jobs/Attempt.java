package dev.assay.agent.jobs;

import dev.assay.agent.journal.JournalException;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.job.Container;
import dev.assay.protocol.job.Work;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.market.AgentMessage.ReportAttempt;
import dev.assay.protocol.market.AgentMessage.ReportProgress;
import dev.assay.protocol.market.AgentMessage.SubmitReceipt;
import dev.assay.protocol.market.AgentMessage.SubmitResult;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.ShellInput;
import dev.assay.protocol.market.ShellRequest;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.statement.ResultPredicate;
import dev.assay.verification.statement.ResultPredicate.Build;
import dev.assay.verification.statement.UsagePredicate.Device;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The work of one lease, from its award to its logged result: a walk through {@link
 * AttemptState#LIFECYCLE}. Every state is in the journal before the market hears of it; only a
 * failure that the journal cannot take is reported without. {@link #run} is called once, on a
 * thread that the agent owns; the other methods may be called from any thread.
 *
 * <p>Once the result is signed only the market ends the attempt, by logging the result, refusing it
 * or closing the lease. When anything else goes wrong then, the attempt stays in the journal as it
 * is, and {@link Recovery} submits the result again at the agent's next start.
 */
public final class Attempt implements Runnable, LeaseWork {
    private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);
    private static final Duration PROGRESS_INTERVAL = Duration.ofMillis(100);

    private final Assignment assignment;
    private final Workplace workplace;
    private final Outbox outbox;
    private final Cancellation cancellation = new Cancellation();
    private final Acknowledgements acknowledgements = new Acknowledgements();
    private final ReceiptIssuer receipts;
    private final Live live;
    private final Shells shells;
    private volatile AttemptState state = AttemptState.LIFECYCLE.initial();
    private boolean resultSigned;

    /** An attempt that is in the journal as begun. */
    public Attempt(Assignment assignment, Workplace workplace, Outbox outbox) {
        this.assignment = assignment;
        this.workplace = workplace;
        this.outbox = outbox;
        this.live = new Live(assignment.id(), outbox);
        this.shells =
                new Shells(
                        assignment.id(),
                        assignment.spec().work() instanceof Container work && work.shell(),
                        outbox);
        Device cpus =
                new Device(
                        assignment.spec().resources().cpu()
                                + " of "
                                + workplace.host().logicalCores()
                                + " × "
                                + workplace.host().cpuModel(),
                        "cpu");
        this.receipts =
                new ReceiptIssuer(
                        assignment,
                        List.of(cpus),
                        workplace.key(),
                        workplace.journal(),
                        workplace.clock());
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

    private void work() throws AttemptFailure {
        Instant startedOn = workplace.clock().instant();
        move(AttemptState.PREPARING);
        try (Live _ = live.begin();
                Shells _ = shells;
                Execution execution =
                        Execution.prepare(
                                assignment, workplace, cancellation, List.of(), live, shells)) {
            UnitLedger ledger = new UnitLedger(assignment.spec().work(), execution.meter());
            move(AttemptState.RUNNING);
            submitReceipt(ledger);
            try (ReceiptTicker _ =
                    ReceiptTicker.start(
                            workplace.receiptInterval(),
                            () -> send(issue(ledger)),
                            cancellation,
                            "receipts-" + assignment.id().brief())) {
                units(execution, ledger);
            }
            settle();
            move(AttemptState.FINISHING);
            Digest output = execution.store();
            move(AttemptState.ATTESTING);
            submitReceipt(ledger);
            submitResult(execution.build(), ledger, output, startedOn);
            move(AttemptState.DONE);
        }
    }

    private void units(Execution execution, UnitLedger ledger) throws AttemptFailure {
        long reported = System.nanoTime();
        int all = assignment.spec().work().units();
        for (int unit = 1; unit <= all; unit++) {
            cancellation.check();
            ledger.finished(execution.next());
            long now = System.nanoTime();
            if (now - reported >= PROGRESS_INTERVAL.toNanos() || unit == all) {
                reported = now;
                report(unit);
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

    private void submitReceipt(UnitLedger ledger) throws AttemptFailure {
        try {
            Bytes receipt = issue(ledger);
            send(receipt);
            acknowledgements.await(receipt, ANSWER_LIMIT);
        } catch (MarketException e) {
            throw AttemptFailure.of(e);
        } catch (VerificationException e) {
            throw new AttemptFailure(Cause.MARKET_ERROR, e.getMessage(), e);
        } catch (JournalException e) {
            throw new AttemptFailure(Cause.STORAGE, e.getMessage(), e);
        }
    }

    private Bytes issue(UnitLedger ledger) throws VerificationException, JournalException {
        UnitLedger.Moment moment = ledger.now();
        return receipts.issue(moment.usage(), moment.unitRoot());
    }

    private void send(Bytes receipt) throws MarketException {
        outbox.send(new SubmitReceipt(assignment.id(), receipt));
    }

    private void submitResult(Build build, UnitLedger ledger, Digest output, Instant startedOn)
            throws AttemptFailure {
        cancellation.check();
        ResultPredicate result =
                new ResultPredicate(
                        assignment.id(),
                        assignment.lease().spec(),
                        workplace.key().keyId(),
                        build,
                        output,
                        assignment.spec().work().units(),
                        ledger.now().unitRoot(),
                        assignment.lease().seedCommitment(),
                        startedOn,
                        workplace.clock().instant(),
                        receipts.head());
        try {
            Bytes envelope =
                    Bytes.copyOf(SignedStatement.sign(result.statement(), workplace.key()).bytes());
            workplace.journal().result(assignment.id(), envelope);
            resultSigned = true;
            outbox.send(new SubmitResult(assignment.id(), envelope));
            acknowledgements.await(envelope, ANSWER_LIMIT);
        } catch (MarketException e) {
            throw AttemptFailure.of(e);
        } catch (VerificationException e) {
            throw new AttemptFailure(Cause.MARKET_ERROR, e.getMessage(), e);
        } catch (JournalException e) {
            throw new AttemptFailure(Cause.STORAGE, e.getMessage(), e);
        }
    }

    /** Reports progress in rows; in units for work that has none. Containers report as they end. */
    private void report(int units) throws AttemptFailure {
        Work work = assignment.spec().work();
        if (work instanceof Container) {
            return;
        }
        boolean rows = work.totalRows() > 0;
        try {
            outbox.send(
                    new ReportProgress(
                            assignment.id(),
                            rows ? work.rows(units) : units,
                            rows ? work.totalRows() : work.units()));
        } catch (MarketException e) {
            throw AttemptFailure.of(e);
        }
    }

    private void move(AttemptState next) throws AttemptFailure {
        if (!next.isFinal()) {
            cancellation.check();
        }
        try {
            enter(next, Optional.empty(), "");
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

    /** Ends the attempt; {@link Recovery} tells the market when it cannot be told now. */
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
        AttemptState.LIFECYCLE.move(state, next);
        workplace.journal().state(assignment.id(), next, cause, detail);
        state = next;
        outbox.send(new ReportAttempt(assignment.id(), next, cause, detail));
        if (next.isFinal()) {
            workplace.journal().told(assignment.id());
        }
    }
}
