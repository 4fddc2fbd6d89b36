package dev.assay.agent.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.FakeEngines;
import dev.assay.agent.FakeMarket;
import dev.assay.agent.Rig;
import dev.assay.models.engine.EngineException;
import dev.assay.models.pack.ModelPackage;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.EngineName;
import dev.assay.protocol.job.Inference;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.market.AgentMessage;
import dev.assay.protocol.market.AgentMessage.ReportAttempt;
import dev.assay.protocol.market.AgentMessage.ReportProgress;
import dev.assay.protocol.market.AgentMessage.SubmitReceipt;
import dev.assay.protocol.market.AgentMessage.SubmitResult;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketMessage.Award;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;

/** Which cause an attempt ends with, for everything that can go wrong but the journal. */
@Timeout(60)
final class AttemptFailureTest {
    private static final List<String> OPENED_AND_CLOSED =
            List.of("open", "load", "unload", "close");

    @TempDir private Path folder;
    private final FakeEngines engines = new FakeEngines();
    private final FakeMarket market = new FakeMarket();
    private final CountDownLatch refused = new CountDownLatch(1);
    private Rig rig;
    private Award award;

    @BeforeEach
    void open() throws Exception {
        rig = new Rig(folder);
        award = rig.award();
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    private void run() throws Exception {
        run(Rig.NEVER);
    }

    private void run(Duration receiptInterval) throws Exception {
        Attempt attempt =
                new Attempt(
                        rig.begun(award),
                        Past.NONE,
                        rig.workplace(engines, receiptInterval),
                        market);
        market.serve(attempt);
        attempt.run();
        assertThat(attempt.hasEnded()).isTrue();
    }

    private void run(Digest model, Digest input, long rows) throws Exception {
        award = rig.award(rig.spec(new Inference(model, input, rows, EngineName.EXACT, Rig.BATCH)));
        run();
    }

    /** The attempt failed for this cause; journal and market say the same. */
    private void assertFailed(Cause cause, String... words) {
        assertThat(market.last().state()).isEqualTo(AttemptState.FAILED);
        assertThat(market.last().cause()).contains(cause);
        assertThat(market.last().detail()).contains(words);
        assertThat(rig.written.state(award.lease())).contains(AttemptState.FAILED);
        assertThat(rig.written.cause(award.lease())).contains(cause);
        assertThat(rig.written.detail(award.lease())).isEqualTo(market.last().detail());
    }

    private void assertFailedWhilePreparing(Cause cause, String... words) {
        assertFailed(cause, words);
        assertThat(market.states()).containsExactly(AttemptState.PREPARING, AttemptState.FAILED);
    }

    @Test
    void input_thatIsMissing_isABlobFailure() throws Exception {
        Files.delete(rig.blob(rig.input));
        run();
        assertFailedWhilePreparing(Cause.BLOB, "no blob", rig.input.hex());
        assertThat(engines.steps).isEmpty();
    }

    @Test
    void model_thatIsMissing_isABlobFailure() throws Exception {
        Files.delete(rig.blob(rig.model));
        run();
        assertFailedWhilePreparing(Cause.BLOB, "no blob", rig.model.hex());
    }

    @Test
    void weights_thatAreMissing_areABlobFailure() throws Exception {
        Digest weights = ModelPackage.open(rig.blobs, rig.model).manifest().weights();
        Files.delete(rig.blob(weights));
        run();
        assertFailedWhilePreparing(Cause.BLOB, "no blob", weights.hex());
    }

    @Test
    void input_thatWasChanged_isABlobFailure() throws Exception {
        Files.writeString(rig.blob(rig.input), "0\n", StandardOpenOption.APPEND);
        run();
        assertFailedWhilePreparing(Cause.BLOB, rig.input.hex(), "was changed");
    }

    /** The blob is there; it is the agent's disk that does not give it. */
    @Test
    void input_thatTheDiskDoesNotGive_isAStorageFailure() throws Exception {
        rig.breakBlob(rig.input);
        run();
        assertFailedWhilePreparing(Cause.STORAGE, "cannot read blob", rig.input.hex());
    }

    @Test
    void model_thatIsNoManifest_isBadInput() throws Exception {
        Digest text = rig.blobs.put("no manifest".getBytes(StandardCharsets.UTF_8));
        run(text, rig.input, Rig.ROWS);
        assertFailedWhilePreparing(Cause.BAD_INPUT, "model manifest");
    }

    @Test
    void input_withAWordForANumber_isBadInput() throws Exception {
        Digest text = rig.blobs.put("seven\n".getBytes(StandardCharsets.UTF_8));
        run(rig.model, text, 1);
        assertFailedWhilePreparing(Cause.BAD_INPUT, "seven");
        assertThat(engines.steps).isEmpty();
    }

    @Test
    void input_ofAnotherNumberOfRowsThanOrdered_isBadInput() throws Exception {
        run(rig.model, rig.input, Rig.ROWS + 1);
        assertFailed(Cause.BAD_INPUT, "10 rows", "11");
        assertThat(engines.steps).isEqualTo(OPENED_AND_CLOSED);
    }

    @ParameterizedTest
    @CsvSource({
        "BAD_INPUT, BAD_INPUT",
        "UNSUPPORTED, BAD_INPUT",
        "UNAVAILABLE, ENGINE",
        "FAILED, ENGINE",
        "RUNNER_LOST, RUNNER_LOST",
        "MEMORY_LIMIT, BAD_INPUT"
    })
    void engine_thatFailsAtAnyStep_givesItsCauseAndIsClosed(EngineException.Code code, Cause cause)
            throws Exception {
        FakeEngines.Step failing =
                () -> {
                    throw new EngineException(code, "the engine said no");
                };

        engines.beforeOpen = failing;
        run();
        assertFailedWhilePreparing(cause, "the engine said no");
        assertThat(engines.steps).isEmpty();

        engines.beforeOpen = () -> {};
        engines.beforeLoad = failing;
        award = rig.award();
        run();
        assertFailed(cause, "the engine said no");
        assertThat(engines.steps).containsExactly("open", "close");

        engines.steps.clear();
        engines.beforeLoad = () -> {};
        engines.beforeUnit = failing;
        award = rig.award();
        run();
        assertFailed(cause, "the engine said no");
        assertThat(engines.steps).isEqualTo(OPENED_AND_CLOSED);
    }

    /** A bug in an engine must not leave its threads or process behind. */
    @Test
    void engine_thatThrowsSomethingUnexpected_isClosedAndTheAttemptFails() throws Exception {
        engines.beforeLoad =
                () -> {
                    throw new IllegalStateException("impossible");
                };
        run();
        assertFailedWhilePreparing(Cause.ENGINE, "unexpected error", "impossible");
        assertThat(engines.steps).containsExactly("open", "close");

        engines.steps.clear();
        engines.beforeLoad = () -> {};
        engines.beforeUnit =
                () -> {
                    throw new OutOfMemoryError("nothing left");
                };
        award = rig.award();
        run();
        assertFailed(Cause.ENGINE, "unexpected error", "nothing left");
        assertThat(engines.steps).isEqualTo(OPENED_AND_CLOSED);
    }

    @Test
    void model_thatCannotBeUnloaded_doesNotKeepItsEngineOpen() throws Exception {
        engines.atUnload =
                () -> {
                    throw new IllegalStateException("still busy");
                };
        run();
        assertThat(engines.steps).isEqualTo(OPENED_AND_CLOSED);
        assertThat(market.states()).endsWith(AttemptState.DONE);
        assertThat(rig.written.state(award.lease())).contains(AttemptState.DONE);
    }

    @Test
    void output_thatCannotBeStored_isAStorageFailure() throws Exception {
        market.react(
                message -> {
                    if (reports(AttemptState.FINISHING).test(message)) {
                        rig.blobFolder.resolve("tmp").toFile().delete();
                    }
                    return false;
                });
        run();
        assertFailed(Cause.STORAGE, "cannot write a blob");
        assertThat(market.results()).isEmpty();
        assertThat(engines.steps).isEqualTo(OPENED_AND_CLOSED);
    }

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

    private static Predicate<AgentMessage> reports(AttemptState state) {
        return message -> message instanceof ReportAttempt report && report.state() == state;
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
        Attempt attempt =
                new Attempt(rig.begun(award), Past.NONE, rig.workplace(engines, Rig.NEVER), market);
        market.serve(attempt);
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
