package dev.assay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.assay.verification.attacks.Attack;
import dev.assay.verification.attacks.AttackFiles;
import dev.assay.verification.attacks.Expected;
import dev.assay.verification.attacks.Input;
import dev.assay.verification.audit.Finding;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What the command line says of the attacks that are kept as files, and the status it ends with.
 */
final class AttackedEvidenceTest {
    private static final AttackFiles FILES = AttackFiles.ofTheProject();
    private static final int WRONG = 1;
    private static final int UNCHECKED = 2;
    private static final int UNREADABLE = 3;

    @TempDir private Path place;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final PrintStream out = System.out;
    private final PrintStream err = System.err;

    @BeforeEach
    void listen() {
        PrintStream both = new PrintStream(said, true, UTF_8);
        System.setOut(both);
        System.setErr(both);
    }

    @AfterEach
    void stopListening() {
        System.setOut(out);
        System.setErr(err);
    }

    static List<Attack> folders() throws IOException {
        return attacks(Input.FOLDER);
    }

    static List<Attack> histories() throws IOException {
        return attacks(Input.HISTORY);
    }

    static List<Attack> seenHistories() throws IOException {
        return attacks(Input.SEEN_HISTORY);
    }

    static List<Attack> bundles() throws IOException {
        return attacks(Input.BUNDLE);
    }

    static List<Attack> logs() throws IOException {
        return attacks(Input.LOG);
    }

    @ParameterizedTest
    @MethodSource("folders")
    void audit_attackedFolder_endsWithOneAndTheExpectedFinding(Attack attack) throws Exception {
        FILES.copy(Input.FOLDER, attack.name(), place);
        assertThat(audit()).as(said.toString(UTF_8)).isEqualTo(WRONG);
        assertTheOneFinding(attack.expected(), attack.expected().file());
    }

    @ParameterizedTest
    @MethodSource("histories")
    void audit_attackedHistory_endsWithTheExpectedFinding(Attack attack) throws Exception {
        FILES.copy(Input.HISTORY, attack.name(), place);
        int status = Assay.execute("audit", "--no-memory", "--json", place.toString());
        if (attack.expected().file().isEmpty()) {
            assertThat(status).as(said.toString(UTF_8)).isEqualTo(UNREADABLE);
            assertThat(said.toString(UTF_8))
                    .startsWith("assay: ")
                    .contains(attack.expected().says());
        } else {
            assertStatusAndFinding(status, attack.expected());
        }
    }

    @ParameterizedTest
    @MethodSource("seenHistories")
    void audit_historyAfterTheHonestOne_endsWithTheExpectedFinding(Attack attack) throws Exception {
        Path seen = place.resolve("seen");
        FILES.copy(Input.HISTORY, AttackFiles.HONEST, seen);
        Path attacked = place.resolve("attacked");
        FILES.copy(Input.SEEN_HISTORY, attack.name(), attacked);
        Command command = Command.in(place.resolve("home"), place);
        assertThat(command.run("audit", seen.toString()).exit()).isZero();
        Command.Outcome outcome = command.run("audit", "--json", attacked.toString());
        said.writeBytes(outcome.out().getBytes(UTF_8));
        assertStatusAndFinding(outcome.exit(), attack.expected());
    }

    @Test
    void audit_honestHistory_endsWithZero() throws Exception {
        FILES.copy(Input.HISTORY, AttackFiles.HONEST, place);
        assertThat(Assay.execute("audit", "--no-memory", "--json", place.toString()))
                .as(said.toString(UTF_8))
                .isZero();
    }

    private void assertStatusAndFinding(int status, Expected expected) throws IOException {
        boolean wrong = expected.standing() == Finding.Standing.REFUTED;
        assertThat(status).as(said.toString(UTF_8)).isEqualTo(wrong ? WRONG : UNCHECKED);
        assertTheOneFinding(expected, expected.file());
    }

