package dev.assay.agent.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.FakeEngines;
import dev.assay.agent.Rig;
import dev.assay.models.engine.EngineException;
import dev.assay.models.pack.ModelPackage;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;

/** Which cause an attempt ends with, for everything that can go wrong on the provider's side. */
@Timeout(60)
final class AttemptFailureTest extends FailingAttempt {
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
}
