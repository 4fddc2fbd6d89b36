package dev.assay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.KeyId;
import dev.assay.verification.bundle.SigstoreBundle;
import dev.assay.verification.crypto.LogSigningKey;
import dev.assay.verification.crypto.SoftwareKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.keys.KeyStatements;
import dev.assay.verification.log.LogLeaf;
import dev.assay.verification.log.TransparencyLog;
import dev.assay.verification.statement.KeyHolder;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** {@code assay audit} of bundles and logs, and what it says of what it cannot audit. */
final class AuditCommandTest {
    @TempDir private Path directory;

    private final SoftwareKey signer;
    private final LogSigningKey logKey;
    private Command command = Command.in(Path.of(""), Path.of(""));
    private Path log = Path.of("");
    private Path bundle = Path.of("");
    private Path key = Path.of("");

    AuditCommandTest() throws Exception {
        signer = SoftwareKey.create(new SecureRandom());
        logKey = LogSigningKey.create("log.example", new SecureRandom());
    }

    @BeforeEach
    void aStatementInALog() throws Exception {
        command = Command.in(directory.resolve("home"), directory);
        log = directory.resolve("log");
        Envelope envelope = statement();
        bundle = directory.resolve("statement.sigstore.json");
        key = Files.writeString(directory.resolve("key.pem"), signer.verifyingKey().toPem());
        try (TransparencyLog opened = TransparencyLog.open(log, logKey)) {
            opened.append(List.of(LogLeaf.of(envelope, signer.verifyingKey())));
            SigstoreBundle written =
                    SigstoreBundle.of(
                            envelope,
                            signer.verifyingKey(),
                            opened.proof(0),
                            logKey.verifyingKey());
            Files.write(bundle, written.bytes());
        }
    }

