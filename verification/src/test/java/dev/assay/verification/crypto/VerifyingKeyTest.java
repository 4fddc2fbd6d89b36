package dev.assay.verification.crypto;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import dev.assay.verification.Vectors;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;
import org.junit.jupiter.api.Test;

import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;

class VerifyingKeyTest {
    private static final byte[] MESSAGE = {1, 2, 3};

    private final SigningKey signer = SigningKey.create(new SecureRandom());
    private final VerifyingKey key = signer.verifyingKey();

    @Test
    void verify_ownSignature_namesTheSigner() throws Exception {
        assertThat(key.verify(MESSAGE, signer.sign(MESSAGE)).signer()).isEqualTo(key.keyId());
    }

    @Test
    void verify_changedMessage_isRefused() {
        assertRefused(
                Code.BAD_SIGNATURE, () -> key.verify(new byte[] {1, 2, 4}, signer.sign(MESSAGE)));
    }

    @Test
    void verify_signatureOfAnotherKey_isRefused() {
        SigningKey other = SigningKey.create(new SecureRandom());

        assertRefused(Code.BAD_SIGNATURE, () -> key.verify(MESSAGE, other.sign(MESSAGE)))
                .contains(key.keyId().brief());
    }

    @Test
    void signature_mirroredS_isRefused() throws Exception {
        Signature signature = signer.sign(MESSAGE);
        byte[] mirrored =
                StandardDSAEncoding.INSTANCE.encode(
                        P256.ORDER, signature.r(), P256.ORDER.subtract(signature.s()));

        assertRefused(Code.BAD_SIGNATURE, () -> Signature.parse(mirrored))
                .contains("above half the order");
    }

    @Test
    void signature_zeroOrOutOfRange_isRefused() throws Exception {
        BigInteger n = P256.ORDER;
        BigInteger one = BigInteger.ONE;
        BigInteger[][] pairs = {
            {BigInteger.ZERO, one},
            {one, BigInteger.ZERO},
            {n, one},
            {one, n},
            {one.negate(), one},
            {one, one.negate()}
        };
        for (BigInteger[] pair : pairs) {
            byte[] der =
                    new org.bouncycastle.asn1.DERSequence(
                                    new ASN1Integer[] {
                                        new ASN1Integer(pair[0]), new ASN1Integer(pair[1])
                                    })
                            .getEncoded();
            assertThat(ASN1Sequence.getInstance(der).size()).isEqualTo(2);
            assertRefused(Code.BAD_SIGNATURE, () -> Signature.parse(der));
        }
    }

    @Test
    void signature_anotherEncoding_isRefused() throws Exception {
        byte[] der = signer.sign(MESSAGE).der();
        byte[] longLength =
                KeyEncoding.concat(
                        new byte[] {0x30, (byte) 0x81}, Arrays.copyOfRange(der, 1, der.length));

        assertRefused(Code.BAD_SIGNATURE, () -> Signature.parse(longLength));
        assertRefused(
                Code.BAD_SIGNATURE, () -> Signature.parse(Arrays.copyOf(der, der.length + 1)));
        assertRefused(
                Code.BAD_SIGNATURE, () -> Signature.parse(Arrays.copyOf(der, der.length - 1)));
        assertRefused(Code.BAD_SIGNATURE, () -> Signature.parse(new byte[0]));
        assertRefused(Code.BAD_SIGNATURE, () -> Signature.parse(new byte[1000]));
    }

    @Test
    void parse_pointOffTheCurve_isRefused() {
        byte[] spki = key.spki();
        spki[spki.length - 1] ^= 1;

        assertRefused(Code.BAD_KEY, () -> VerifyingKey.parse(spki))
                .contains("not a point on P-256");
    }

    @Test
    void parse_coordinatePlusThePrime_isRefused() {
        // y = 0x...: a point of small x, whose x + p still fits in 32 bytes.
        BigInteger p = P256.DOMAIN.getCurve().getField().getCharacteristic();
        byte[] spki = KeyEncoding.concat(KeyEncoding.P256_SPKI, unreduced(p));

        assertRefused(Code.BAD_KEY, () -> VerifyingKey.parse(spki))
                .contains("not a point on P-256");
    }

