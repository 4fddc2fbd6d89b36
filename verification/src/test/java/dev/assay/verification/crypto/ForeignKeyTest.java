package dev.assay.verification.crypto;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.assay.verification.VerificationException.Code;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

class ForeignKeyTest {
    private static final PassphraseSource NOBODY = PassphraseSource.NONE;
    private static final PassphraseSource RIGHT = _ -> Passphrase.of("abcdefgh".toCharArray());
    private static final PassphraseSource WRONG = _ -> Passphrase.of("hgfedcba".toCharArray());

    @TempDir Path directory;

    private final SecureRandom random = new SecureRandom();

    @Test
    void read_ownPem_isTheKey() throws Exception {
        SoftwareKey key = SigningKey.create(random);

        assertThat(read(key.toPem().getBytes(US_ASCII), NOBODY).keyId()).isEqualTo(key.keyId());
        assertThat(read(key.pkcs8(), NOBODY).keyId()).isEqualTo(key.keyId());
    }

    /** The JDK leaves the public key out. */
    @Test
    void read_pkcs8WithoutThePublicKey_isTheKey() throws Exception {
        var pair = pair("secp256r1");

        assertThat(read(pair.getPrivate().getEncoded(), NOBODY).verifyingKey())
                .isEqualTo(VerifyingKey.parse(pair.getPublic().getEncoded()));
    }

    /** What openssl writes by default, and with other settings, in PEM and in DER. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "pkcs8 -topk8 -passout pass:abcdefgh -in key.pem",
                "pkcs8 -topk8 -passout pass:abcdefgh -outform DER -in key.pem",
                "pkcs8 -topk8 -passout pass:abcdefgh -v2 aes-128-cbc -iter 5000 -in key.pem",
                "pkcs8 -topk8 -passout pass:abcdefgh -v2 aes-192-cbc -v2prf hmacWithSHA512"
                        + " -in key.pem",
                "pkcs8 -topk8 -passout pass:abcdefgh -scrypt -in key.pem",
                "pkcs8 -topk8 -nocrypt -in key.pem",
                "pkcs8 -topk8 -nocrypt -outform DER -in key.pem",
                "pkey -ec_conv_form compressed -in key.pem",
            })
    void read_whatOpensslWrites_isTheKey(String command) throws Exception {
        byte[] pem = openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256");
        Files.write(directory.resolve("key.pem"), pem);
        SoftwareKey key = read(pem, NOBODY);

        assertThat(read(openssl(command), RIGHT).keyId()).isEqualTo(key.keyId());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 | it is an RSA key",
                "genpkey -algorithm ED25519 | another algorithm (1.3.101.112)",
                "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 | another curve"
                        + " (1.3.132.0.34)",
                "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1 | another curve"
                        + " (1.3.132.0.10)",
                "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt"
                        + " ec_param_enc:explicit | explicit parameters",
                "ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -in FILE",
                "genrsa -traditional 2048 | 'RSA PRIVATE KEY', not PKCS#8",
            })
    void read_anotherKindOfKey_isRefused(String command, String why) throws Exception {
        byte[] file = openssl(command);

        assertRefused(Code.BAD_KEY, () -> read(file, NOBODY)).contains(why).contains("P-256");
    }

    @Test
    void read_encrypted_needsTheRightPassphrase() throws Exception {
        byte[] der =
                KeyEncryption.encrypt(
                        SigningKey.create(random).pkcs8(), RIGHT.passphrase(""), random);

        assertRefused(Code.BAD_KEY, () -> read(der, NOBODY)).contains("encrypted");
        assertRefused(Code.BAD_KEY, () -> read(der, WRONG)).contains("passphrase is wrong");
    }

    @Test
    void read_garbage_isRefused() throws Exception {
        byte[] nested = new byte[16_000];
        for (int i = 0; i < nested.length; i += 2) {
            nested[i] = 0x30;
            nested[i + 1] = (byte) 0x80;
        }
        byte[] definite = new byte[16_000];
        for (int i = 0; i < definite.length; i += 4) {
            int left = definite.length - i - 4;
            definite[i] = 0x30;
            definite[i + 1] = (byte) 0x82;
            definite[i + 2] = (byte) (left >> 8);
            definite[i + 3] = (byte) left;
        }
        String der = SigningKey.create(random).toPem();
        for (byte[] file :
                List.of(
                        new byte[0],
                        new byte[] {0x30},
                        new byte[] {0x30, (byte) 0x84},
                        nested,
                        definite,
                        "hello".getBytes(US_ASCII),
                        SigningKey.create(random).verifyingKey().toPem().getBytes(US_ASCII),
                        der.replace("MIG", "####").getBytes(US_ASCII),
                        der.replace("-----END PRIVATE KEY-----", "").getBytes(US_ASCII),
                        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
                                .getBytes(US_ASCII))) {
            assertRefused(Code.BAD_KEY, () -> read(file, RIGHT)).contains("key file");
        }
    }

    @Test
    void read_cutAnywhere_isRefused() throws Exception {
        byte[] plain = SigningKey.create(random).pkcs8();
        for (int length = 0; length < plain.length; length++) {
            byte[] cut = Arrays.copyOf(plain, length);
            assertRefused(Code.BAD_KEY, () -> read(cut, NOBODY));
        }
    }

    @Test
    void read_publicKeyOfSomebodyElse_isRefused() throws Exception {
        byte[] der = SigningKey.create(random).pkcs8();
        byte[] other = SigningKey.create(random).pkcs8();
        System.arraycopy(other, der.length - 64, der, der.length - 64, 64);

        assertRefused(Code.BAD_KEY, () -> read(der, NOBODY)).contains("does not belong");
    }

    @Test
    void read_fileThatIsTooLong_isRefused() {
        assertRefused(Code.IO, () -> read(new byte[ForeignKey.MAX_BYTES + 1], NOBODY))
                .contains("more than 16384 bytes");
    }

    @Test
    void read_fileThatOthersMayRead_isRefused() throws Exception {
        Path file = directory.resolve("open.pem");
        Files.writeString(file, SigningKey.create(random).toPem());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

        assertRefused(Code.BAD_KEY, () -> new ForeignKey(file).read(NOBODY))
                .contains("chmod 600 " + file);
    }

    private SoftwareKey read(byte[] bytes, PassphraseSource source) throws Exception {
        Path file = Files.createTempFile(directory, "foreign", ".key");
        Files.write(file, bytes);
        return new ForeignKey(file).read(source);
    }

    private static java.security.KeyPair pair(String curve) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        return generator.generateKeyPair();
    }

    private byte[] openssl(String arguments) throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "no openssl");
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments.split(" ")));
        Process process =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        byte[] out = process.getInputStream().readAllBytes();
        assertThat(process.waitFor()).as(arguments).isZero();
        return out;
    }
}
