package dev.assay.verification.crypto;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.KeyId;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.math.ec.ECCurve;
import org.bouncycastle.math.ec.ECFieldElement;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.util.BigIntegers;

import java.math.BigInteger;
import java.util.Optional;

/**
 * The public half of an attestation key: a point on P-256. Compared by its SubjectPublicKeyInfo.
 * Immutable and safe to share; keep one per key, since it carries the multiples of its point that
 * make later verifications cheaper.
 */
public final class VerifyingKey {
    static final String PEM_LABEL = "PUBLIC KEY";

    private final ECPublicKeyParameters point;
    private final FixedPoint.Candidate multiples;
    private final KeyId keyId;

    VerifyingKey(ECPoint point) {
        this.point = new ECPublicKeyParameters(point, P256.DOMAIN);
        this.multiples = new FixedPoint.Candidate(point);
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
        if (!isBy(digest, signature)) {
            throw new VerificationException(
                    Code.BAD_SIGNATURE,
                    "the signature is not by key "
                            + keyId.brief()
                            + ", or the signed bytes were changed");
        }
        return new VerifiedSignature(keyId, digest);
    }

    /** FIPS 186-5, clause 6.4.2; r and s are in [1, n - 1] already. */
    private boolean isBy(Digest digest, Signature signature) {
        BigInteger r = signature.r();
        BigInteger inverse = BigIntegers.modOddInverseVar(P256.ORDER, signature.s());
        BigInteger e = new BigInteger(1, digest.bytes()).mod(P256.ORDER);
        Optional<FixedPoint> own = multiples.use();
        Optional<FixedPoint> generator = P256.GENERATOR.use();
        if (own.isEmpty() || generator.isEmpty() || e.signum() == 0) {
            ECDSASigner verifier = new ECDSASigner();
            verifier.init(false, point);
            return verifier.verifySignature(digest.bytes(), r, signature.s());
        }
        ECPoint sum =
                generator
                        .get()
                        .multiplyPublic(e.multiply(inverse).mod(P256.ORDER))
                        .add(own.get().multiplyPublic(r.multiply(inverse).mod(P256.ORDER)));
        return !sum.isInfinity() && hasX(sum, r);
    }

    /** Whether the point's x, which is below the field's prime, is r modulo the order. */
    private static boolean hasX(ECPoint point, BigInteger r) {
        ECCurve curve = P256.DOMAIN.getCurve();
        ECFieldElement scale = point.getZCoord(0).square();
        for (BigInteger x = r; curve.isValidFieldElement(x); x = x.add(P256.ORDER)) {
            if (curve.fromBigInteger(x).multiply(scale).equals(point.getXCoord())) {
                return true;
            }
        }
        return false;
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

    /** Whether verifications are at their fastest by now. */
    boolean keepsMultiples() {
        return multiples.hasTables();
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
