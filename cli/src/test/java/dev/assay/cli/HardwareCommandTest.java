package dev.assay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import dev.assay.verification.crypto.LogSigningKey;
import dev.assay.verification.log.TransparencyLog;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;

/** {@code assay hardware} over what a software TPM and an H100 said. */
class HardwareCommandTest {
    private static final Path SAMPLES =
            Path.of(
                    System.getProperty("assay.root"),
                    "verification/src/test/resources/dev/assay/verification/hardware");
    private static final Path ROOTS =
            Path.of(
                    System.getProperty("assay.root"),
                    "verification/src/main/resources/dev/assay/verification/hardware/roots");
    private static final String TPM_NONCE =
            "78377b525757b494427f89014f97d79928f3938d14eb51e20fb5dec9834eb304";
    private static final String HOPPER_NONCE =
            "931d8dd0add203ac3d8b4fbde75e115278eefcdceac5b87671a748f32364dfcb";

    @TempDir Path directory;

    private Command command;

    @BeforeEach
    void makeACommand() {
        command = Command.in(directory.resolve("home"), directory);
    }

    @Test
    void quote_packedAndChecked_saysWhatItProvedAndWhatNot() throws Exception {
        packQuote();

        Command.Outcome checked =
                command.run("hardware", "check", "quote.json", "--nonce", TPM_NONCE);
        assertThat(checked.exit()).as(checked.err()).isZero();
        assertThat(checked.out())
                .startsWith("quote.json: TPM 2.0 quote")
                .contains("it was made for this nonce")
                .contains("that a TPM holds the key at all: nobody certified it")
                .contains("whether the TPM's firmware is one without known faults");
    }

    @Test
    void quote_forAnotherLease_fails() throws Exception {
        packQuote();
        Path log = directory.resolve("log");
        LogSigningKey key = LogSigningKey.create("log.example", new SecureRandom());
        try (TransparencyLog written = TransparencyLog.open(log, key)) {
            written.append(List.of("a".getBytes(StandardCharsets.UTF_8)));
        }
        String[] lease = {
            "--lease", "ab".repeat(32), "--checkpoint", log.resolve("checkpoint").toString()
        };

        Command.Outcome nonce =
                command.run("hardware", "nonce", lease[0], lease[1], lease[2], lease[3]);
        assertThat(nonce.out().strip()).matches("[0-9a-f]{64}");
        Command.Outcome checked =
                command.run(
                        "hardware", "check", "quote.json", lease[0], lease[1], lease[2], lease[3]);
        assertThat(checked.exit()).isEqualTo(1);
        assertThat(checked.out())
                .contains("does not stand up")
                .contains("attest.extraData: made for another nonce, " + TPM_NONCE)
                .contains(nonce.out().strip());
    }

    @Test
    void gpuReport_asJson_namesItsRoot() throws Exception {
        byte[] report =
                HexFormat.of()
                        .parseHex(
                                Files.readString(SAMPLES.resolve("nvidia-hopper.hex"))
                                        .replace("\n", ""));
        Files.write(directory.resolve("report"), report);
        Files.writeString(
                directory.resolve("chain.pem"),
                Files.readString(SAMPLES.resolve("nvidia-hopper.pem"))
                        + Files.readString(ROOTS.resolve("nvidia-device-identity.pem")));
        Command.Outcome packed =
                command.run(
                        "hardware",
                        "pack",
                        "nvidia-gpu-report",
                        "report=report",
                        "--certificates",
                        "chain.pem",
                        "-o",
                        "gpu.json");
        assertThat(packed.out()).startsWith("application/vnd.assay.nvidia-gpu-report+json sha256:");

        Command.Outcome checked =
                command.run("hardware", "check", "--json", "gpu.json", "--nonce", HOPPER_NONCE);
        JsonNode json = checked.json().getFirst();
        assertThat(json.path("outcome").asText()).isEqualTo("PASS");
        assertThat(json.path("root").path("name").asText()).isEqualTo("NVIDIA Device Identity CA");
        assertThat(json.path("facts").path("driver").asText()).isEqualTo("550.90.07");
        assertThat(json.path("unchecked")).hasSizeGreaterThan(3);
    }

    @Test
    void check_withoutANonce_isRefused() throws Exception {
        Command.Outcome checked = command.run("hardware", "check", "quote.json");

        assertThat(checked.exit()).isEqualTo(3);
        assertThat(checked.err())
                .contains("name --checkpoint FILE, and either --lease ID or --statement DIGEST");
    }

    @Test
    void pack_withoutAPart_isRefusedAndReplacesNothing() throws Exception {
        Command.Outcome less =
                command.run("hardware", "pack", "tdx-quote", "report=x", "-o", "out.json");
        assertThat(less.exit()).isEqualTo(3);
        packQuote();
        Command.Outcome again = pack();
        assertThat(again.exit()).isEqualTo(3);
        assertThat(again.err()).contains("quote.json is there already");
    }

    private void packQuote() throws Exception {
        Command.Outcome packed = pack();
        assertThat(packed.exit()).as(packed.err()).isZero();
        assertThat(packed.out()).startsWith("application/vnd.assay.tpm2-quote+json sha256:");
    }

    private Command.Outcome pack() throws Exception {
        return command.run(
                "hardware",
                "pack",
                "tpm2-quote",
                "attest=" + SAMPLES.resolve("tpm/ecdsa.attest"),
                "signature=" + SAMPLES.resolve("tpm/ecdsa.sig"),
                "key=" + SAMPLES.resolve("tpm/ecdsa.pub"),
                "pcrs=" + SAMPLES.resolve("tpm/ecdsa.pcrs"),
                "-o",
                "quote.json");
    }
}
