package dev.assay.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.Container.Input;
import dev.assay.protocol.job.Network;
import dev.assay.protocol.lease.Fault;
import dev.assay.runtime.container.ContainerEvent;
import dev.assay.runtime.container.ContainerException;
import dev.assay.runtime.container.ContainerLimits;
import dev.assay.runtime.container.ContainerOutcome;
import dev.assay.runtime.container.ContainerRun;
import dev.assay.runtime.container.ExitCause;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

final class ContainerRunTest extends CleanMachine {
    @Test
    void container_withInputsAndOutputs_givesFilesByDigest() throws Exception {
        Digest input = machine.blobs.put("six times nine".getBytes(StandardCharsets.UTF_8));
        ContainerOutcome outcome =
                machine.run(
                        Machine.job(
                                List.of(
                                        "/bin/sh",
                                        "-c",
                                        "mkdir /assay/out/d; cp /assay/in/a/b.txt /assay/out/d/c;"
                                                + " echo $WHO $ASSAY_INDEX/$ASSAY_COUNT in $HOME"
                                                + " > /assay/out/env"),
                                Map.of("WHO", "me"),
                                List.of(new Input("a/b.txt", input)),
                                Network.NONE,
                                1),
                        Machine.limits());
        assertThat(outcome.cause()).as(outcome.message()).isEqualTo(ExitCause.DONE);
        assertThat(machine.outputs(outcome))
                .isEqualTo(Map.of("d/c", "six times nine", "env", "me 0/1 in /assay/scratch\n"));
        assertThat(outcome.outputs().orElseThrow().manifest().files())
                .anyMatch(file -> file.digest().equals(input));
        assertThat(machine.blobs.has(outcome.outputs().orElseThrow().digest())).isTrue();
    }

    @Test
    void log_ofBothStreams_isKeptAndToldInOrder() throws Exception {
        ContainerOutcome outcome = machine.run("echo one; echo two >&2; echo three; printf four");
        assertThat(machine.log(outcome))
                .containsExactlyInAnyOrder("out one", "err two", "out three", "out four");
        assertThat(machine.log(outcome).stream().filter(line -> line.startsWith("out")))
                .containsExactly("out one", "out three", "out four");
        assertThat(
                        machine.events.stream()
                                .filter(ContainerEvent.Logged.class::isInstance)
                                .map(event -> ((ContainerEvent.Logged) event).entry().text()))
                .containsExactlyInAnyOrder("one", "two", "three", "four");
    }

    @Test
    void log_thatIsLongerThanIsKept_losesItsMiddle() throws Exception {
        ContainerOutcome outcome =
                machine.run("echo first; yes 'as long as this' | head -n 100000; echo last");
        assertThat(outcome.cause()).isEqualTo(ExitCause.DONE);
        assertThat(machine.log(outcome)).startsWith("out first").endsWith("out last");
        assertThat(machine.log(outcome)).anyMatch(line -> line.contains("were not kept"));
    }

    @Test
    void log_ofAVeryLongLine_isCutIntoPieces() throws Exception {
        ContainerOutcome outcome =
                machine.run("head -c 40000 /dev/zero | tr '\\0' x; echo; echo end");
        assertThat(machine.log(outcome))
                .containsExactly(
                        "out " + "x".repeat(16_384),
                        "out " + "x".repeat(16_384),
                        "out " + "x".repeat(40_000 - 2 * 16_384),
                        "out end");
    }

    @Test
    void program_thatFails_isTheTenantsFault() throws Exception {
        ContainerOutcome outcome = machine.run("echo sorry >&2; exit 3");
        assertThat(outcome.cause()).isEqualTo(ExitCause.EXIT_CODE);
        assertThat(outcome.cause().fault()).isEqualTo(Fault.TENANT);
        assertThat(outcome.exitCode()).isEqualTo(3);
        assertThat(outcome.message()).isEqualTo("exit code 3");
        assertThat(outcome.outputs()).isEmpty();
        assertThat(machine.log(outcome)).containsExactly("err sorry");
    }

