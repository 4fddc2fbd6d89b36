package dev.assay.verification.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.hardware.EvidenceKind;
import dev.assay.verification.hardware.EvidenceReference;
import dev.assay.verification.referees.Program;
import dev.assay.verification.referees.Program.Output;
import dev.assay.verification.referees.Readme;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The commands in a folder's readme, run as they stand there, in the folder. */
final class EvidenceReadmeTest extends AuditedStory {
    private static final String DIGESTS = "sha256sum";
    private static final String OPENSSL = "openssl";
    private static final String READ_ONE = "lease.dsse.json | base64";
    private static final String HARDWARE = "mediaType";
    private static final String SIGSTORE = "npm install";

    @Test
    void digests_ofAnHonestFolder_areOk() throws Exception {
        Folder folder = written();
        Output output = run(folder, DIGESTS);

        assertThat(output.exit()).as(output.text()).isZero();
        assertThat(output.lines())
                .hasSize(folder.files().size() - 1)
                .allMatch(line -> line.endsWith(": OK"));
    }

    @Test
    void digests_ofAChangedFile_nameIt() throws Exception {
        Folder folder = written();
        folder.write("work/input.csv", BYTES);
        Output output = run(folder, DIGESTS);

        assertThat(output.exit()).isNotZero();
        assertThat(output.lines().stream().filter(line -> line.endsWith(": FAILED")))
                .containsExactly("work/input.csv: FAILED");
    }

    @Test
    void openssl_onAnHonestFolder_verifiesEveryStatementAndTheIndex() throws Exception {
        assertThat(run(written(), OPENSSL).lines())
                .containsExactly(
                        "index.dsse.json: Verified OK",
                        "statements/lease.dsse.json: Verified OK",
                        "statements/order.dsse.json: Verified OK",
                        "statements/receipt-0000.dsse.json: Verified OK",
                        "statements/receipt-0001.dsse.json: Verified OK",
                        "statements/result.dsse.json: Verified OK",
                        "statements/settlement.dsse.json: Verified OK",
                        "statements/verdict.dsse.json: Verified OK");
    }

    @ParameterizedTest
    @CsvSource({
        "statements/lease.dsse.json, 20",
        "statements/result.dsse.json, 200",
        "statements/receipt-0001.dsse.json, -12",
        "statements/verdict.dsse.json, -20",
        "index.dsse.json, 40",
    })
    void openssl_onAChangedStatement_verifiesTheOthersOnly(String name, int at) throws Exception {
        Folder folder = written();
        byte[] bytes = folder.files().get(name);
        int place = at < 0 ? bytes.length + at : at;
        bytes[place] = (byte) (bytes[place] == 'A' ? 'B' : 'A');
        folder.write(name, bytes);
        List<String> lines = run(folder, OPENSSL).lines();

        assertThat(lines).hasSizeGreaterThanOrEqualTo(8).doesNotContain(name + ": Verified OK");
        assertThat(lines.stream().filter(line -> line.endsWith(": Verified OK"))).hasSize(7);
    }

    @Test
    void openssl_onStatementsOfAnotherKey_verifiesNone() throws Exception {
        Folder folder = written();
        folder.write("keys/provider.pem", folder.files().get("keys/market.pem"));

        assertThat(run(folder, OPENSSL).lines())
                .contains("statements/lease.dsse.json: Verified OK")
                .contains("statements/result.dsse.json: Verification failure");
    }

    @Test
    void statement_read_isItsPayload() throws Exception {
        Output output = run(written(), READ_ONE);
        JsonNode statement = new ObjectMapper().readTree(output.text());

        assertThat(statement.at("/predicate/deposit").asText()).isEqualTo("4000");
    }

    @Test
    void hardware_ofAnHonestFolder_isNamedByResultAndIndexAlike() throws Exception {
        Digest digest = Digest.sha256(BYTES);
        story.hardware =
                (lease, head) ->
                        Map.of(
                                EvidenceReference.ofLease(
                                        EvidenceKind.TPM2_QUOTE, digest, lease, head),
                                BYTES);

        assertThat(run(written(), HARDWARE).lines())
                .containsExactly(
                        "\"digest\":\""
                                + digest
                                + "\",\"mediaType\":\""
                                + EvidenceKind.TPM2_QUOTE.mediaType()
                                + "\"",
                        "\"sha256\":\"" + digest.hex() + "\"},\"name\":\"hardware/0.json\"");
    }

    @Test
    void sigstore_onAnHonestFolder_verifiesEveryBundle() throws Exception {
        Folder folder = written();
        Output output = run(folder, SIGSTORE);

        assertThat(output.exit()).as(output.text()).isZero();
        assertThat(output.lines())
                .hasSize(6)
                .allMatch(line -> line.endsWith(" of test.example/log"))
                .anyMatch(line -> line.startsWith("verified receipt-0001.sigstore.json: signed by"))
                .anyMatch(line -> line.contains("lease.sigstore.json: signed by market"))
                .anyMatch(line -> line.contains("verdict.sigstore.json: signed by tenant"));
    }

    @Test
    void sigstore_onABundleOfAnotherParty_refusesIt() throws Exception {
        Folder folder = written();
        folder.write(
                "bundles/result.sigstore.json", folder.files().get("bundles/lease.sigstore.json"));
        Output output = run(folder, SIGSTORE);

        assertThat(output.exit()).isEqualTo(1);
        assertThat(output.lines().stream().filter(line -> line.startsWith("REFUSED")))
                .singleElement()
                .asString()
                .contains("result.sigstore.json")
                .contains("key not found");
    }

    @Test
    void allCommands_run_leaveTheFolderAsItWas() throws Exception {
        Folder folder = written();
        for (String commands : List.of(DIGESTS, OPENSSL, READ_ONE, HARDWARE, SIGSTORE)) {
            run(folder, commands);
        }

        assertThat(folder.audit().passed()).isTrue();
    }

    private Output run(Folder folder, String words) throws Exception {
        Program.needs("sh", "sed", "base64", "grep", "sha256sum", "openssl");
        String readme = Files.readString(folder.file(EvidenceLayout.README));
        Map<String, String> environment = new HashMap<>();
        environment.put("TMPDIR", Files.createTempDirectory(place, "tmp").toString());
        if (words.equals(SIGSTORE)) {
            environment.put("PATH", npm() + File.pathSeparator + System.getenv("PATH"));
        }
        return Program.run(
                folder.path(), environment, "", "sh", "-c", Readme.commands(readme, words));
    }

    /**
     * A program named npm that stands for the download: it puts down the packages that the
     * project's lock file names, when it is asked for just these versions.
     */
    private Path npm() throws Exception {
        Path modules = Program.nodeModules();
        JsonNode pinned =
                new ObjectMapper()
                        .readTree(Program.referees().resolve("package.json").toFile())
                        .get("dependencies");
        Path bin = Files.createTempDirectory(place, "bin");
        Path npm = bin.resolve("npm");
        Files.writeString(
                npm,
                """
                #!/bin/sh
                [ "$*" = "install --ignore-scripts @sigstore/bundle@%s @sigstore/verify@%s" ] &&
                  cp -r "%s" node_modules
                """
                        .formatted(
                                pinned.get("@sigstore/bundle").asText(),
                                pinned.get("@sigstore/verify").asText(),
                                modules));
        assertThat(npm.toFile().setExecutable(true)).isTrue();
        return bin;
    }
}
