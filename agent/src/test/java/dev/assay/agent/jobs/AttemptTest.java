package dev.assay.agent.jobs;

import static dev.assay.protocol.lease.AttemptState.ATTESTING;
import static dev.assay.protocol.lease.AttemptState.DONE;
import static dev.assay.protocol.lease.AttemptState.FINISHING;
import static dev.assay.protocol.lease.AttemptState.PREPARING;
import static dev.assay.protocol.lease.AttemptState.RUNNING;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.FakeEngines;
import dev.assay.agent.FakeMarket;
import dev.assay.agent.Rig;
import dev.assay.agent.hardware.Vouching;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.pack.Safetensors;
import dev.assay.models.tensor.Tensor;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.market.AgentMessage.ReportAttempt;
import dev.assay.protocol.market.AgentMessage.ReportProgress;
import dev.assay.protocol.market.AgentMessage.SubmitReceipt;
import dev.assay.protocol.market.AgentMessage.SubmitResult;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.MarketMessage.Award;
import dev.assay.protocol.market.Progress;
import dev.assay.runtime.exact.ExactEngine;
import dev.assay.verification.attest.AttestedResult;
import dev.assay.verification.attest.ReceiptChain;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.attest.UnitCommitments;
import dev.assay.verification.attest.VerifiedReceipt;
import dev.assay.verification.check.InferenceContents;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.hardware.EvidenceKind;
import dev.assay.verification.hardware.EvidenceReference;
import dev.assay.verification.log.LogCheckpoint;
import dev.assay.verification.statement.ResultPredicate;
import dev.assay.verification.statement.UsagePredicate;
import dev.assay.verification.statement.UsagePredicate.Device;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** An attempt that goes well, from award to logged result. */
@Timeout(120)
final class AttemptTest {
    @TempDir private Path folder;
    private final FakeEngines engines = new FakeEngines();
    private final FakeMarket market = new FakeMarket();
    private Rig rig;
    private Award award;
    private LeaseId lease;

