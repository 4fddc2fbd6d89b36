package dev.assay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Ctrl-C, and two processes over one home. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class SignalTest {
    /** A JVM started in the background would inherit that Ctrl-C is ignored. */
    private static final List<String> LISTENING = List.of("env", "--default-signal=INT");

    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"resolved", "ordered", "locked", "attemptRUNNING", "result", "audited"})
    void run_interruptedAtAnEvent_endsWith130AndTheNextOneWorks(String moment) throws Exception {
        Path home = folder.resolve("home");
        Path err = folder.resolve("err");
        Example.job(folder, 1_000);
        Command command = Command.in(home, folder);
        Process process = command.after(LISTENING).startPiped(err, "run", "--json", "job.yaml");
        String last = interruptAt(process, moment);

        assertThat(process.waitFor()).as(last).isEqualTo(130);
        assertThat(Command.said(err)).doesNotContain("\tat ").doesNotContain("Exception");
        Books.read(home).assertWhole();
        assertThat(home.resolve("tenant")).as("no order is left open").isEmptyDirectory();

        Command.Outcome next = command.run("run", "job.yaml");
        assertThat(next.exit()).as(next.out() + next.err()).isEqualTo(0);
        assertThat(next.out()).doesNotContain("resume");
        Books.read(home).assertWhole();
    }

    @Test
    void run_interruptedBeforeItBegan_endsWith130() throws Exception {
        Path home = folder.resolve("home");
        Example.job(folder, 100);
        Command command = Command.in(home, folder);
        Process process =
                command.after(LISTENING)
                        .start(folder.resolve("out"), folder.resolve("err"), "run", "job.yaml");
        while (!Files.exists(home.resolve("lock"))) {
            Thread.sleep(10);
        }
        Command.signal(process, "INT");
        Command.Outcome outcome =
                Command.outcome(process, folder.resolve("out"), folder.resolve("err"));
        assertThat(outcome.exit()).as(outcome.out() + outcome.err()).isEqualTo(130);
        assertThat(command.run("run", "job.yaml").exit()).isEqualTo(0);
        Books.read(home).assertWhole();
    }

    @Test
    void secondProcess_overOneHome_isRefusedAndTheFirstGoesOn() throws Exception {
        Path home = folder.resolve("home");
        Example.job(folder, 1_000);
        Command command = Command.in(home, folder);
        Process first = command.startPiped(folder.resolve("err"), "run", "--json", "job.yaml");
        try (BufferedReader lines = first.inputReader(StandardCharsets.UTF_8)) {
            assertThat(lines.readLine()).contains("resolved");
            command.run("run", "job.yaml")
                    .assertError(
                            3,
                            "assay: "
                                    + home
                                    + " is in use by another assay process; wait for it, or set"
                                    + " ASSAY_HOME to another directory");
            assertThat(lines.lines().toList().getLast()).contains("\"reason\":\"done\"");
        }
        assertThat(first.waitFor()).isEqualTo(0);
        Books.read(home).assertWhole();
    }

    /** Interrupts a run when it reports an event; returns the last line it then wrote. */
    private static String interruptAt(Process process, String moment) throws Exception {
        String last = "";
        boolean interrupted = false;
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode event = new ObjectMapper().readTree(line);
                String name = event.path("event").asText();
                if (!interrupted && (name + event.path("state").asText()).equals(moment)) {
                    Command.signal(process, "INT");
                    interrupted = true;
                }
                last = line;
            }
        }
        assertThat(interrupted).as("the moment came; the last line was %s", last).isTrue();
        return last;
    }
}
