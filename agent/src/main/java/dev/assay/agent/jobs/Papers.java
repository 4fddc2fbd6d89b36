package dev.assay.agent.jobs;

import dev.assay.agent.journal.JournalException;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.market.AgentMessage.SubmitReceipt;
import dev.assay.protocol.market.AgentMessage.SubmitResult;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.LoggedEnvelope;
import dev.assay.protocol.market.MarketException;
import dev.assay.runtime.device.GpuId;
import dev.assay.runtime.metering.Meter;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.hardware.EvidenceReference;
import dev.assay.verification.statement.ResultPredicate;
import dev.assay.verification.statement.ResultPredicate.Build;
import dev.assay.verification.statement.UsagePredicate.Device;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The signed documents of one attempt on their way to the log: its receipts and its result. Each is
 * in the journal before it is sent. Thread-safe, but for {@link #submitResult}.
 */
final class Papers {
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);

    private final Assignment assignment;
    private final Workplace workplace;
    private final Outbox outbox;
    private final Acknowledgements answers;
    private final ReceiptIssuer receipts;

    Papers(
            Assignment assignment,
            Workplace workplace,
            Outbox outbox,
            Acknowledgements answers,
            Past past) {
        this.assignment = assignment;
        this.workplace = workplace;
        this.outbox = outbox;
        this.answers = answers;
        this.receipts =
                new ReceiptIssuer(
                        assignment, workplace.key(), workplace.journal(), workplace.clock(), past);
    }

    /** Receipts name what the lease holds from now on: a share of the processors, and GPUs. */
    void hold(List<GpuId> gpus, Meter meter) {
        List<Device> devices = new ArrayList<>();
        devices.add(
                new Device(
                        assignment.spec().resources().cpu()
                                + " of "
                                + workplace.host().logicalCores()
                                + " × "
                                + workplace.host().cpuModel(),
                        "cpu"));
        gpus.forEach(
                gpu ->
                        devices.add(
                                new Device(
                                        gpu.uuid(), Device.GPU, meter.powerLimitMilliwatts(gpu))));
        receipts.hold(devices);
    }

    /** Submits again what an earlier process signed: the market may lack the last of it. */
    void submitAgain(List<Bytes> signed) throws AttemptFailure {
        try {
            for (Bytes receipt : signed) {
                send(receipt);
            }
        } catch (MarketException e) {
            throw AttemptFailure.of(e);
        }
        if (!signed.isEmpty()) {
            answers.await(signed.getLast(), ANSWER_LIMIT);
        }
    }

    /** Signs and sends a receipt without waiting for its answer. */
    void issue(UnitLedger ledger) throws VerificationException, JournalException, MarketException {
        send(sign(ledger));
    }

    /** Signs and sends a receipt, and waits until it is logged; returns where. */
    LoggedEnvelope submitReceipt(UnitLedger ledger) throws AttemptFailure {
        try {
            Bytes receipt = sign(ledger);
            send(receipt);
            return new LoggedEnvelope(receipt, answers.await(receipt, ANSWER_LIMIT));
        } catch (MarketException e) {
            throw AttemptFailure.of(e);
        } catch (VerificationException e) {
            throw new AttemptFailure(Cause.MARKET_ERROR, e.getMessage(), e);
        } catch (JournalException e) {
            throw new AttemptFailure(Cause.STORAGE, e.getMessage(), e);
        }
    }

    /**
     * Signs the result, sends it and waits until it is logged.
     *
     * @param evidence what hardware vouched with
     * @param signed is run once the signed result is in the journal
     */
    void submitResult(
            Build build,
            UnitLedger ledger,
            Digest output,
            List<EvidenceReference> evidence,
            Instant startedOn,
            Runnable signed)
            throws AttemptFailure {
        try {
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
                            receipts.head(),
                            evidence);
            Bytes envelope =
                    Bytes.copyOf(SignedStatement.sign(result.statement(), workplace.key()).bytes());
            workplace.journal().result(assignment.id(), envelope);
            signed.run();
            outbox.send(new SubmitResult(assignment.id(), envelope));
            answers.await(envelope, ANSWER_LIMIT);
        } catch (MarketException e) {
            throw AttemptFailure.of(e);
        } catch (VerificationException e) {
            throw new AttemptFailure(Cause.MARKET_ERROR, e.getMessage(), e);
        } catch (JournalException e) {
            throw new AttemptFailure(Cause.STORAGE, e.getMessage(), e);
        }
    }

    private Bytes sign(UnitLedger ledger) throws VerificationException, JournalException {
        UnitLedger.Moment moment = ledger.now();
        return receipts.issue(moment.usage(), moment.unitRoot());
    }

    private void send(Bytes receipt) throws MarketException {
        outbox.send(new SubmitReceipt(assignment.id(), receipt));
    }
}
