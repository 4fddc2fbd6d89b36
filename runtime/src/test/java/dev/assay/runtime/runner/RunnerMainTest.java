package dev.assay.runtime.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.models.pack.ModelPackage;
import dev.assay.runtime.TestPackages;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The runner's side, spoken to over its pipes as the agent does. */
@Timeout(60)
final class RunnerMainTest {
    private static final RunnerSettings SETTINGS =
            RunnerSettings.of("test", Path.of("target", "djl"), 1);
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir Path directory;

    private Process process;
    private Wire wire;

    @BeforeEach
    void start() throws Exception {
        process = new ProcessBuilder(RunnerCommand.of(SETTINGS, false)).start();
        wire =
                new Wire(
                        process.getInputStream(),
                        process.getOutputStream(),
                        SETTINGS.maxFrameBytes());
        assertThat(wire.receive()).isEqualTo(new Message.Ready(Message.Ready.VERSION));
        wire.send(new Message.Begin(1));
        assertThat(wire.receive()).isEqualTo(new Message.Begun());
    }

    @Test
    void runner_thatHasAJob_beginsNoOther() throws Exception {
        wire.send(new Message.Begin(1));
        assertThat(wire.receive())
                .isInstanceOfSatisfying(
                        Message.Failed.class,
                        failed -> assertThat(failed.message()).contains("serves one job"));
    }

    @AfterEach
    void end() throws Exception {
        process.destroyForcibly().waitFor();
    }

    @Test
    void idleRunner_whoseInputCloses_exits() throws Exception {
        process.getOutputStream().close();
        assertThat(process.waitFor(SOON)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    @Test
    void busyRunner_whoseInputCloses_exits() throws Exception {
        ModelPackage model = TestPackages.products(directory, 1024, 2000);
        wire.send(
                new Message.Load(model.manifestFile().toString(), model.weightsFile().toString()));
        assertThat(wire.receive()).isEqualTo(new Message.Loaded(1, model.digest()));
        wire.send(new Message.Run(1, false, List.of(TestPackages.random(1, 1024, 1024))));
        Busy.await(process.pid());
        process.getOutputStream().close();
        assertThat(process.waitFor(SOON)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    @Test
    void runner_thatGetsGarbage_exitsAndSaysWhy() throws Exception {
        process.getOutputStream().write("GET / HTTP/1.1\n".getBytes(StandardCharsets.US_ASCII));
        process.getOutputStream().flush();
        assertThat(process.waitFor(SOON)).isTrue();
        assertThat(process.exitValue()).isEqualTo(65);
        assertThat(new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains("is announced");
    }

    @Test
    void runner_askedForAModelItDoesNotHold_answers() throws Exception {
        wire.send(new Message.Run(9, false, List.of()));
        assertThat(wire.receive())
                .isInstanceOfSatisfying(
                        Message.Failed.class,
                        failed -> assertThat(failed.message()).contains("no model 9"));
    }
}
