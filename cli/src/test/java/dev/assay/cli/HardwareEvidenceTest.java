package dev.assay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import dev.assay.verification.hardware.SoftwareTpm;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.StreamSupport;

/** Hardware that is asked to vouch for a lease, from the provider's program to the audit. */
@Timeout(400)
final class HardwareEvidenceTest {
    private static final String FILE = "hardware/0.json";

    @TempDir private Path directory;
    private Command command = Command.in(Path.of(""), Path.of(""));
    private Path job = Path.of("");

    @BeforeEach
    void aSmallJob() throws Exception {
        command = Command.in(directory.resolve("home"), directory);
        job = Example.job(directory.resolve("job"), 64);
    }

    /** The example's script, and a TPM that runs now; skipped where there is none. */
    @Test
    void quote_ofARunningTpm_isInTheEvidenceAndProved() throws Exception {
        Path evidence;
        try (SoftwareTpm tpm = SoftwareTpm.start(Files.createDirectory(directory.resolve("tpm")))) {
            Command asking =
                    command.with(
                            "TPM2TOOLS_TCTI", tpm.environment().get("TPM2TOOLS_TCTI").toString());
            Command.Outcome run = run(asking, Example.root().resolve("examples/tpm-evidence.sh"));
            assertThat(run.events("attempt").toString()).doesNotContain("no evidence");
            assertThat(run.event("hardware").path("kind").asText()).isEqualTo("tpm2-quote");
            evidence = Path.of(run.event("ended").path("evidence").asText());
        }

        JsonNode report = audit(evidence, 0);
        assertThat(hardware(report, "PROVED", "statements/result.dsse.json"))
                .singleElement()
                .asString()
                .contains("its nonce holds the log through entry");
        assertThat(hardware(report, "PROVED", FILE))
                .singleElement()
                .asString()
                .contains("it was made for this nonce");
        assertThat(hardware(report, "NOT_PROVED", FILE))
                .singleElement()
                .asString()
                .contains("that a TPM holds the key at all");

        byte[] quote = Files.readAllBytes(evidence.resolve(FILE));
        quote[quote.length / 2] ^= 1;
        Files.write(evidence.resolve(FILE), quote);
        assertThat(audit(evidence, 1).path("findings").toString()).contains(FILE);
        Files.delete(evidence.resolve(FILE));
        assertThat(audit(evidence, 1).path("findings").toString())
                .contains("is missing from the folder");
    }

    /** The tenant's work is done and paid all the same, and it is told. */
    @Test
    void program_thatFails_costsTheJobNothing() throws Exception {
        Path program = directory.resolve("broken.sh");
        Files.writeString(program, "#!/bin/sh\necho no TPM here >&2\nexit 7\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));

        Command.Outcome run = run(command, program);

        assertThat(run.events("hardware")).isEmpty();
        assertThat(run.events("attempt"))
                .anyMatch(
                        event ->
                                event.path("detail")
                                        .asText()
                                        .equals(
                                                "no evidence of hardware from broken.sh: exited"
                                                        + " with 7: no TPM here"));
        Path evidence = Path.of(run.event("ended").path("evidence").asText());
        assertThat(evidence.resolve("hardware")).doesNotExist();
        audit(evidence, 0);
    }

    @Test
    void program_thatIsNotThere_isRefusedBeforeAnythingIsOrdered() throws Exception {
        Command.Outcome run = command.run("run", "--hardware-evidence", "none.sh", job.toString());

        assertThat(run.exit()).isEqualTo(3);
        assertThat(run.err())
                .contains("--hardware-evidence: none.sh is no program that can be run");
    }

    private Command.Outcome run(Command with, Path program) throws Exception {
        Command.Outcome run =
                with.run(
                        "run", "--json", "--hardware-evidence", program.toString(), job.toString());
        assertThat(run.exit()).as(run.err() + run.out()).isZero();
        return run;
    }

    private JsonNode audit(Path evidence, int exit) throws Exception {
        Command.Outcome audit = command.run("audit", "--json", "--no-memory", evidence.toString());
        assertThat(audit.exit()).as(audit.out() + audit.err()).isEqualTo(exit);
        return audit.json().getFirst();
    }

    private static List<JsonNode> hardware(JsonNode report, String standing, String file)
            throws IOException {
        return StreamSupport.stream(report.path("findings").spliterator(), false)
                .filter(finding -> finding.path("clause").asText().equals("hardware"))
                .filter(finding -> finding.path("standing").asText().equals(standing))
                .filter(finding -> finding.path("file").asText().equals(file))
                .toList();
    }
}
