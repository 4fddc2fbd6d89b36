package dev.assay.verification.crypto;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import org.bouncycastle.crypto.signers.StandardDSAEncoding;

import java.io.IOException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * An ECDSA P-256 signature (r, s) in its one accepted form: strict DER, 1 ≤ r &lt; n and 1 ≤ s ≤
 * n/2 (low s). No second form exists as a value of this type, so nobody can turn a signature into
 * another that also verifies.
 */
public final class Signature {
    /** Length of the longest signature in DER. */
    public static final int MAX_BYTES = 72;

    private final byte[] der;
    private final BigInteger r;
    private final BigInteger s;

    private Signature(byte[] der, BigInteger r, BigInteger s) {
        this.der = der;
        this.r = r;
        this.s = s;
    }

    /**
     * Reads strict DER; anything else, and a high s, is refused.
     *
     * <pre>
     * 30 LEN  02 LEN r  02 LEN s
     * </pre>
     */
    public static Signature parse(byte[] der) throws VerificationException {
        int rBytes = der.length > 3 && der.length <= MAX_BYTES ? der[3] : 0;
        int sAt = rBytes + 6;
        if (rBytes < 1 || sAt >= der.length) {
            throw refused("it is not the DER of two integers");
        }
        BigInteger r = new BigInteger(1, der, 4, rBytes);
        BigInteger s = new BigInteger(1, der, sAt, der.length - sAt);
        if (!isScalar(r) || !isScalar(s)) {
            throw refused("an integer is zero or not below the order of the curve");
        }
        if (s.compareTo(P256.HALF_ORDER) > 0) {
            throw refused("its s is above half the order; signers must use n - s");
        }
        Signature signature = ofLowS(r, s);
        if (!Arrays.equals(signature.der, der)) {
            throw refused("it is not the shortest DER of its two integers");
        }
        return signature;
    }

    /** The signature with this r and the lower of s and n - s. */
    static Signature ofLowS(BigInteger r, BigInteger s) {
        BigInteger low = s.compareTo(P256.HALF_ORDER) > 0 ? P256.ORDER.subtract(s) : s;
        try {
            return new Signature(StandardDSAEncoding.INSTANCE.encode(P256.ORDER, r, low), r, low);
        } catch (IOException e) {
            throw new AssertionError("two integers always have a DER form", e);
        }
    }

    /** A copy of the DER bytes. */
    public byte[] der() {
        return der.clone();
    }

    BigInteger r() {
        return r;
    }

    BigInteger s() {
        return s;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Signature other && Arrays.equals(der, other.der);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(der);
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(der);
    }

    private static boolean isScalar(BigInteger value) {
        return value.signum() > 0 && value.compareTo(P256.ORDER) < 0;
    }

    private static VerificationException refused(String why) {
        return new VerificationException(
                Code.BAD_SIGNATURE, "not an acceptable ECDSA P-256 signature: " + why);
    }
}
