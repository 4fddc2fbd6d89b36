package dev.assay.market.server;

import dev.assay.market.Papers;
import dev.assay.market.Work;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.market.AgentMessage.ReportAttempt;
import dev.assay.protocol.market.AgentMessage.SubmitReceipt;
import dev.assay.protocol.market.AgentMessage.SubmitResult;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketMessage.Accepted;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.ReceiptChain;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.attest.VerifiedLease;
import dev.assay.verification.dsse.Envelope;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** The work of one lease, done honestly unless the work's own files are wrong. */
final class FakeAttempt {
    static final int UNITS = 32;

    private final FakeAgent agent;
    private final VerifiedLease lease;
    private final Work work;
    private final ReceiptChain chain;

    FakeAttempt(FakeAgent agent, VerifiedLease lease, Work work) throws VerificationException {
        this.agent = agent;
        this.lease = lease;
        this.work = work;
        this.chain = new ReceiptChain(lease, agent.key().verifyingKey());
    }

    VerifiedLease lease() {
        return lease;
    }

    void report(AttemptState state) throws MarketException {
        agent.send(new ReportAttempt(lease.id(), state, Optional.empty(), ""));
    }

    void report(AttemptState state, Cause cause) throws MarketException {
        agent.send(new ReportAttempt(lease.id(), state, Optional.of(cause), "because"));
    }

    /** The next receipt, as the agent would send it; it counts as sent. */
    Bytes receipt(int units, Duration wall) throws VerificationException {
        Envelope envelope = Papers.receipt(lease, agent.key(), chain.head(), work, units, wall);
        chain.append(envelope, Instant.now().plus(wall));
        return Bytes.copyOf(envelope.bytes());
    }

    Bytes result() throws VerificationException {
        return Bytes.copyOf(
                SignedStatement.sign(
                                Papers.result(lease, chain.head().orElseThrow(), work).statement(),
                                agent.key())
                        .bytes());
    }

    void submitReceipt(int units, Duration wall) throws MarketException, VerificationException {
        submit(new SubmitReceipt(lease.id(), receipt(units, wall)));
    }

    void submitResult() throws MarketException, VerificationException {
        agent.send(new SubmitResult(lease.id(), result()));
        agent.heard().next(Accepted.class);
    }

    private void submit(SubmitReceipt receipt) throws MarketException {
        agent.send(receipt);
        agent.heard().next(Accepted.class);
    }

    /** All of it: states, two receipts, the result. */
    void run() throws MarketException, VerificationException {
        report(AttemptState.PREPARING);
        report(AttemptState.RUNNING);
        submitReceipt(0, Duration.ZERO);
        report(AttemptState.FINISHING);
        report(AttemptState.ATTESTING);
        submitReceipt(UNITS, Duration.ofMillis(500));
        submitResult();
        report(AttemptState.DONE);
    }
}
