package dev.assay.agent.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.FakeMarket;
import dev.assay.agent.Rig;
import dev.assay.agent.journal.Journal;
import dev.assay.models.engine.Engine;
import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.engine.Trace;
import dev.assay.models.graph.Graph;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.tensor.Tensor;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.EngineName;
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
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Trainings in a real runner process: killed, and gone on with in another. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class RunnerTrainingTest {
    private static final Path CACHE = Path.of("target", "djl");

    @TempDir private Path folder;
    private final FakeMarket market = new FakeMarket();
    private Rig rig;
    private Award award;

    @BeforeEach
    void open() throws Exception {
        rig = new Rig(folder);
        award =
                rig.award(
                        rig.spec(Rig.NEEDED, Rig.price(350_000), rig.training(EngineName.PYTORCH)));
    }

    @AfterEach
    void everyTest_ended_leavesNoChildProcess() throws Exception {
        rig.close();
        for (ProcessHandle child : ProcessHandle.current().children().toList()) {
            child.onExit().get(5, TimeUnit.SECONDS);
        }
        assertThat(ProcessHandle.current().children()).isEmpty();
    }

    @Test
    void training_whoseRunnerIsKilled_isLost() throws Exception {
        market.react(
                message -> {
                    if (message instanceof SubmitReceipt) {
                        ProcessHandle.current().children().forEach(ProcessHandle::destroyForcibly);
                    }
                    return false;
                });
        run(rig.begun(award), Past.NONE, rig.journal, market, RunnerTrainingTest::runner);
        assertThat(market.last().state()).isEqualTo(AttemptState.FAILED);
        assertThat(market.last().cause()).contains(Cause.RUNNER_LOST);
    }

    @Test
    void cancel_whileARunnerTrains_closesItAndEndsAsCancelled() throws Exception {
        Attempt attempt =
                attempt(
                        rig.begun(award),
                        Past.NONE,
                        rig.journal,
                        market,
                        RunnerTrainingTest::runner);
        market.react(
                message -> {
                    if (message instanceof SubmitReceipt) {
                        attempt.cancel(Cause.CANCELLED);
                    }
                    return false;
                });
        attempt.run();
        assertThat(market.last().state()).isEqualTo(AttemptState.CANCELLED);
    }

    /** What is in the journal before the fifth step is what a killed agent would have left. */
    @Test
    void training_goneOnWithInANewRunner_endsInTheSameCheckpoints() throws Exception {
        Path left = folder.resolve("left.db");
        Engines interrupted = () -> new Watched(runner(), 5, () -> rig.written.copyTo(left));
        run(rig.begun(award), Past.NONE, rig.journal, market, interrupted);
        assertThat(market.last().state()).as(market.last().detail()).isEqualTo(AttemptState.DONE);

        try (Journal journal = Journal.open(left, rig.clock)) {
            List<Digest> whole = rig.journal.finished(award.lease());
            List<Digest> before = journal.finished(award.lease());
            assertThat(before).isNotEmpty().isEqualTo(whole.subList(0, before.size()));
            assertThat(before).hasSizeLessThan(whole.size());
            Past past =
                    Past.read(
                            journal,
                            award.lease(),
                            journal.find(award.lease()).orElseThrow().state(),
                            rig.provider.verifyingKey());
            FakeMarket second = new FakeMarket();
            run(rig.assignment(award), past, journal, second, RunnerTrainingTest::runner);

            assertThat(second.states())
                    .as(second.last().detail())
                    .startsWith(AttemptState.RECOVERING)
                    .endsWith(AttemptState.DONE);
            assertThat(journal.finished(award.lease())).isEqualTo(whole);
        }
    }

    private interface Engines {
        Engine open() throws EngineException;
    }

    private static RunnerEngine runner() throws EngineException {
        return RunnerEngine.start(RunnerSettings.of("test", CACHE, Rig.NEEDED.cpu()));
    }

    private void run(
            Assignment assignment, Past past, Journal journal, FakeMarket to, Engines engines) {
        attempt(assignment, past, journal, to, engines).run();
    }

    private Attempt attempt(
            Assignment assignment, Past past, Journal journal, FakeMarket to, Engines engines) {
        Attempt attempt =
                new Attempt(
                        assignment,
                        past,
                        rig.workplace(journal, (_, _, _) -> engines.open(), Rig.NEVER),
                        to);
        to.serve(attempt);
        return attempt;
    }

    private interface Action {
        void take() throws Exception;
    }

    /** An engine that does something before one of its runs. */
    private record Watched(Engine engine, int run, Action before) implements Engine {
        @Override
        public String name() {
            return engine.name();
        }

        @Override
        public LoadedModel load(ModelPackage model) throws EngineException {
            return engine.load(model);
        }

        @Override
        public LoadedModel load(Graph graph, Map<String, Tensor> parameters)
                throws EngineException {
            LoadedModel model = engine.load(graph, parameters);
            return new LoadedModel() {
                private int runs;

                @Override
                public List<Tensor> run(List<Tensor> inputs, Trace trace) throws EngineException {
                    if (++runs == run) {
                        act();
                    }
                    return model.run(inputs, trace);
                }

                @Override
                public void close() {
                    model.close();
                }
            };
        }

        private void act() {
            try {
                before.take();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void close() {
            engine.close();
        }
    }
}
