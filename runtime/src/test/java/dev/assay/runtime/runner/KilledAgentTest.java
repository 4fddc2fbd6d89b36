package dev.assay.runtime.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.runtime.TestPackages;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What becomes of runners whose agent is killed, and has no time to end them. */
@Timeout(120)
final class KilledAgentTest {
    @TempDir Path directory;

    @Test
    void runners_ofAnAgentThatIsKilled_endByThemselves() throws Exception {
        TestPackages.products(directory, 1024, 2000);
        Process agent =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseSerialGC",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                RunnerAgent.class.getName(),
                                directory.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        List<ProcessHandle> runners = new ArrayList<>();
        try (BufferedReader out = agent.inputReader()) {
            String line = out.readLine();
            assertThat(line).as("the agent's line").isNotNull();
            Arrays.stream(line.split(" "))
                    .forEach(pid -> ProcessHandle.of(Long.parseLong(pid)).ifPresent(runners::add));
            assertThat(runners).hasSize(2).allMatch(ProcessHandle::isAlive);
            agent.destroyForcibly().waitFor();
            for (ProcessHandle runner : runners) {
                runner.onExit().get(20, TimeUnit.SECONDS);
            }
        } finally {
            agent.destroyForcibly();
            runners.forEach(ProcessHandle::destroyForcibly);
        }
    }
}
