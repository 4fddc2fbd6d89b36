package dev.assay.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.assay.verification.audit.AuditReport;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Jobs that are containers, from order to settled escrow, on a real Docker Engine. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class ContainerJobTest {
    private static final Path BUSYBOX = Path.of("/bin/busybox");

    @TempDir private Path folder;
    private Path home;
    private Command command;

    @BeforeEach
    void image() throws Exception {
        assumeTrue(Files.isExecutable(BUSYBOX), "no /bin/busybox: needs busybox-static");
        assumeTrue(succeeds("docker", "version"), "no Docker Engine answers");
        home = folder.resolve("home");
        command = Command.in(home, folder);
        String tag = "assay-test:" + ProcessHandle.current().pid();
        Path root = Files.createDirectories(folder.resolve("root/bin"));
        Files.copy(BUSYBOX, root.resolve("busybox"));
        Files.createSymbolicLink(root.resolve("sh"), Path.of("busybox"));
        assertThat(succeeds("tar", "-C", folder + "/root", "-cf", folder + "/root.tar", "."))
                .isTrue();
        assertThat(succeeds("docker", "import", folder + "/root.tar", tag)).isTrue();
        assertThat(succeeds("docker", "save", tag, "-o", folder + "/image.tar")).isTrue();
        assertThat(succeeds("docker", "rmi", tag)).isTrue();
    }

    @Test
    void containers_ofAnArray_leaveTheirOutputsAndSettle() throws Exception {
        Files.writeString(folder.resolve("words.txt"), "three short words\n");
        Path job =
                job(
                        "busybox wc -w < /assay/in/words.txt >"
                                + " /assay/out/$ASSAY_INDEX-of-$ASSAY_COUNT",
                        "inputs: { words.txt: words.txt }\n  array: 2");

        Command.Outcome run = command.run("run", "--json", job.toString());

        assertThat(run.exit()).as(run.out() + run.err()).isZero();
        Path outputs = Path.of(event(run, "result").path("outputs").asText());
        assertThat(outputs.resolve("0/0-of-2")).hasContent("3");
        assertThat(outputs.resolve("1/1-of-2")).hasContent("3");
        assertThat(event(run, "audited").path("method").asText()).isEqualTo("CONTENTS");
        assertThat(event(run, "settled").path("owed").asLong()).isPositive();
        Books.read(home).assertWhole();
        assertAuditPasses(run);
        assertNothingRuns();
    }

    @Test
    void output_ofAContainer_isShownWhileItRuns() throws Exception {
        Path job =
                job(
                        "echo up; echo oops >&2; while ! [ -e /tmp/go ]; do busybox sleep 0.05;"
                                + " done",
                        "shell: true");
        Process process =
                command.startPiped(folder.resolve("err"), "run", "--json", job.toString());
        List<JsonNode> log = new ArrayList<>();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            while (log.size() < 2) {
                JsonNode line = new ObjectMapper().readTree(lines.readLine());
                if (line.path("event").asText().equals("log")) {
                    log.add(line);
                }
            }
            assertThat(containers()).hasSize(1);
            assertThat(
                            succeeds(
                                    "docker",
                                    "exec",
                                    containers().getFirst(),
                                    "/bin/sh",
                                    "-c",
                                    "> /tmp/go"))
                    .isTrue();
            assertThat(lines.lines().toList()).last().asString().contains("\"done\"");
        }
        assertThat(process.waitFor()).isZero();
        assertThat(log)
                .extracting(line -> line.path("stream").asText() + " " + line.path("text").asText())
                .containsExactlyInAnyOrder("out up", "err oops");
        assertNothingRuns();
    }

    @Test
    void shell_fromAPipe_worksInTheRunningContainer() throws Exception {
        Path job = job("while ! [ -e /tmp/go ]; do busybox sleep 0.05; done", "");
        Path out = folder.resolve("out");
        Process process =
                command.start(out, folder.resolve("err"), "run", "--shell", job.toString());
        try (OutputStream typed = process.getOutputStream()) {
            typed.write(
                    "echo answer=$((40+2)); echo kept > /assay/out/by-hand; > /tmp/go; exit 5\n"
                            .getBytes(StandardCharsets.UTF_8));
        }
        Command.Outcome run = Command.outcome(process, out, folder.resolve("err"));
        assertThat(run.exit()).as(run.out() + run.err()).isZero();
        assertThat(run.out()).contains("answer=42").contains("ended with exit code 5");
        try (var files = Files.walk(home.resolve("jobs"))) {
            assertThat(files.filter(file -> file.endsWith("outputs/0/by-hand")))
                    .singleElement()
                    .satisfies(file -> assertThat(file).hasContent("kept"));
        }
        assertNothingRuns();
    }

    @Test
    void container_thatFails_isPaidForAndSaysHowItEnded() throws Exception {
        Path job = job("echo no such scene >&2; exit 3", "");

        Command.Outcome run = command.run("run", "--json", job.toString());

        assertThat(run.exit()).as(run.out() + run.err()).isEqualTo(1);
        JsonNode container = event(run, "result").path("containers").path(0);
        assertThat(container.path("cause").asText()).isEqualTo("exit_code");
        assertThat(container.path("exitCode").asInt()).isEqualTo(3);
        Path log = Path.of(event(run, "result").path("outputs").asText()).resolve("0.log");
        assertThat(log).content().contains("no such scene");
        assertThat(event(run, "settled").path("owed").asLong()).isPositive();
        Books.read(home).assertWhole();
        assertAuditPasses(run);
        assertNothingRuns();
    }

    @Test
    void audit_ofAFolderWithAnotherLog_namesIt() throws Exception {
        Command.Outcome run = command.run("run", "--json", job("echo done", "").toString());
        Path evidence = Path.of(event(run, "ended").path("evidence").asText());
        Files.writeString(evidence.resolve("work/unit-00000.log"), "never said\n");

        AuditReport report = LocalNetworkTest.audit(evidence);

        assertThat(report.passed()).isFalse();
        assertThat(report.toString()).contains("work/unit-00000.log");
    }

    /** The next run brings the interrupted order to its end first, in the container that runs. */
    @Test
    void agent_killedWhileAContainerRuns_takesItOverAtTheNextStart() throws Exception {
        Path job = job("echo begun; busybox sleep 8; echo ended", "");
        Process process =
                command.startPiped(folder.resolve("err"), "run", "--json", job.toString());
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            String line = lines.readLine();
            while (line != null && !line.contains("\"RUNNING\"")) {
                line = lines.readLine();
            }
            assertThat(line).as(Files.readString(folder.resolve("err"))).isNotNull();
            while (containers().isEmpty()) {
                Thread.onSpinWait();
            }
            process.destroyForcibly().waitFor();
        }
        assertThat(containers()).hasSize(1);

        Command.Outcome next = command.run("run", "--json", job("echo again", "").toString());

        assertThat(next.exit()).as(next.out() + next.err()).isZero();
        assertThat(next.events("ended"))
                .as(next.out())
                .extracting(ended -> ended.path("reason").asText())
                .containsExactly("done", "done");
        assertThat(next.events("log"))
                .as(next.out())
                .extracting(line -> line.path("text").asText())
                .containsOnlyOnce("begun", "ended", "again");
        assertNothingRuns();
        Books.read(home).assertWhole();
    }

    @Test
    void machine_withoutAnEngine_declinesAndSaysWhy() throws Exception {
        Command.Outcome run =
                command.with("DOCKER_HOST", "unix://" + folder + "/nowhere.sock")
                        .run("run", "--json", job("echo", "").toString());

        assertThat(run.exit()).as(run.out() + run.err()).isEqualTo(1);
        assertThat(event(run, "declined").path("reason").asText())
                .startsWith("runs no containers: ")
                .contains("nowhere.sock");
        assertThat(event(run, "ended").path("reason").asText()).isEqualTo("no_bids");
        Books.read(home).assertWhole();
    }

    @Test
    void archive_thatIsNoImage_isTheTenantsFault() throws Exception {
        Path job = job("echo", "");
        Files.writeString(folder.resolve("image.tar"), "not an archive");

        Command.Outcome run = command.run("run", "--json", job.toString());

        assertThat(run.exit()).as(run.out() + run.err()).isEqualTo(1);
        assertThat(event(run, "ended").path("fault").asText()).isEqualTo("TENANT");
        Books.read(home).assertWhole();
        assertNothingRuns();
    }

    private Path job(String script, String more) throws IOException {
        return Files.writeString(
                folder.resolve("job.yaml"),
                """
                version: assay/v1
                name: test
                resources: { cpu: 1, memory: 64Mi, storage: 64Mi }
                container:
                  image: image.tar
                  command: [/bin/sh, -c, '%s']
                  %s
                price: { max: "0.10", denom: usdc, per: cpu-hour }
                """
                        .formatted(script, more));
    }

    private static JsonNode event(Command.Outcome run, String name) throws IOException {
        return run.json().stream()
                .filter(line -> line.path("event").asText().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " in " + run.out()));
    }

    private static void assertAuditPasses(Command.Outcome run) throws Exception {
        AuditReport report =
                LocalNetworkTest.audit(Path.of(event(run, "ended").path("evidence").asText()));
        assertThat(report.passed()).as(report.toString()).isTrue();
    }

    private void assertNothingRuns() throws Exception {
        assertThat(containers()).isEmpty();
        assertThat(home.resolve("containers/alder")).isEmptyDirectory();
        assertThat(Path.of("/proc/self/mountinfo")).content().doesNotContain(home.toString());
    }

    /** The containers of this test's agent, whose key makes its id. */
    private List<String> containers() throws Exception {
        Process list =
                new ProcessBuilder(
                                "docker",
                                "ps",
                                "-a",
                                "--no-trunc",
                                "--format",
                                "{{.Names}}",
                                "--filter",
                                "label=dev.assay.agent=" + agent())
                        .start();
        List<String> names = list.inputReader().lines().toList();
        assertThat(list.waitFor()).isZero();
        return names;
    }

    private String agent() throws Exception {
        return new dev.assay.verification.crypto.KeyFile(home.resolve("keys/provider-alder.pem"))
                .signingKey(new java.security.SecureRandom())
                .keyId()
                .hex();
    }

    private static boolean succeeds(String... words) throws Exception {
        try {
            Process process =
                    new ProcessBuilder(words)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            return process.waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
