package dev.assay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.crypto.KeyFile;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.InventoryPredicate;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What a user types and reads, each time in a process of its own. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class CommandLineTest {
    @TempDir private static Path folder;

    private static Command command;
    private static Command.Outcome text;
    private static Command.Outcome json;

    @BeforeAll
    static void oneRunAsTextAndOneAsJson() throws Exception {
        Example.job(folder, 300);
        command = Command.in(folder.resolve("home"), folder);
        text = command.run("run", "job.yaml");
        json = command.run("run", "--json", "--agents", "2", "job.yaml");
    }

    @Test
    void run_asText_tellsTheWholeStory() {
        assertThat(text.err()).isEmpty();
        assertThat(text.exit()).isEqualTo(0);
        assertThat(text.out().lines().map(line -> line.split(" ")[0]).filter(s -> !s.isEmpty()))
                .containsSubsequence(
                        "order",
                        "bid",
                        "award",
                        "lease",
                        "escrow",
                        "receipt",
                        "result",
                        "audit",
                        "settled",
                        "closed",
                        "evidence");
        assertThat(text.out())
                .contains("0.105000 usdc owed for 300 rows")
                .contains("0.084000  paid to      provider alder")
                .contains("0.135000  refund to    tenant")
                .contains("check it anywhere, offline:  assay audit " + folder);
    }

    @Test
    void run_notOnATerminal_writesNoEscapeSequences() {
        assertThat(text.out()).doesNotContain("\u001b").doesNotContain("\r");
        assertThat(json.out()).doesNotContain("\u001b").doesNotContain("\r");
    }

    @Test
    void run_asJson_isOneObjectALineAndEndsWithEnded() throws Exception {
        assertThat(json.err()).isEmpty();
        assertThat(json.exit()).isEqualTo(0);
        List<JsonNode> lines = json.json();
        assertThat(lines).allMatch(line -> line.path("event").isTextual());
        assertThat(lines.stream().map(line -> line.path("event").asText()).distinct())
                .containsSubsequence(
                        "resolved",
                        "ordered",
                        "bid",
                        "awarded",
                        "locked",
                        "attempt",
                        "receipt",
                        "result",
                        "audited",
                        "settled",
                        "ended");
        JsonNode ended = lines.getLast();
        assertThat(ended.path("reason").asText()).isEqualTo("done");
        assertThat(Path.of(ended.path("evidence").asText())).isDirectory();
        JsonNode settled = lines.get(lines.size() - 2);
        assertThat(settled.path("owed").asText()).isEqualTo("105000");
        long moved = 0;
        for (JsonNode transfer : settled.path("transfers")) {
            if (transfer.path("from").asText().startsWith("escrow:")) {
                moved += Long.parseLong(transfer.path("amount").asText());
            }
        }
        assertThat(moved).as("the whole deposit").isEqualTo(240_000);
    }

    @Test
    void run_twiceOverOneHome_keepsTheBooks() throws Exception {
        Books books = Books.read(folder.resolve("home"));
        books.assertWhole();
        assertThat(books.orders()).hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void audit_ofTheEvidence_passesAsTextAndAsJson() throws Exception {
        String evidence = evidence();
        Command.Outcome asText = command.run("audit", evidence);
        assertThat(asText.err()).isEmpty();
        assertThat(asText.exit()).isEqualTo(0);
        assertThat(asText.out()).endsWith("PASS" + System.lineSeparator());
        Command.Outcome asJson = command.run("audit", "--replay", "all", "--json", evidence);
        assertThat(asJson.exit()).isEqualTo(0);
        assertThat(asJson.json()).hasSize(1);
        assertThat(asJson.json().getFirst().path("verdict").asText()).isEqualTo("PASS");
        assertThat(asJson.out()).contains("5 of 5 units replayed");
    }

    @Test
    void audit_ofTheEvidence_provesItsProvidersKeyAndTheLogsHistory() throws Exception {
        Command.Outcome outcome =
                command.run("audit", "--log", "home/market/log", "--no-memory", evidence());
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .contains("was valid at the log index of each of its")
                .contains("that the log at home/market/log shows");
    }

    @Test
    void audit_ofOneBundle_takesTheKeysOfItsFolder() throws Exception {
        Path bundle = Path.of(evidence()).resolve("bundles/result.sigstore.json");
        Command.Outcome outcome = command.run("audit", "--no-memory", bundle.toString());
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        assertThat(outcome.out()).contains("attestation/result/v1");
    }

    @Test
    void audit_ofAChangedFile_failsWithOneAndNamesIt() throws Exception {
        Path evidence = Path.of(evidence());
        Path file = evidence.resolve("work/input.csv");
        byte[] before = Files.readAllBytes(file);
        byte[] changed = before.clone();
        changed[7] ^= 1;
        Files.write(file, changed);
        Command.Outcome outcome = command.run("audit", evidence.toString());
        Files.write(file, before);
        assertThat(outcome.exit()).isEqualTo(1);
        assertThat(outcome.out())
                .contains("work/input.csv")
                .endsWith("FAIL" + System.lineSeparator());
    }

    @Test
    void keys_listed_arePublicOnly() throws Exception {
        Command.Outcome outcome = command.run("keys", "--pem");
        assertThat(outcome.exit()).isEqualTo(0);
        assertThat(outcome.out())
                .contains("tenant ", "market ", "provider-alder ", "BEGIN PUBLIC KEY")
                .doesNotContain("PRIVATE");
        Command.Outcome asJson = command.run("keys", "--json");
        assertThat(asJson.json()).hasSize(4);
    }

    @Test
    void keys_ofAHomeThatIsNotThere_makesNone() throws Exception {
        Path nowhere = folder.resolve("nowhere");
        Command.Outcome outcome = Command.in(nowhere, folder).run("keys");
        assertThat(outcome.exit()).isEqualTo(0);
        assertThat(outcome.out()).startsWith("no keys yet in " + nowhere);
        assertThat(nowhere).doesNotExist();
    }

    @Test
    void inspect_ofThisMachine_saysTheSameAsTextAndAsJson() throws Exception {
        Command.Outcome asText = command.run("inspect");
        assertThat(asText.err()).isEmpty();
        assertThat(asText.out()).startsWith("machine").contains("findings");
        Command.Outcome asJson = command.run("inspect", "--json");
        assertThat(asJson.json()).hasSize(1);
        JsonNode json = asJson.json().getFirst();
        assertThat(asText.out()).contains(json.path("machine").path("cpu").path("model").asText());
        boolean error = false;
        for (JsonNode finding : json.path("findings")) {
            assertThat(asText.out()).contains(finding.path("code").asText());
            error |= finding.path("severity").asText().equals("error");
        }
        assertThat(asJson.exit()).isEqualTo(error ? 1 : 0);
        assertThat(asText.exit()).isEqualTo(asJson.exit());
    }

    @Test
    void bench_ofThisMachine_writesAnInventoryThatTheProvidersKeySigned() throws Exception {
        Path home = folder.resolve("bench-home");
        Path file = folder.resolve("signed.json");
        Command.Outcome outcome =
                Command.in(home, folder)
                        .run("bench", "--rounds", "1", "--json", "-o", file.toString());
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exit()).isEqualTo(0);
        JsonNode json = outcome.json().getFirst();
        VerifyingKey key =
                new KeyFile(home.resolve("keys/provider-alder.pem"))
                        .existingSigningKey()
                        .verifyingKey();
        SignedStatement<InventoryPredicate> signed =
                SignedStatement.verify(
                        Envelope.parse(Files.readAllBytes(file)), key, InventoryPredicate.class);
        assertThat(signed.predicate().provider().hex()).isEqualTo(json.path("provider").asText());
        assertThat(signed.digest().toString()).isEqualTo(json.path("statement").asText());
        assertThat(signed.predicate().measurements()).hasSameSizeAs(json.path("measurements"));
        assertThat(signed.predicate().measurements().stream().map(m -> m.metric()))
                .contains("exact.rate", "gemm.fp32", "memory.bandwidth");
        assertThat(home.resolve("cache/bench")).doesNotExist();
    }

    @Test
    void version_printed_namesTheProgram() throws Exception {
        Command.Outcome outcome = command.run("version");
        assertThat(outcome.exit()).isEqualTo(0);
        assertThat(outcome.out()).startsWith("assay ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "run --help",
                "audit --help",
                "keys --help",
                "inspect --help",
                "witness --help",
                "log serve --help",
                "log check --help",
                "help run"
            })
    void help_printed_fitsAScreenAndNamesExitCodesOrExamples(String line) throws Exception {
        Command.Outcome outcome = command.run(line.split(" "));
        assertThat(outcome.exit()).isEqualTo(0);
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out().lines()).hasSizeLessThan(50).allMatch(l -> l.length() <= 100);
        assertThat(outcome.out()).contains("Usage: assay");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rnu job.yaml | assay: unknown command 'rnu' | did you mean 'run'?",
                "frobnicate | assay: unknown command 'frobnicate' | try 'assay --help'",
                "run --agent 2 job.yaml | assay: unknown option '--agent' | did you mean"
                        + " '--agents'?",
                "run --jsno job.yaml | assay: unknown option '--jsno' | did you mean '--json'?",
                "run a.yaml b.yaml | assay: unexpected 'b.yaml' | try 'assay run --help'",
                "run | assay: Missing required parameter: 'JOB.yaml' | assay run --help",
                "run --agents 9 job.yaml | assay: --agents: 9 is not from 1 to 8 | assay run"
                        + " --help",
                "run --agents two job.yaml | assay: Invalid value for option '--agents' | assay"
                        + " run",
                "audit | assay: Missing required parameter: 'EVIDENCE' | assay audit" + " --help",
                "bench --rounds 0 | assay: --rounds: 0 is not from 1 to 100 | assay bench --help",
                "bench --key tenant | assay: --key: 'tenant' is no provider's key | assay bench",
                "audit --replay some . | assay: --replay: 'some' is neither drawn nor all | audit",
            })
    void commandLine_misspelt_isRefusedWithASuggestion(String line, String says, String suggests)
            throws Exception {
        Command.Outcome outcome = command.run(line.split(" "));
        assertThat(outcome.exit()).isEqualTo(3);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).startsWith(says).contains(suggests).doesNotContain("\tat ");
        assertThat(outcome.err().lines()).hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void error_withVerbosityTwo_showsTheStackTrace() throws Exception {
        Files.writeString(folder.resolve("empty.yaml"), "");
        Command.Outcome brief = command.run("run", "empty.yaml");
        brief.assertError(
                3,
                "assay: empty.yaml:1:1: not a job: expected a mapping with version, name,"
                        + " inference, training or container, and price");
        Command.Outcome verbose = command.run("-vv", "run", "empty.yaml");
        assertThat(verbose.exit()).isEqualTo(3);
        assertThat(verbose.err()).contains("\tat dev.assay.");
        Command.Outcome behind = command.run("run", "-vv", "empty.yaml");
        assertThat(behind.err()).contains("\tat dev.assay.");
    }

    private static String evidence() throws Exception {
        return json.json().getLast().path("evidence").asText();
    }
}
