package dev.assay.verification.crypto;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.dsse.Envelope;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Keys in SoftHSM, which stands for any PKCS#11 token. The tests run {@link TokenProgram} in
 * processes of their own, since SoftHSM reads its configuration once in a process's life.
 */
class TokenKeyTest {
    private static final Path LIBRARY = Path.of("/usr/lib/softhsm/libsofthsm2.so");

    @TempDir private static Path directory;

    @BeforeAll
    static void tokenWithTwoKeys() throws Exception {
        Assumptions.assumeTrue(
                Files.exists(LIBRARY) && Files.isExecutable(Path.of("/usr/bin/softhsm2-util")),
                "no softhsm2");
        Files.createDirectory(directory.resolve("tokens"));
        Files.writeString(
                directory.resolve("softhsm2.conf"),
                "directories.tokendir = " + directory.resolve("tokens") + "\nlog.level = ERROR\n");
        Files.writeString(
                directory.resolve("token.cfg"),
                "name = test\nlibrary = " + LIBRARY + "\nslotListIndex = 0\n");
        run(
                "softhsm2-util",
                "--init-token",
                "--free",
                "--label",
                "assay",
                "--pin",
                "123456",
                "--so-pin",
                "654321");
        generate("alder", "secp256r1");
        generate("wide", "secp384r1");
    }

    @Test
    void sign_manyTimes_hasLowSAndVerifies() throws Exception {
        List<String> lines = program("sign", "alder", "123456").lines().toList();

        assertThat(lines).hasSize(50);
        for (String line : lines) {
            Envelope envelope = Envelope.parse(line.getBytes(UTF_8));
            VerifyingKey key = VerifyingKey.fromPem(certificateKey());
            assertThat(envelope.verify(key).signer()).isEqualTo(key.keyId());
            assertThat(envelope.signature().s()).isLessThanOrEqualTo(P256.HALF_ORDER);
        }
        assertThat(lines).as("the token chooses nonces").doesNotHaveDuplicates();
    }

    @Test
    void open_wrongPin_isRefusedWithoutSayingIt() throws Exception {
        assertThat(program("sign", "alder", "999999"))
                .startsWith("BAD_KEY PKCS#11 token of " + directory.resolve("token.cfg"))
                .contains("the PIN was not accepted")
                .doesNotContain("999999");
    }

    @Test
    void signingKey_aliasThatIsNotThere_isRefusedAndTheOthersNamed() throws Exception {
        assertThat(program("sign", "birch", "123456"))
                .startsWith("BAD_KEY")
                .contains("'birch'")
                .contains("alder");
    }

    @Test
    void signingKey_ofAnotherCurve_isRefused() throws Exception {
        assertThat(program("sign", "wide", "123456")).startsWith("BAD_KEY").contains("P-256");
    }

    @Test
    void sign_afterTheTokenWasClosed_isRefused() throws Exception {
        assertThat(program("sign-closed", "alder", "123456")).startsWith("IO ").contains("sign");
    }

    @Test
    void open_configThatIsNotThereOrNone_isRefused() throws Exception {
        Path none = directory.resolve("none.cfg");
        Path empty = Files.writeString(directory.resolve("empty.cfg"), "");
        Path wrong =
                Files.writeString(
                        directory.resolve("wrong.cfg"),
                        "name = wrong\nlibrary = " + directory.resolve("none.so") + "\n");
        PassphraseSource pin = _ -> Passphrase.of("123456".toCharArray());

        assertRefused(Code.BAD_KEY, () -> Token.open(none, pin)).contains("cannot be read");
        assertRefused(Code.BAD_KEY, () -> Token.open(empty, pin)).contains(empty.toString());
        assertRefused(Code.BAD_KEY, () -> Token.open(wrong, pin)).contains(wrong.toString());
    }

    private static String program(String... arguments) throws Exception {
        String[] command = {
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            TokenProgram.class.getName(),
            directory.resolve("token.cfg").toString(),
        };
        String[] all = java.util.Arrays.copyOf(command, command.length + arguments.length);
        System.arraycopy(arguments, 0, all, command.length, arguments.length);
        return run(all);
    }

    private static void generate(String alias, String curve) throws Exception {
        keytool(
                "-genkeypair",
                "-alias",
                alias,
                "-keyalg",
                "EC",
                "-groupname",
                curve,
                "-dname",
                "CN=" + alias);
    }

    private static String certificateKey() throws Exception {
        Files.writeString(
                directory.resolve("alder.crt"), keytool("-exportcert", "-rfc", "-alias", "alder"));
        return run("openssl", "x509", "-in", "alder.crt", "-noout", "-pubkey");
    }

    private static String keytool(String... arguments) throws Exception {
        String[] command = {
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-keystore",
            "NONE",
            "-storetype",
            "PKCS11",
            "-storepass",
            "123456",
            "-addprovider",
            "SunPKCS11",
            "-providerarg",
            directory.resolve("token.cfg").toString(),
        };
        String[] all = java.util.Arrays.copyOf(command, command.length + arguments.length);
        System.arraycopy(arguments, 0, all, command.length, arguments.length);
        return run(all);
    }

    private static String run(String... command) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectError(directory.resolve("stderr").toFile());
        builder.environment().put("SOFTHSM2_CONF", directory.resolve("softhsm2.conf").toString());
        Process process = builder.start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor())
                .as(String.join(" ", command) + out + Files.readString(directory.resolve("stderr")))
                .isZero();
        return out;
    }
}