    @Test
    void parse_anotherEncoding_isRefused() {
        byte[] spki = key.spki();
        byte[] hybrid = spki.clone();
        hybrid[KeyEncoding.P256_SPKI.length] = (byte) (6 + (spki[spki.length - 1] & 1));

        assertRefused(Code.BAD_KEY, () -> VerifyingKey.parse(hybrid)).contains("uncompressed");
        assertRefused(Code.BAD_KEY, () -> VerifyingKey.parse(Arrays.copyOf(spki, spki.length + 1)));
        assertRefused(Code.BAD_KEY, () -> VerifyingKey.parse(new byte[0]));
        assertRefused(Code.BAD_KEY, () -> VerifyingKey.fromPem(key.toPem().replace("\n", "\r\n")));
        assertRefused(Code.BAD_KEY, () -> VerifyingKey.fromPem(key.toPem().stripTrailing()));
    }

    @Test
    void pem_roundTrip_keepsTheKey() throws Exception {
        assertThat(VerifyingKey.fromPem(key.toPem())).isEqualTo(key);
    }

    /**
     * Wycheproof: every valid signature is accepted, except a high s; every invalid one is refused.
     */
    @Test
    void verify_wycheproof_acceptsOnlyTheValidAndLow() throws Exception {
        int accepted = 0;
        int highS = 0;
        int refused = 0;
        for (JsonNode group :
                Vectors.read("p256/ecdsa_secp256r1_sha256_test.json").get("testGroups")) {
            VerifyingKey groupKey =
                    VerifyingKey.parse(HexFormat.of().parseHex(group.get("publicKeyDer").asText()));
            VerifyingKey oftenUsed = oftenUsed(groupKey);
            for (JsonNode test : group.get("tests")) {
                byte[] message = HexFormat.of().parseHex(test.get("msg").asText());
                byte[] der = HexFormat.of().parseHex(test.get("sig").asText());
                boolean valid = test.get("result").asText().equals("valid");
                boolean high = valid && isHigh(der);
                assertThat(accepts(groupKey, message, der))
                        .as(test.toString())
                        .isEqualTo(valid && !high);
                assertThat(accepts(oftenUsed, message, der))
                        .as("with tables: " + test)
                        .isEqualTo(valid && !high);
                accepted += valid && !high ? 1 : 0;
                highS += high ? 1 : 0;
                refused += valid ? 0 : 1;
            }
        }
        assertThat(accepted + highS).isEqualTo(174);
        assertThat(accepted).isGreaterThan(50);
        assertThat(refused).isEqualTo(310);
    }

    /** The same key, after so many verifications that it keeps multiples of its point. */
    private VerifyingKey oftenUsed(VerifyingKey key) throws VerificationException {
        VerifyingKey used = VerifyingKey.parse(key.spki());
        byte[] anothers = signer.sign(MESSAGE).der();
        for (int i = 0; i < FixedPoint.Candidate.WORTHWHILE; i++) {
            assertThat(accepts(used, MESSAGE, anothers)).isFalse();
        }
        assertThat(used.keepsMultiples()).isTrue();
        return used;
    }

    private static boolean accepts(VerifyingKey key, byte[] message, byte[] der) {
        try {
            key.verify(message, Signature.parse(der));
            return true;
        } catch (VerificationException e) {
            return false;
        }
    }

    private static boolean isHigh(byte[] der) {
        BigInteger s =
                ASN1Integer.getInstance(ASN1Sequence.getInstance(der).getObjectAt(1)).getValue();
        return s.compareTo(P256.HALF_ORDER) > 0;
    }

    /** The encoding 04, x + p, y of a point whose x is so small that x + p fits. */
    private static byte[] unreduced(BigInteger p) {
        for (int x = 0; ; x++) {
            byte[] compressed = new byte[33];
            compressed[0] = 2;
            compressed[32] = (byte) x;
            try {
                byte[] point = P256.DOMAIN.getCurve().decodePoint(compressed).getEncoded(false);
                byte[] raised = p.add(BigInteger.valueOf(x)).toByteArray();
                System.arraycopy(raised, raised.length - 32, point, 1, 32);
                return point;
            } catch (IllegalArgumentException e) {
                // No point has this x: try the next.
            }
        }
    }
}
