package dev.assay.verification.crypto;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.assay.verification.VerificationException.Code;

import org.junit.jupiter.api.Test;

import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.HexFormat;

class SigningKeyTest {
    // RFC 6979, A.2.5.
    private static final String SCALAR =
            "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
    private static final String POINT =
            "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
                    + "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";

    private final SecureRandom random = new SecureRandom();

    @Test
    void sign_exampleOfRfc6979_givesItsNonceAndTheLowerS() throws Exception {
        Signature signature =
                SigningKey.fromPkcs8(pkcs8(SCALAR, POINT)).sign("sample".getBytes(UTF_8));

        BigInteger high =
                new BigInteger(
                        "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8", 16);
        assertThat(signature.r().toString(16))
                .isEqualTo("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716");
        assertThat(signature.s()).isEqualTo(P256.ORDER.subtract(high));
    }

    @Test
    void sign_anyMessage_isLowSAndVerifies() throws Exception {
        SigningKey key = SigningKey.create(random);
        for (int i = 0; i < 2 * FixedPoint.Candidate.WORTHWHILE; i++) {
            byte[] message = {(byte) i};
            Signature signature = Signature.parse(key.sign(message).der());

            assertThat(key.verifyingKey().verify(message, signature).signer())
                    .isEqualTo(key.keyId());
            assertThat(signature).isEqualTo(key.sign(message));
        }
    }

    @Test
    void pem_roundTrip_keepsTheKey() throws Exception {
        SoftwareKey key = SigningKey.create(random);

        assertThat(SigningKey.fromPem(key.toPem()).keyId()).isEqualTo(key.keyId());
    }

    @Test
    void fromPkcs8_publicKeyOfSomeoneElse_isRefused() {
        byte[] other = SigningKey.create(random).verifyingKey().point();

        assertRefused(
                        Code.BAD_KEY,
                        () -> SigningKey.fromPkcs8(pkcs8(SCALAR, HexFormat.of().formatHex(other))))
                .contains("does not belong");
    }

    @Test
    void fromPkcs8_scalarOutsideTheOrder_isRefused() {
        for (String scalar :
                new String[] {"0".repeat(64), P256.ORDER.toString(16), "f".repeat(64)}) {
            assertRefused(Code.BAD_KEY, () -> SigningKey.fromPkcs8(pkcs8(scalar, POINT)))
                    .contains("outside 1 to n - 1");
        }
    }

    @Test
    void fromPem_anotherFormOfTheSameKey_isRefused() {
        String pem = SigningKey.create(random).toPem();
        for (String text :
                new String[] {
                    "",
                    "\n" + pem,
                    pem + "\n",
                    pem.replace("\n", "\r\n"),
                    pem.stripTrailing(),
                    pem + pem,
                    pem.replace("PRIVATE KEY", "EC PRIVATE KEY"),
                    pem.replaceFirst("(?m)^MIG", "MIG ")
                }) {
            assertRefused(Code.BAD_KEY, () -> SigningKey.fromPem(text)).contains("canonical PEM");
        }
    }

    @Test
    void fromPem_anyCharacterChanged_isRefused() {
        String pem = SigningKey.create(random).toPem();
        for (int at = 0; at < pem.length(); at++) {
            for (char other : new char[] {'=', '!', '\u00e9', pem.charAt(at) == 'A' ? 'B' : 'A'}) {
                String changed = pem.substring(0, at) + other + pem.substring(at + 1);
                if (!changed.equals(pem)) {
                    assertRefused(Code.BAD_KEY, () -> SigningKey.fromPem(changed));
                }
            }
        }
    }

    @Test
    void toString_neverShowsThePrivatePart() throws Exception {
        SigningKey key = SigningKey.fromPkcs8(pkcs8(SCALAR, POINT));

        assertThat(key.toString()).isEqualTo("SoftwareKey[" + key.keyId().brief() + "]");
    }

    private static byte[] pkcs8(String scalar, String point) {
        HexFormat hex = HexFormat.of();
        return KeyEncoding.concat(
                KeyEncoding.P256_PKCS8,
                hex.parseHex(scalar),
                KeyEncoding.P256_PKCS8_POINT,
                hex.parseHex(point));
    }
}
