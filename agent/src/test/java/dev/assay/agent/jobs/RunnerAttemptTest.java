package dev.assay.agent.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.FakeMarket;
import dev.assay.agent.Rig;
import dev.assay.protocol.job.EngineName;
import dev.assay.protocol.job.Inference;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.market.AgentMessage.SubmitReceipt;
import dev.assay.protocol.market.MarketMessage.Award;
import dev.assay.runtime.runner.RunnerEngine;
import dev.assay.runtime.runner.RunnerSettings;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Attempts in a real runner process, which ends with them. */
@Timeout(120)
final class RunnerAttemptTest {
    private static final Path CACHE = Path.of("target", "djl");

    @TempDir private Path folder;
    private final FakeMarket market = new FakeMarket();
    private Rig rig;
    private Award award;
    private Attempt attempt;

    @BeforeEach
    void open() throws Exception {
        rig = new Rig(folder);
        award =
                rig.award(
                        rig.spec(
                                new Inference(
                                        rig.model,
                                        rig.input,
                                        Rig.ROWS,
                                        EngineName.PYTORCH,
                                        Rig.BATCH)));
        attempt =
                new Attempt(
                        rig.begun(award),
                        Past.NONE,
                        rig.workplace(
                                (_, resources, gpus) ->
                                        RunnerEngine.start(
                                                RunnerSettings.of("test", CACHE, resources.cpu())
                                                        .with(resources.cpu(), 0, gpus)),
                                Rig.NEVER),
                        market);
        market.serve(attempt);
    }

    @AfterEach
    void everyTest_ended_leavesNoChildProcess() throws Exception {
        rig.close();
        for (ProcessHandle child : ProcessHandle.current().children().toList()) {
            child.onExit().get(5, TimeUnit.SECONDS);
        }
        assertThat(ProcessHandle.current().children()).isEmpty();
    }

    private void onReceipt(Runnable action) {
        market.react(
                message -> {
                    if (message instanceof SubmitReceipt) {
                        action.run();
                    }
                    return false;
                });
    }

    @Test
    void attempt_inARunner_isDoneAndItsRunnerGone() {
        attempt.run();
        assertThat(market.last().state()).as(market.last().detail()).isEqualTo(AttemptState.DONE);
    }

    @Test
    void attempt_whoseRunnerIsKilled_isLost() {
        onReceipt(() -> ProcessHandle.current().children().forEach(ProcessHandle::destroyForcibly));
        attempt.run();
        assertThat(market.last().state()).isEqualTo(AttemptState.FAILED);
        assertThat(market.last().cause()).contains(Cause.RUNNER_LOST);
        assertThat(rig.written.cause(award.lease())).contains(Cause.RUNNER_LOST);
    }

    /** The request closes the runner and so does the end of the attempt: both are well. */
    @Test
    void cancel_whileARunnerWorks_closesItAndEndsAsCancelled() {
        onReceipt(() -> attempt.cancel(Cause.CANCELLED));
        attempt.run();
        assertThat(market.last().state()).isEqualTo(AttemptState.CANCELLED);
        assertThat(market.last().cause()).contains(Cause.CANCELLED);
    }
}