    @Test
    void command_thatTheImageLacks_isTheTenantsFaultAndLeavesNothing() throws Exception {
        assertThatThrownBy(
                        () ->
                                machine.run(
                                        Machine.job(
                                                List.of("/no/such/program"),
                                                Map.of(),
                                                List.of(),
                                                Network.NONE,
                                                1),
                                        Machine.limits()))
                .isInstanceOfSatisfying(
                        ContainerException.class,
                        e -> assertThat(e.code()).isEqualTo(ContainerException.Code.BAD_SPEC))
                .hasMessageContaining("/no/such/program");
    }

    @Test
    void input_thatIsNotThere_isTheProvidersFaultAndLeavesNothing() throws Exception {
        Digest missing = Digest.sha256(new byte[] {42});
        assertThatThrownBy(
                        () ->
                                machine.run(
                                        Machine.job(
                                                List.of(),
                                                Map.of(),
                                                List.of(new Input("a", missing)),
                                                Network.NONE,
                                                1),
                                        Machine.limits()))
                .isInstanceOfSatisfying(
                        ContainerException.class,
                        e -> assertThat(e.code()).isEqualTo(ContainerException.Code.INPUT))
                .hasMessageContaining(missing.toString());
    }

    @Test
    void output_thatIsNotMade_isTheTenantsFault() throws Exception {
        var job = Machine.script("true");
        ContainerOutcome outcome =
                machine.run(
                        new dev.assay.protocol.job.Container(
                                job.image(),
                                job.command(),
                                job.env(),
                                job.inputs(),
                                List.of("frames/1.png"),
                                job.ports(),
                                job.shmBytes(),
                                job.network(),
                                1),
                        Machine.limits());
        assertThat(outcome.cause()).isEqualTo(ExitCause.OUTPUTS);
        assertThat(outcome.message()).contains("frames/1.png");
    }

    @Test
    void cancel_ofAPoliteProgram_endsItAtOnce() throws Exception {
        try (ContainerRun run =
                machine.start(
                        Machine.script(
                                "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 1 &"
                                        + " wait; done"),
                        with(Duration.ofMinutes(1), Duration.ofMinutes(1)))) {
            machine.awaitLog("ready");
            run.cancel();
            ContainerOutcome outcome = run.await();
            assertThat(outcome.cause()).isEqualTo(ExitCause.CANCELLED);
            assertThat(outcome.exitCode()).isZero();
            assertThat(machine.log(outcome)).containsExactly("out ready", "out bye");
        }
    }

    @Test
    void container_thatIsClosed_isGoneWithItsWorkspace() throws Exception {
        ContainerRun run = machine.start(Machine.script("sleep 1000"), Machine.limits());
        run.close();
        machine.assertNothingLeft();
    }

    @Test
    void container_pastItsTime_isEnded() throws Exception {
        ContainerLimits limits = with(Duration.ofMillis(300), Duration.ofMillis(200));
        ContainerOutcome outcome = machine.run(Machine.script("sleep 1000"), limits);
        assertThat(outcome.cause()).isEqualTo(ExitCause.TIME_LIMIT);
        assertThat(outcome.cause().fault()).isEqualTo(Fault.TENANT);
    }

    @Test
    void health_asTheImageChecksIt_isTold() throws Exception {
        var image =
                machine.load(
                        TestImage.busybox(
                                Map.of(
                                        "Healthcheck",
                                        Map.of(
                                                "Test",
                                                List.of("CMD", "/bin/true"),
                                                "Interval",
                                                100_000_000L))));
        try (ContainerRun run =
                machine.start(Machine.script("sleep 1000"), image, Machine.limits())) {
            ContainerEvent healthy = new ContainerEvent.Health(machine.run(), "healthy");
            while (!machine.events.contains(healthy)) {
                Thread.sleep(10);
            }
            run.cancel();
            run.await();
        }
        assertThat(machine.events).contains(new ContainerEvent.Health(machine.run(), "healthy"));
    }

    private static ContainerLimits with(Duration time, Duration grace) {
        ContainerLimits limits = Machine.limits();
        return new ContainerLimits(
                limits.nanoCpus(),
                limits.memoryBytes(),
                limits.pids(),
                limits.openFiles(),
                limits.tmpBytes(),
                limits.diskBytes(),
                limits.files(),
                limits.outputBytes(),
                limits.logBytes(),
                time,
                grace);
    }
}
