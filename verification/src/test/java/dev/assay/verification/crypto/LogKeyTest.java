package dev.assay.verification.crypto;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;

import dev.assay.verification.Vectors;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import org.junit.jupiter.api.Test;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;

class LogKeyTest {
    private static final String ORIGIN = "log.example/2026";
    // RFC 8032, 7.1, test 2.
    private static final String SEED =
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
    private static final String KEY =
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
    private static final String SIGNATURE =
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                    + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";

    @Test
    void sign_exampleOfRfc8032_givesItsSignature() throws Exception {
        LogSigningKey key =
                LogSigningKey.fromPkcs8(
                        ORIGIN,
                        KeyEncoding.concat(
                                KeyEncoding.ED25519_PKCS8, HexFormat.of().parseHex(SEED)));

        assertThat(HexFormat.of().formatHex(key.sign(new byte[] {0x72}))).isEqualTo(SIGNATURE);
        assertThat(HexFormat.of().formatHex(key.verifyingKey().bytes())).isEqualTo(KEY);
        assertThat(
                        key.verifyingKey()
                                .verify(new byte[] {0x72}, key.sign(new byte[] {0x72}))
                                .signer())
                .isEqualTo(key.verifyingKey().keyId());
    }

    @Test
    void pem_roundTrip_keepsTheKey() throws Exception {
        LogSigningKey key = LogSigningKey.create(ORIGIN, new SecureRandom());

        assertThat(LogSigningKey.fromPem(ORIGIN, key.toPem()).verifyingKey())
                .isEqualTo(key.verifyingKey());
        assertThat(key.toString()).isEqualTo("LogSigningKey[" + ORIGIN + "]");
    }

    /** The verifier key in the documentation of Go's sumdb/note. */
    @Test
    void vkey_exampleOfGo_roundTrips() throws Exception {
        String vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

        assertThat(LogVerifyingKey.parse(vkey).vkey()).isEqualTo(vkey);
        assertThat(LogVerifyingKey.parse(vkey).origin()).isEqualTo("PeterNeumann");
    }

    @Test
    void vkey_altered_isRefused() {
        for (String vkey :
                new String[] {
                    "",
                    "PeterNeumann",
                    "PeterNeumanN+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                    "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                    "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                    "PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                    "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                    "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
                }) {
            assertRefused(Code.BAD_KEY, () -> LogVerifyingKey.parse(vkey));
        }
    }

    @Test
    void key_ofLowOrder_isRefused() {
        assertRefused(Code.BAD_KEY, () -> LogVerifyingKey.of(ORIGIN, new byte[32]))
                .contains("full order");
        assertRefused(Code.BAD_KEY, () -> LogVerifyingKey.of(ORIGIN, new byte[31]));
    }

    @Test
    void verify_signatureOfAnotherLength_isRefused() throws Exception {
        LogSigningKey key = LogSigningKey.create(ORIGIN, new SecureRandom());

        assertRefused(
                Code.BAD_SIGNATURE, () -> key.verifyingKey().verify(new byte[1], new byte[63]));
    }

    /**
     * C2SP/CCTV: what the strict rule accepts, the JDK accepts too; and no low-order point is among
     * it.
     */
    @Test
    void verify_hostileVectors_acceptsNothingThatTheJdkRejects() throws Exception {
        int accepted = 0;
        int total = 0;
        for (JsonNode vector : Vectors.read("ed25519/ed25519vectors.json")) {
            byte[] key = HexFormat.of().parseHex(vector.get("key").asText());
            byte[] signature = HexFormat.of().parseHex(vector.get("sig").asText());
            byte[] message = vector.get("msg").asText().getBytes(UTF_8);
            total++;
            if (accepts(key, signature, message)) {
                accepted++;
                assertThat(jdkAccepts(key, signature, message)).as(vector.toString()).isTrue();
                assertThat(vector.get("flags").toString()).doesNotContain("low_order");
            }
        }
        assertThat(total).isEqualTo(914);
        assertThat(accepted).isPositive();
    }

    private static boolean accepts(byte[] key, byte[] signature, byte[] message) {
        try {
            LogVerifyingKey.of(ORIGIN, key).verify(message, signature);
            return true;
        } catch (VerificationException e) {
            return false;
        }
    }

    private static boolean jdkAccepts(byte[] key, byte[] signature, byte[] message) {
        try {
            PublicKey decoded =
                    KeyFactory.getInstance("Ed25519")
                            .generatePublic(
                                    new X509EncodedKeySpec(
                                            KeyEncoding.concat(KeyEncoding.ED25519_SPKI, key)));
            java.security.Signature verifier = java.security.Signature.getInstance("Ed25519");
            verifier.initVerify(decoded);
            verifier.update(message);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