    private void assertTheOneFinding(Expected expected, String file) throws IOException {
        JsonNode report = report();
        assertThat(report.path("verdict").asText())
                .isEqualTo(
                        expected.standing() == Finding.Standing.REFUTED ? "FAIL" : "INCONCLUSIVE");
        List<JsonNode> wrong = new ArrayList<>();
        report.path("findings")
                .forEach(
                        finding -> {
                            if (finding.path("standing")
                                    .asText()
                                    .equals(expected.standing().name())) {
                                wrong.add(finding);
                            }
                        });
        assertThat(wrong).hasSize(1);
        JsonNode finding = wrong.getFirst();
        assertThat(finding.path("file").asText()).isEqualTo(file);
        assertThat(finding.path("field").asText())
                .isEqualTo(expected.field().isEmpty() ? "*" : expected.field());
        assertThat(finding.path("clause").asText()).isEqualTo(expected.clause());
        assertThat(finding.path("message").asText()).contains(expected.says());
    }

    @Test
    void audit_honestFolders_endWithZero() throws Exception {
        for (String twin : List.of("honest", "honest-bundled", "honest-keyed")) {
            Path folder = place.resolve(twin);
            FILES.copy(Input.FOLDER, twin, folder);
            assertThat(
                            Assay.execute(
                                    "audit",
                                    "--no-memory",
                                    "--replay",
                                    "all",
                                    "--json",
                                    folder.toString()))
                    .as(said.toString(UTF_8))
                    .isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("logs")
    void logCheck_attackedLog_endsWithOneAndSaysWhy(Attack attack) throws Exception {
        FILES.copy(Input.LOG, attack.name(), place);
        assertThat(check()).isEqualTo(WRONG);
        assertThat(said.toString(UTF_8)).startsWith("assay: ").contains(attack.expected().says());
    }

    @ParameterizedTest
    @MethodSource("bundles")
    void audit_attackedBundle_endsAsItIsUnreadableOrWrong(Attack attack) throws Exception {
        Path file = place.resolve("attacked.sigstore.json");
        Files.write(file, FILES.read(Input.BUNDLE, attack.name()));
        int status = bundle(file);
        if (attack.expected().caughtBy().equals("SigstoreBundle.parse")) {
            assertThat(status).as(said.toString(UTF_8)).isEqualTo(UNREADABLE);
            assertThat(said.toString(UTF_8))
                    .contains("is no Sigstore bundle (")
                    .contains(attack.expected().says());
        } else {
            assertThat(status).as(said.toString(UTF_8)).isEqualTo(WRONG);
            assertTheOneFinding(attack.expected(), ".");
        }
    }

    @Test
    void audit_honestBundle_endsWithZero() throws Exception {
        Path file = place.resolve("honest.sigstore.json");
        Files.write(file, FILES.read(Input.BUNDLE, AttackFiles.HONEST));
        assertThat(bundle(file)).as(said.toString(UTF_8)).isZero();
    }

    private int bundle(Path file) throws IOException {
        Path key = place.resolve("provider.pem");
        Files.writeString(key, FILES.party("provider.pem"));
        return Assay.execute(
                "audit",
                "--no-memory",
                "--json",
                "--key",
                key.toString(),
                "--log-key",
                FILES.party("log.vkey"),
                file.toString());
    }

    @Test
    void logCheck_honestLog_endsWithZero() throws Exception {
        FILES.copy(Input.LOG, AttackFiles.HONEST, place);
        assertThat(check()).as(said.toString(UTF_8)).isZero();
        assertThat(said.toString(UTF_8)).contains(" stands: 260 entries, root ");
    }

    private int audit() {
        return Assay.execute("audit", "--no-memory", "--replay", "all", "--json", place.toString());
    }

    private int check() throws IOException {
        return Assay.execute("log", "check", place.toString(), "--key", FILES.party("log.vkey"));
    }

    private JsonNode report() throws IOException {
        return new ObjectMapper().readTree(said.toString(UTF_8));
    }

    private static List<Attack> attacks(Input input) throws IOException {
        return FILES.attacks().stream().filter(attack -> attack.input() == input).toList();
    }
}
