package dev.assay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import dev.assay.verification.crypto.KeyFile;
import dev.assay.verification.crypto.Passphrase;
import dev.assay.verification.crypto.PassphraseSource;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.keys.KeyHistory;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;

/** {@code assay keys} as a user types it, each time in a process of its own. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class KeysCommandTest {
    private static final String WORDS = "correct horse";
    private static final String COLD = "cold and long";

    @TempDir Path folder;

    private Command command;

    @BeforeEach
    void commandWithPassphrases() {
        command =
                Command.in(folder.resolve("home"), folder)
                        .with("ASSAY_PASSPHRASE", WORDS)
                        .with("ASSAY_RECOVERY_PASSPHRASE", COLD);
    }

    @Test
    void provider_fromFirstKeyToRecovery_isInTheLog() throws Exception {
        recoveryKey();
        String first = done("create", "provider-alder", "--json").path("keyId").asText();
        assertEncrypted(folder.resolve("home/keys/provider-alder.pem"));
        JsonNode registered =
                done("register", "provider-alder", "--recovery", "recovery.pem", "--json");
        assertThat(registered.path("keyId").asText()).isEqualTo(first);
        assertThat(registered.path("index").asText()).isEqualTo("0");
        JsonNode revoked =
                done(
                        "revoke",
                        "provider-alder",
                        "--reason",
                        "lost",
                        "--recovery",
                        "recovery.pem",
                        "--json");
        assertThat(revoked.path("index").asText()).isEqualTo("1");
        refused("was revoked; put a new one", "rotate", "provider-alder");
        JsonNode rotated = done("rotate", "provider-alder", "--recovery", "recovery.pem", "--json");

        JsonNode shown = done("show", "provider-alder", "--json");
        assertThat(shown.path("keyId").asText()).isEqualTo(rotated.path("keyId").asText());
        assertThat(shown.path("registered").path("from").asText()).isEqualTo("2");
        KeyHistory history = new KeyHistory("assay.local/log");
        for (long index = 0; index < 3; index++) {
            history.append(
                    index,
                    Envelope.parse(
                            Files.readAllBytes(
                                    folder.resolve(
                                            "home/market/key-statements/" + index + ".json"))));
        }
        assertThat(history.periods()).hasSize(2);
    }

    @Test
    void run_withAnEncryptedKey_takesItsPassphraseAndElseSaysHow() throws Exception {
        Example.job(folder, 100);
        done("create", "tenant", "--json");

        Command.Outcome run = command.run("run", "job.yaml");
        assertThat(run.err()).isEmpty();
        assertThat(run.exit()).isZero();
        Command.Outcome without = Command.in(folder.resolve("home"), folder).run("run", "job.yaml");
        assertThat(without.exit()).isEqualTo(3);
        assertThat(without.err()).contains("tenant.pem").contains("ASSAY_PASSPHRASE");
        Command.Outcome wrong =
                command.with("ASSAY_PASSPHRASE", "battery staple").run("run", "job.yaml");
        assertThat(wrong.err())
                .contains("passphrase is wrong")
                .doesNotContain("battery")
                .doesNotContain("\tat ");
    }

    @Test
    void create_whereThereIsAKey_leavesItAsItIs() throws Exception {
        recoveryKey();
        byte[] before = Files.readAllBytes(folder.resolve("recovery.pem"));

        refused("already", "create", "-o", "recovery.pem");
        assertThat(folder.resolve("recovery.pem")).hasBinaryContent(before);
    }

    @Test
    void create_imported_isTheKeyThatWasGiven() throws Exception {
        Path file = folder.resolve("given.pem");
        String id =
                done("create", "-o", file.toString(), "--no-passphrase", "--json")
                        .path("keyId")
                        .asText();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        refused("chmod 600 " + file, "create", "provider-alder", "--import", file.toString());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));

        assertThat(
                        done("create", "provider-alder", "--import", file.toString(), "--json")
                                .path("keyId")
                                .asText())
                .isEqualTo(id);
        assertEncrypted(folder.resolve("home/keys/provider-alder.pem"));
    }

    @Test
    void export_anyKey_isPublic() throws Exception {
        done("create", "provider-alder", "--json");
        done("create", "log", "--json");

        Command.Outcome pem = command.run("keys", "export", "provider-alder");
        assertThat(pem.out())
                .isEqualTo(key("provider-alder").verifyingKey().toPem())
                .doesNotContain("PRIVATE");
        assertThat(command.run("keys", "export", "--vkey", "log").out().strip())
                .isEqualTo(key("log").logVerifyingKey("assay.local/log").vkey());
        assertThat(done("export", "log", "--json").path("vkey").asText())
                .startsWith("assay.local/log+");
        assertThat(command.run("keys", "--json").out())
                .contains("provider-alder")
                .doesNotContain("\"log\"", "PRIVATE");
        refused("is no log's key", "export", "--vkey", "provider-alder");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "create | give either a name",
                "create provider-alder -o file.pem | give either a name",
                "create Provider | is no name for a key",
                "create ../../x | is no name for a key",
                "create alder --pkcs11 token.cfg | give both, or neither",
                "create alder --pkcs11 token.cfg --alias a --import b | leave --import out",
                "create alder --import none.pem | none.pem",
                "create log --import none.pem | Ed25519",
                "show nobody | there is no key 'nobody'",
                "register nobody --recovery none.pem | none.pem",
                "register provider-alder | --recovery",
                "revoke provider-alder | --reason",
                "rotate provider-alder --new-recovery a.pem | give --recovery too",
                "rotat provider-alder | did you mean 'rotate'?",
                "export nobody | assay keys lists those there are",
            })
    void keys_misused_sayWhatToDo(String line, String says) throws Exception {
        refused(says, line.split(" "));
    }

    private void recoveryKey() throws Exception {
        Command.Outcome created =
                command.with("ASSAY_PASSPHRASE", COLD).run("keys", "create", "-o", "recovery.pem");
        assertThat(created.exit()).as(created.err()).isZero();
    }

    private JsonNode done(String... arguments) throws Exception {
        Command.Outcome outcome = command.run(keys(arguments));
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exit()).isZero();
        assertThat(outcome.out()).doesNotContain("PRIVATE", WORDS, COLD);
        return outcome.json().getFirst();
    }

    private void refused(String says, String... arguments) throws Exception {
        Command.Outcome outcome = command.run(keys(arguments));
        assertThat(outcome.exit()).isEqualTo(3);
        assertThat(outcome.err()).contains(says).doesNotContain("\tat ", WORDS, COLD);
        assertThat(outcome.out()).isEmpty();
    }

    private static String[] keys(String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "keys";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return all;
    }

    private KeyFile key(String name) {
        return new KeyFile(folder.resolve("home/keys/" + name + ".pem"));
    }

    private static void assertEncrypted(Path file) throws Exception {
        PassphraseSource right = _ -> Passphrase.of(WORDS.toCharArray());
        assertThat(new KeyFile(file).encrypted()).isTrue();
        assertThat(new KeyFile(file).existingSigningKey(right).verifyingKey())
                .isEqualTo(new KeyFile(file).verifyingKey());
    }
}