    @BeforeEach
    void open() throws Exception {
        rig = new Rig(folder);
        award = rig.award();
        lease = award.lease();
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    private Attempt attempt(Duration receiptInterval) throws Exception {
        return rig.attempt(rig.begun(award), engines, receiptInterval, market);
    }

    @Test
    void attempt_withNothingInItsWay_walksEveryStateToDone() throws Exception {
        Attempt attempt = attempt(Rig.NEVER);
        assertThat(attempt.hasEnded()).isFalse();

        attempt.run();

        assertThat(attempt.hasEnded()).isTrue();
        assertThat(market.states()).containsExactly(PREPARING, RUNNING, FINISHING, ATTESTING, DONE);
        assertThat(market.last()).isEqualTo(new ReportAttempt(lease, DONE, Optional.empty(), ""));
        assertThat(rig.written.state(lease)).contains(DONE);
        assertThat(rig.journal.unfinished()).isEmpty();
        assertThat(engines.steps).containsExactly("open", "load", "unload", "close");
    }

    /** Hardware is asked about the last receipt, and the tenant hears of what did not vouch. */
    @Test
    void result_namesWhatHardwareVouchedWith() throws Exception {
        EvidenceReference quote =
                EvidenceReference.ofLease(
                        EvidenceKind.TPM2_QUOTE,
                        Digest.of(new byte[32]),
                        lease,
                        new LogCheckpoint("log.example", 2, Digest.of(new byte[32])));
        List<Vouching.Subject> asked = new ArrayList<>();
        rig.vouching(
                (subject, _, _) -> {
                    asked.add(subject);
                    return new Vouching.Vouched(List.of(quote), List.of("no GPU vouched"));
                });

        attempt(Rig.NEVER).run();

        assertThat(asked)
                .singleElement()
                .satisfies(
                        subject -> {
                            assertThat(subject.lease()).isEqualTo(lease);
                            assertThat(subject.receipt().envelope())
                                    .isEqualTo(market.receipts().getLast());
                        });
        assertThat(market.heard())
                .contains(new ReportAttempt(lease, ATTESTING, Optional.empty(), "no GPU vouched"));
        assertThat(
                        SignedStatement.verify(
                                        Envelope.parse(market.results().getFirst().toArray()),
                                        rig.provider.verifyingKey(),
                                        ResultPredicate.class)
                                .predicate()
                                .evidence())
                .containsExactly(quote);
    }

    /** A process that is killed right after a message finds all of it in the journal. */
    @Test
    void everyMessage_whenItIsSent_isInTheJournalAlready() throws Exception {
        List<String> unwritten = new ArrayList<>();
        market.react(
                message -> {
                    boolean written =
                            switch (message) {
                                case ReportAttempt report ->
                                        rig.written.state(lease).orElseThrow() == report.state();
                                case SubmitReceipt receipt ->
                                        rig.written.receipts(lease).contains(receipt.envelope());
                                case SubmitResult result ->
                                        rig.written
                                                .result(lease)
                                                .orElseThrow()
                                                .equals(result.envelope());
                                default -> true;
                            };
                    if (!written) {
                        unwritten.add(message.toString());
                    }
                    return false;
                });

        attempt(Rig.NEVER).run();

        assertThat(market.heard()).hasSizeGreaterThan(8);
        assertThat(unwritten).isEmpty();
    }

    @Test
    void receipts_ofAnAttemptShorterThanTheInterval_areOneBeforeAndOneAfterTheWork()
            throws Exception {
        attempt(Rig.NEVER).run();

        List<UsagePredicate> receipts =
                chain().receipts().stream().map(VerifiedReceipt::receipt).toList();
        assertThat(receipts).hasSize(2);
        UsagePredicate first = receipts.getFirst();
        assertThat(first.previous()).isEqualTo(lease.digest());
        assertThat(first.usage().units()).isZero();
        assertThat(first.usage().rows()).isZero();
        assertThat(first.unitRoot()).isEqualTo(UnitCommitments.EMPTY_ROOT);
        assertThat(first.resources()).containsExactly(new Device("1 of 2 × Test CPU", "cpu"));
        UsagePredicate last = receipts.getLast();
        assertThat(last.usage().units()).isEqualTo(Rig.UNITS);
        assertThat(last.usage().rows()).isEqualTo(Rig.ROWS);
        assertThat(last.usage().peakMemoryBytes()).isPositive();
        assertThat(rig.written.receipts(lease)).isEqualTo(market.receipts());
    }

    /** The engine waits in every unit until another receipt was signed by the ticker. */
    @Test
    void receipts_ofALongAttempt_followEachOtherWithoutGap() throws Exception {
        engines.beforeUnit = () -> awaitReceipts(market.receipts().size() + 1);

        attempt(Duration.ofMillis(1)).run();

        assertThat(market.states()).endsWith(DONE);
        List<VerifiedReceipt> receipts = chain().receipts();
        assertThat(receipts).hasSizeGreaterThanOrEqualTo(2 + Rig.UNITS);
        for (int i = 0; i < receipts.size(); i++) {
            UsagePredicate receipt = receipts.get(i).receipt();
            assertThat(receipt.sequence()).isEqualTo(i);
            assertThat(receipt.previous())
                    .isEqualTo(i == 0 ? lease.digest() : receipts.get(i - 1).digest());
        }
        assertThat(rig.written.receipts(lease)).isEqualTo(market.receipts());
        assertThat(market.receiptThreads).hasSize(2).filteredOn(Thread::isAlive).hasSize(1);
    }

    private void awaitReceipts(int count) {
        try {
            market.await(_ -> market.receipts().size() >= count);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** What the tenant's verification makes of it: signature, terms, units, head of the chain. */
    @Test
    void result_isSignedByTheProviderAndFitsLeaseAndReceipts() throws Exception {
        attempt(Rig.NEVER).run();

        assertThat(market.results()).hasSize(1);
        assertThat(rig.written.result(lease)).contains(market.results().getFirst());
        AttestedResult result =
                AttestedResult.verify(
                        envelope(market.results().getFirst()),
                        rig.provider.verifyingKey(),
                        rig.verified(award),
                        chain().head().orElseThrow());
        assertThat(result.result().output()).isEqualTo(expectedOutput());
        assertThat(rig.blobs.has(expectedOutput())).isTrue();
    }

    /** The whole input in one batch, on an engine of its own. */
    private Digest expectedOutput() throws Exception {
        ModelPackage model = ModelPackage.open(rig.blobs, rig.model);
        Tensor rows = model.manifest().rows().read(rig.blob(rig.input)).values();
        try (ExactEngine engine = new ExactEngine(1);
                LoadedModel loaded = engine.load(model)) {
            Tensor output = loaded.run(model.manifest().input(rows, 0, Rig.ROWS));
            return Digest.sha256(
                    Safetensors.write(Map.of(InferenceContents.OUTPUT_TENSOR, output)));
        }
    }

    @Test
    void progress_endsWithAllRows() throws Exception {
        attempt(Rig.NEVER).run();

        List<ReportProgress> progress =
                market.heard().stream()
                        .filter(ReportProgress.class::isInstance)
                        .map(ReportProgress.class::cast)
                        .toList();
        assertThat(progress)
                .isSortedAccordingTo(
                        (a, b) -> Long.compare(a.progress().done(), b.progress().done()));
        assertThat(progress.getLast())
                .isEqualTo(new ReportProgress(lease, new Progress(Rig.ROWS, Rig.ROWS)));
    }

    /** An answer may come long after the document was sent: the attempt waits for it. */
    @Test
    void attempt_whoseAnswersComeLate_waitsForEach() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        market.react(
                message -> {
                    if (message instanceof SubmitReceipt && market.receipts().size() == 1) {
                        waiting.countDown();
                        return true;
                    }
                    return false;
                });
        Attempt attempt = attempt(Rig.NEVER);
        Thread thread = Thread.ofVirtual().start(attempt);
        waiting.await();
        assertThat(market.states()).containsExactly(PREPARING, RUNNING);
        assertThat(engines.steps).containsExactly("open", "load");

        market.accept(lease, market.receipts().getFirst());
        thread.join();

        assertThat(market.states()).endsWith(ATTESTING, DONE);
    }

    /** The receipts that the market heard, verified as it would. */
    private ReceiptChain chain() throws Exception {
        ReceiptChain chain = new ReceiptChain(rig.verified(award), rig.provider.verifyingKey());
        for (Bytes receipt : market.receipts()) {
            chain.append(envelope(receipt), rig.clock.instant());
        }
        return chain;
    }

    private static Envelope envelope(Bytes bytes) throws Exception {
        return Envelope.parse(bytes.toArray());
    }
}