    @Test
    void bundle_withItsKeys_standsAndIsRemembered() throws Exception {
        Command.Outcome outcome = auditBundle();

        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exit()).isZero();
        assertThat(outcome.out())
                .startsWith("bundle " + bundle.getFileName())
                .contains("log log.example of 1 entries holds it as entry 0")
                .contains("key-register")
                .endsWith("PASS" + System.lineSeparator());
        Path home = directory.resolve("home");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home)))
                .isEqualTo("rwx------");
        assertThat(remembered()).hasSize(1);
    }

    @Test
    void bundle_withoutMemory_leavesNothingBehind() throws Exception {
        Command.Outcome outcome = auditBundle("--no-memory");

        assertThat(outcome.exit()).isZero();
        assertThat(directory.resolve("home")).doesNotExist();
    }

    @Test
    void bundle_whereNothingCanBeRemembered_isInconclusiveAndSaysHowToGoOn() throws Exception {
        command = Command.in(key, directory);

        Command.Outcome outcome = auditBundle();

        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.out()).contains("cannot keep checkpoints").contains("--no-memory");
    }

    @Test
    void bundle_ofAnotherSigner_failsAsJson() throws Exception {
        SoftwareKey other = SoftwareKey.create(new SecureRandom());
        Files.writeString(key, other.verifyingKey().toPem());

        Command.Outcome outcome = auditBundle("--json");

        assertThat(outcome.exit()).isEqualTo(1);
        JsonNode report = outcome.json().getFirst();
        assertThat(report.path("kind").asText()).isEqualTo("bundle");
        assertThat(report.path("verdict").asText()).isEqualTo("FAIL");
        assertThat(report.path("findings").get(0).fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder("standing", "file", "field", "clause", "message");
    }

    @Test
    void bundle_besideItsLog_isProvedToBeOfItsHistory() throws Exception {
        Command.Outcome outcome = auditBundle("--log", "log");

        assertThat(outcome.exit()).as(outcome.err()).isZero();
        assertThat(outcome.out()).contains("of the history of the 1 that the log at log shows");
    }

    @Test
    void bundle_besideALogThatIsNotThere_couldNotRun() throws Exception {
        auditBundle("--log", "nowhere")
                .assertError(
                        3, "assay: nowhere is no directory; name the one that holds checkpoint");
    }

    @Test
    void bundle_besideALogThatCannotBeReached_isInconclusive() throws Exception {
        String url;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            url = "http://127.0.0.1:" + closed.getLocalPort() + "/";
        }

        Command.Outcome outcome = auditBundle("--log", url);

        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.out()).contains("could not be used").endsWith("INCONCLUSIVE\n");
    }

    @Test
    void bundle_withoutKeys_saysWhichToName() throws Exception {
        command.run("audit", bundle.toString())
                .assertError(
                        3, "assay: say whose log it is: --log-key VKEY, or a file that holds it");
        command.run("audit", "--log-key", vkey(), bundle.toString())
                .assertError(
                        3,
                        "assay: say whose signature it must be: --key FILE with the public key;"
                                + " the bundle names "
                                + signer.keyId().hex());
    }

    @Test
    void log_inADirectoryAndOverHttp_standsAndItsForkDoesNot() throws Exception {
        Command.Outcome here = command.run("audit", "--log-key", vkey(), "log");
        assertThat(here.exit()).as(here.err()).isZero();
        assertThat(here.out()).startsWith("log log").contains("all 1 entries and their tiles");

        Path served = directory.resolve("fork");
        try (TransparencyLog fork = TransparencyLog.open(served, logKey)) {
            fork.append(List.of("another".getBytes(UTF_8)));
        }
        Process serving =
                command.startPiped(directory.resolve("err"), "log", "serve", served.toString());
        try (BufferedReader out = serving.inputReader()) {
            String url = out.readLine().replace("listening ", "");
            Command.Outcome fork = command.run("audit", "--log-key", vkey(), url);
            assertThat(fork.exit()).isEqualTo(1);
            assertThat(fork.out()).contains("split-view: the log signed two roots");
        } finally {
            Command.signal(serving, "TERM");
            assertThat(serving.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void whatCannotBeAudited_isOneLineWithTheFix() throws Exception {
        Files.writeString(directory.resolve("notes.txt"), "{}");
        Files.createDirectory(directory.resolve("empty"));
        assertFix("nowhere", "there is nothing at nowhere; name an evidence folder");
        assertFix("empty", "empty is no evidence folder and no log");
        assertFix("notes.txt", "notes.txt is no Sigstore bundle");
        assertFix("http://a b/", "'http://a b/' is no URL");
        assertFix("ftp://log.example/", "is no http or https URL");
        assertFix("http://127.0.0.1:70000/", "its port is not from 1 to 65535");
        assertFix("http://127.0.0.1:99999999999/", "");
    }

    @Test
    void logCommands_misused_areOneLineWithTheFix() throws Exception {
        Command.Outcome check = command.run("log", "check", "http://a b/", "--key", vkey());
        assertThat(check.exit()).isEqualTo(3);
        assertThat(check.err()).startsWith("assay: 'http://a b/' is no URL").hasLineCount(1);
        Command.Outcome port = command.run("log", "serve", "log", "--port", "70000");
        assertThat(port.exit()).isEqualTo(3);
        assertThat(port.err()).startsWith("assay: --port: 70000 is not from 0 to 65535");
        Command.Outcome address =
                command.run("log", "serve", "log", "--address", "no.such.host.invalid");
        assertThat(address.exit()).isEqualTo(3);
        assertThat(address.err())
                .startsWith("assay: --address: 'no.such.host.invalid' is no address")
                .doesNotContain("\tat ");
    }

    private void assertFix(String place, String says) throws Exception {
        Command.Outcome outcome = command.run("audit", "--log-key", vkey(), place);
        assertThat(outcome.exit()).as(outcome.out()).isEqualTo(3);
        assertThat(outcome.err()).startsWith("assay: ").contains(says).hasLineCount(1);
    }

    private Command.Outcome auditBundle(String... more) throws Exception {
        return command.run(
                Stream.concat(
                                Stream.of(
                                        "audit",
                                        "--key",
                                        key.toString(),
                                        "--log-key",
                                        vkey(),
                                        bundle.getFileName().toString()),
                                Stream.of(more))
                        .toArray(String[]::new));
    }

    private List<Path> remembered() throws Exception {
        Path seen =
                directory
                        .resolve("home/auditor/checkpoints")
                        .resolve(logKey.verifyingKey().checkpointKeyId().hex());
        try (Stream<Path> files = Files.list(seen)) {
            return files.filter(file -> file.getFileName().toString().matches("[0-9]+")).toList();
        }
    }

    private String vkey() {
        return logKey.verifyingKey().vkey();
    }

    private Envelope statement() throws Exception {
        KeyId recovery = new KeyId(Digest.sha256("recovery".getBytes(UTF_8)));
        return new KeyStatements("log.example", () -> Instant.parse("2026-01-31T12:00:00Z"))
                .register(new KeyHolder(KeyHolder.Role.PROVIDER, "alder"), signer, recovery);
    }
}
