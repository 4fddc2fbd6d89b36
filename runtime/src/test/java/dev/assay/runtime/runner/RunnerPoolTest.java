package dev.assay.runtime.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.assay.models.engine.Engine;
import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.EngineException.Code;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.tensor.Tensor;
import dev.assay.runtime.TestPackages;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

@Timeout(120)
final class RunnerPoolTest {
    private static final RunnerSettings SETTINGS =
            RunnerSettings.of("test", Path.of("target", "djl"), 1);

    @TempDir Path directory;

    @AfterEach
    void everyTest_ended_leavesNoChildProcess() throws Exception {
        for (ProcessHandle child : ProcessHandle.current().children().toList()) {
            child.onExit().get(5, TimeUnit.SECONDS);
        }
        assertThat(ProcessHandle.current().children()).isEmpty();
    }

    private static Set<Long> children() {
        return ProcessHandle.current()
                .children()
                .map(ProcessHandle::pid)
                .collect(Collectors.toSet());
    }

    @Test
    void pool_thatIsNotFilled_startsNothing() {
        try (RunnerPool pool = new RunnerPool(SETTINGS, 2)) {
            assertThat(pool.waiting()).isZero();
            assertThat(children()).isEmpty();
        }
    }

    @Test
    void take_fromAFilledPool_givesEachJobARunnerOfItsOwn() throws Exception {
        try (RunnerPool pool = new RunnerPool(SETTINGS, 2)) {
            pool.fill();
            Set<Long> waiting = children();
            assertThat(waiting).hasSize(2);
            long first;
            try (RunnerEngine engine = pool.take(1, 0, List.of())) {
                first = engine.pid();
                assertThat(waiting).contains(first);
            }
            assertThat(children()).doesNotContain(first);
            pool.fill();
            assertThat(pool.waiting()).isEqualTo(2);
            try (RunnerEngine engine = pool.take(1, 0, List.of())) {
                assertThat(engine.pid()).isNotEqualTo(first);
            }
        }
    }

    /** Warmed up, and given its threads late: still the same program on the same machine. */
    @Test
    void run_inAWarmRunner_givesTheSameBitsAsInAColdOne() throws Exception {
        ModelPackage model = TestPackages.products(directory, 64, 3);
        Tensor input = TestPackages.random(3, 100, 64);
        for (int threads = 1; threads <= 2; threads++) {
            try (RunnerPool pool = new RunnerPool(SETTINGS, 1)) {
                pool.fill();
                try (Engine warm = pool.take(threads, 0, List.of());
                        Engine cold = pool.take(threads, 0, List.of());
                        LoadedModel here = warm.load(model);
                        LoadedModel there = cold.load(model)) {
                    assertThat(here.run(input).sameBits(there.run(input))).isTrue();
                }
            }
        }
    }

    @Test
    void take_whenTheWaitingRunnerHasDied_startsAnother() throws Exception {
        ModelPackage model = TestPackages.products(directory, 4, 1);
        try (RunnerPool pool = new RunnerPool(SETTINGS, 1)) {
            pool.fill();
            for (ProcessHandle child : ProcessHandle.current().children().toList()) {
                child.destroyForcibly();
                child.onExit().join();
            }
            try (RunnerEngine engine = pool.take(1, 0, List.of());
                    LoadedModel loaded = engine.load(model)) {
                Tensor input = TestPackages.random(1, 2, 4);
                assertThat(loaded.run(input).sameBits(input)).isTrue();
            }
        }
    }

    @Test
    void take_fromAClosedPool_isRefused() {
        RunnerPool pool = new RunnerPool(SETTINGS, 1);
        pool.fill();
        pool.close();
        pool.fill();
        assertThat(pool.waiting()).isZero();
        EngineException refusal =
                catchThrowableOfType(EngineException.class, () -> pool.take(1, 0, List.of()));
        assertThat(refusal.code()).isEqualTo(Code.UNAVAILABLE);
    }
}
