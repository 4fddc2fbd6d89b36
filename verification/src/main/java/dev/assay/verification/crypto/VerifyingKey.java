package dev.assay.verification.crypto;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.KeyId;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.math.ec.ECPoint;

/**
 * The public half of an attestation key: a point on P-256. Compared by its SubjectPublicKeyInfo.
 * Immutable and safe to share; keep one per key, since it carries the multiples of its point that
 * make later verifications cheaper.
 */
public final class VerifyingKey {
    static final String PEM_LABEL = "PUBLIC KEY";

    private final ECPublicKeyParameters point;
    private final KeyId keyId;

    VerifyingKey(ECPoint point) {
        this.point = new ECPublicKeyParameters(point, P256.DOMAIN);
        this.keyId = new KeyId(Digest.sha256(spki()));
    }

    /**
     * Reads the 91 bytes of a SubjectPublicKeyInfo with an uncompressed point, which must lie on
     * the curve.
     */
    public static VerifyingKey parse(byte[] spki) throws VerificationException {
        byte[] point =
                KeyEncoding.strip(
                        KeyEncoding.P256_SPKI,
                        spki,
                        P256.POINT_BYTES,
                        "a P-256 public key (SubjectPublicKeyInfo)");
        try {
            if (point[0] == 0x04) {
                return new VerifyingKey(P256.DOMAIN.getCurve().decodePoint(point));
            }
        } catch (IllegalArgumentException e) {
            throw new VerificationException(
                    Code.BAD_KEY, "the public key is not a point on P-256", e);
        }
        throw new VerificationException(
                Code.BAD_KEY, "the public key is not an uncompressed point of P-256");
    }

    /** Reads exactly what {@link #toPem} writes. */
    public static VerifyingKey fromPem(String pem) throws VerificationException {
        return parse(KeyEncoding.fromPem(PEM_LABEL, pem));
    }

    /** Evidence that this key signed the message. */
    public VerifiedSignature verify(byte[] message, Signature signature)
            throws VerificationException {
        Digest digest = Digest.sha256(message);
        ECDSASigner verifier = new ECDSASigner();
        verifier.init(false, point);
        if (!verifier.verifySignature(digest.bytes(), signature.r(), signature.s())) {
            throw new VerificationException(
                    Code.BAD_SIGNATURE,
                    "the signature is not by key "
                            + keyId.brief()
                            + ", or the signed bytes were changed");
        }
        return new VerifiedSignature(keyId, digest);
    }

    /** Hex SHA-256 of {@link #spki}. */
    public KeyId keyId() {
        return keyId;
    }

    /** The SubjectPublicKeyInfo in DER. */
    public byte[] spki() {
        return KeyEncoding.concat(KeyEncoding.P256_SPKI, point());
    }

    /** The SubjectPublicKeyInfo in PEM. */
    public String toPem() {
        return KeyEncoding.pem(PEM_LABEL, spki());
    }

    /** The uncompressed point: 04, x, y. */
    byte[] point() {
        return point.getQ().getEncoded(false);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof VerifyingKey other && keyId.equals(other.keyId);
    }

    @Override
    public int hashCode() {
        return keyId.hashCode();
    }

    @Override
    public String toString() {
        return "VerifyingKey[" + keyId.brief() + "]";
    }
}
