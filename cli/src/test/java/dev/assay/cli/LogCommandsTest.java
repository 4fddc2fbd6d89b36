package dev.assay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.assay.verification.crypto.LogSigningKey;
import dev.assay.verification.log.TransparencyLog;
import dev.assay.verification.witness.AddCheckpoint;
import dev.assay.verification.witness.WitnessKey;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code assay log} and {@code assay witness} as processes, until they are asked to end. */
class LogCommandsTest {
    private static final int TERMINATED = 128 + 15;

    @TempDir Path directory;

    private Command command;
    private LogSigningKey key;
    private Path log;

    @BeforeEach
    void writeALog() throws Exception {
        command = Command.in(directory.resolve("home"), directory);
        key = LogSigningKey.create("log.example", new SecureRandom());
        log = directory.resolve("log");
        try (TransparencyLog written = TransparencyLog.open(log, key)) {
            written.append(List.of("a".getBytes(UTF_8), "b".getBytes(UTF_8)));
        }
    }

    @Test
    void check_aLogAndItsTamperedTwin_tellsThemApart() throws Exception {
        String vkey = key.verifyingKey().vkey();

        Command.Outcome whole = command.run("log", "check", log.toString(), "--key", vkey);
        assertThat(whole.exit()).as(whole.err()).isZero();
        assertThat(whole.out()).startsWith("log log.example stands: 2 entries, root ");

        Path bundle = log.resolve("tile/entries/000.p/2");
        byte[] bytes = Files.readAllBytes(bundle);
        bytes[2] ^= 1;
        Files.write(bundle, bytes);
        Command.Outcome tampered = command.run("log", "check", log.toString(), "--key", vkey);
        assertThat(tampered.exit()).isEqualTo(1);
        assertThat(tampered.err()).contains(bundle.toString()).contains("was changed or lost");
    }

    @Test
    void check_nothingThere_couldNotRun() throws Exception {
        Command.Outcome outcome =
                command.run("log", "check", "nowhere", "--key", key.verifyingKey().vkey());

        assertThat(outcome.exit()).isEqualTo(3);
        assertThat(outcome.err()).contains("nowhere is no directory");
    }

    @Test
    void serve_aLog_isCheckedOverHttpUntilItIsTerminated() throws Exception {
        Process serving = command.startPiped(err("serve"), "log", "serve", log.toString());
        try (BufferedReader out = serving.inputReader()) {
            String url = out.readLine().replace("listening ", "");
            Command.Outcome checked =
                    command.run("log", "check", url, "--key", key.verifyingKey().vkey());
            assertThat(checked.out()).as(checked.err()).contains("stands: 2 entries");
        } finally {
            end(serving, "serve");
        }
    }

    @Test
    void serve_aLogThatBreaks_saysWhyToItsOperatorAlone() throws Exception {
        Process serving = command.startPiped(err("serve"), "log", "serve", log.toString());
        try (BufferedReader out = serving.inputReader()) {
            URI url = URI.create(out.readLine().replace("listening ", ""));
            Files.writeString(log.resolve("checkpoint"), "not a note");
            HttpURLConnection connection =
                    (HttpURLConnection) url.resolve("tile/0/000.p/2").toURL().openConnection();
            assertThat(connection.getResponseCode()).isEqualTo(500);
            assertThat(new String(connection.getErrorStream().readAllBytes(), UTF_8))
                    .isEqualTo("the log cannot be read\n");
        } finally {
            Command.signal(serving, "TERM");
            assertThat(serving.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(Command.said(err("serve")))
                .contains("GET /tile/0/000.p/2 failed: ", "not a signed note");
    }

    @Test
    void witness_restarted_remembersWhatItCosigned() throws Exception {
        String body;
        try (TransparencyLog opened = TransparencyLog.open(log, key)) {
            body =
                    new String(
                            new AddCheckpoint(0, List.of(), opened.checkpoint().note()).bytes(),
                            UTF_8);
        }
        String[] witness = {"witness", "--name", "w1.example", "--log", key.verifyingKey().vkey()};
        String firstKey;
        Process first = command.startPiped(err("first"), witness);
        try (BufferedReader out = first.inputReader()) {
            firstKey = out.readLine().replace("witness   ", "");
            assertThat(WitnessKey.parse(firstKey).name()).isEqualTo("w1.example");
            assertThat(out.readLine()).isEqualTo("log       log.example");
            String listening = out.readLine();
            assertThat(out.readLine())
                    .isEqualTo(
                            "ask it    assay run --witness '"
                                    + listening.replace("listening ", "")
                                    + "="
                                    + firstKey
                                    + "' JOB.yaml");
            assertThat(post(listening, body)).isEqualTo(200);
        } finally {
            end(first, "first");
        }
        Process second = command.startPiped(err("second"), witness);
        try (BufferedReader out = second.inputReader()) {
            assertThat(out.readLine()).isEqualTo("witness   " + firstKey);
            out.readLine();
            assertThat(post(out.readLine(), body)).isEqualTo(409);
        } finally {
            end(second, "second");
        }
    }

    private void end(Process process, String name) throws Exception {
        Command.signal(process, "TERM");
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Command.said(err(name))).isEqualTo(TERMINATED);
        assertThat(Command.said(err(name))).isEmpty();
    }

    private Path err(String name) {
        return directory.resolve(name + ".err");
    }

    private static int post(String listening, String body) throws IOException {
        URI url = URI.create(listening.replace("listening ", "") + "add-checkpoint");
        HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection();
        connection.setDoOutput(true);
        connection.getOutputStream().write(body.getBytes(UTF_8));
        return connection.getResponseCode();
    }
}
