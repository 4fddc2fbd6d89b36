package dev.assay.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.assay.runtime.container.ContainerLimits;
import dev.assay.runtime.container.ContainerOutcome;
import dev.assay.runtime.container.ExitCause;
import dev.assay.runtime.container.WorkspaceDisk;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

class RuntimeProbeTest {
    private static final Path RUNSC = Path.of("/usr/bin/runsc");

    @TempDir private Path engineFolder;
    @TempDir private Path folder;

    @Test
    void runtime_thatRunsContainers_isFoundToDoSo() throws Exception {
        try (DockerEngine engine = TestDocker.connect()) {
            assertThat(RuntimeProbe.runs(engine, "runc", "test")).isTrue();
            assertThat(RuntimeProbe.runs(engine, "no-such-runtime", "test")).isFalse();
            assertThat(engine.list(Map.of("dev.assay.agent", "test"))).isEmpty();
        }
    }

    /** The engine lists it; it is no runtime at all. */
    @Test
    void runtime_thatIsOnlyListed_isFoundNotToRun() throws Exception {
        try (PrivateEngine own =
                        PrivateEngine.start(engineFolder, "--add-runtime", "runsc=/bin/false");
                DockerEngine engine = DockerEngine.at(own.socket())) {
            assertThat(engine.facts().runtimes()).contains("runsc");
            assertThat(RuntimeProbe.runs(engine, RuntimeProbe.GVISOR, "test")).isFalse();
        }
    }

    @Test
    void gVisor_whereItRuns_givesContainersAKernelOfTheirOwn() throws Exception {
        assumeTrue(Files.isExecutable(RUNSC), "no gVisor here (Debian: runsc)");
        Path config = folder.resolve("daemon.json");
        Files.writeString(
                config,
                "{\"runtimes\":{\"runsc\":{\"path\":\""
                        + RUNSC
                        + "\",\"runtimeArgs\":[\"--network=none\"]}}}");
        try (PrivateEngine own =
                        PrivateEngine.start(engineFolder, "--config-file", config.toString());
                DockerEngine engine = DockerEngine.at(own.socket())) {
            assumeTrue(
                    RuntimeProbe.runs(engine, RuntimeProbe.GVISOR, "test"),
                    "gVisor does not run containers here");
            try (Machine machine =
                    Machine.at(
                            DockerEngine.at(own.socket()),
                            folder,
                            WorkspaceDisk.plain(),
                            RuntimeProbe.GVISOR)) {
                ContainerOutcome outcome =
                        machine.run(
                                Machine.script(
                                        "dmesg | grep -ci gvisor; id -u; echo x > /assay/out/x"),
                                // its kernel runs within the container's limits too
                                ContainerLimits.of(
                                        1, 512L << 20, 32L << 20, 1, Duration.ofSeconds(60)));
                assertThat(outcome.cause())
                        .as("%s", machine.log(outcome))
                        .isEqualTo(ExitCause.DONE);
                assertThat(machine.log(outcome)).last().isEqualTo("out 65534");
                assertThat(machine.log(outcome).getFirst()).matches("out [1-9][0-9]*");
                assertThat(machine.outputs(outcome)).isEqualTo(Map.of("x", "x\n"));
                machine.assertNothingLeft();
            }
        }
    }
}
