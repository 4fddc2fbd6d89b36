package dev.assay.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.protocol.job.Container;
import dev.assay.protocol.lease.Fault;
import dev.assay.runtime.container.ContainerOutcome;
import dev.assay.runtime.container.ContainerRun;
import dev.assay.runtime.container.ExitCause;
import dev.assay.runtime.container.WorkspaceDisk;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/** Engines that end under their containers. */
class EngineLossTest {
    private static final String POLITE = "trap 'exit 0' TERM; echo up; while :; do sleep 0.1; done";

    @TempDir private Path engineFolder;
    @TempDir private Path folder;

    private Machine machine(PrivateEngine engine) throws Exception {
        return Machine.at(DockerEngine.at(engine.socket()), folder, WorkspaceDisk.plain(), "");
    }

    private static CompletableFuture<ContainerOutcome> await(ContainerRun run) {
        CompletableFuture<ContainerOutcome> outcome = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(
                        () -> {
                            try {
                                outcome.complete(run.await());
                            } catch (Exception e) {
                                outcome.completeExceptionally(e);
                            }
                        });
        return outcome;
    }

    /** It ends its containers politely, so that one may even say it is done; it is not. */
    @Test
    void engine_thatIsStopped_losesTheRun_andThatIsTheProvidersFault() throws Exception {
        try (PrivateEngine engine = PrivateEngine.start(engineFolder);
                Machine machine = machine(engine)) {
            ContainerRun run = machine.start(Machine.script(POLITE), Machine.limits());
            machine.awaitLog("up");
            var outcome = await(run);
            engine.stop();
            engine.start();
            assertThat(outcome.get().cause()).isEqualTo(ExitCause.ENGINE_LOST);
            assertThat(outcome.get().cause().fault()).isEqualTo(Fault.PROVIDER);
            assertThat(machine.log(outcome.get())).containsExactly("out up");
            run.close();
            machine.assertNothingLeft();
        }
    }

    @Test
    void engine_thatDiesAndReturns_losesTheRun() throws Exception {
        try (PrivateEngine engine = PrivateEngine.start(engineFolder);
                Machine machine = machine(engine)) {
            ContainerRun run = machine.start(Machine.script(POLITE), Machine.limits());
            machine.awaitLog("up");
            var outcome = await(run);
            engine.kill();
            engine.start();
            assertThat(outcome.get().cause()).isEqualTo(ExitCause.ENGINE_LOST);
            run.close();
            machine.assertNothingLeft();
        }
    }

    /** With live-restore containers outlive their engine. */
    @Test
    void engine_thatRestartsUnderARun_isWaitedFor() throws Exception {
        try (PrivateEngine engine = PrivateEngine.start(engineFolder, "--live-restore");
                Machine machine = machine(engine)) {
            Container job =
                    Machine.script(
                            "echo up; while ! [ -e /tmp/go ]; do sleep 0.1; done; echo on;"
                                    + " echo x > /assay/out/x");
            try (ContainerRun run = machine.start(job, Machine.limits())) {
                machine.awaitLog("up");
                var outcome = await(run);
                engine.kill();
                engine.start();
                run.shell(java.util.List.of("/bin/touch", "/tmp/go")).output().readAllBytes();
                assertThat(outcome.get().cause())
                        .as(outcome.get().message())
                        .isEqualTo(ExitCause.DONE);
                assertThat(machine.log(outcome.get())).containsExactly("out up", "out on");
                assertThat(machine.outputs(outcome.get())).containsKey("x");
            }
            machine.assertNothingLeft();
        }
    }
}
