package dev.assay.runtime.runner;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** Finding and ending what an earlier process of an owner left. */
@Timeout(60)
final class LeftoverRunnersTest {
    private final String owner = "test-" + UUID.randomUUID();
    private final List<ProcessHandle> started = new ArrayList<>();

    @AfterEach
    void end() throws Exception {
        for (ProcessHandle process : started) {
            process.destroyForcibly();
            process.onExit().get(10, TimeUnit.SECONDS);
        }
    }

    /** A process with a mark on its command line, whose parent has ended. */
    private ProcessHandle orphan(String mark) throws Exception {
        Process shell =
                new ProcessBuilder(
                                "sh",
                                "-c",
                                "sh -c 'sleep 1000; :' \"$1\" >/dev/null 2>&1 & echo $!",
                                "sh",
                                mark)
                        .start();
        try (BufferedReader said = shell.inputReader()) {
            ProcessHandle process = ProcessHandle.of(Long.parseLong(said.readLine())).orElseThrow();
            started.add(process);
            assertThat(shell.waitFor()).isZero();
            return process;
        }
    }

    @Test
    void runner_whoseOwnersProcessIsGone_isFoundAndKilled() throws Exception {
        ProcessHandle left = orphan("-D" + LeftoverRunners.mark(owner));
        ProcessHandle another = orphan("-D" + LeftoverRunners.mark(owner + "x"));
        assertThat(LeftoverRunners.of(owner)).containsExactly(left);
        assertThat(LeftoverRunners.end(owner)).isEmpty();
        assertThat(left.isAlive()).isFalse();
        assertThat(another.isAlive()).isTrue();
        assertThat(LeftoverRunners.of(owner)).isEmpty();
    }

    /** A stopped process reads no end of input; it is killed all the same. */
    @Test
    void runner_thatIsStopped_isKilled() throws Exception {
        ProcessHandle left = orphan("-D" + LeftoverRunners.mark(owner));
        new ProcessBuilder("kill", "-STOP", Long.toString(left.pid())).start().waitFor();
        assertThat(LeftoverRunners.end(owner)).isEmpty();
        assertThat(left.isAlive()).isFalse();
    }

    /** What this process started is no leftover: a pool may be warm before the agent starts. */
    @Test
    void runner_ofThisProcess_isLeftAlone() throws Exception {
        Process mine =
                new ProcessBuilder("sh", "-c", "read never", LeftoverRunners.mark(owner)).start();
        started.add(mine.toHandle());
        assertThat(LeftoverRunners.end(owner)).isEmpty();
        assertThat(mine.isAlive()).isTrue();
    }

    @Test
    void command_ofARunner_carriesItsOwnersMark() {
        RunnerSettings settings = RunnerSettings.of(owner, Path.of("cache"), 1);
        assertThat(RunnerCommand.of(settings, false))
                .contains(LeftoverRunners.mark(owner), "-D" + LeftoverRunners.mark(owner));
    }
}
