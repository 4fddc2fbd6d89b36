package dev.assay.verification.crypto;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.math.ec.ECMultiplier;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;
import org.bouncycastle.util.BigIntegers;

import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * An attestation key in this process's memory: nonces are derived from the key and the message (RFC
 * 6979). Immutable and safe to share between threads. The private part leaves only through {@link
 * #toPem}, and encrypted through a {@link KeyFile}.
 */
public final class SoftwareKey implements SigningKey {
    static final String PEM_LABEL = "PRIVATE KEY";

    private final ECPrivateKeyParameters secret;
    private final VerifyingKey verifyingKey;

    private SoftwareKey(BigInteger scalar) {
        this.secret = new ECPrivateKeyParameters(scalar, P256.DOMAIN);
        this.verifyingKey =
                new VerifyingKey(
                        new FixedPointCombMultiplier()
                                .multiply(P256.DOMAIN.getG(), scalar)
                                .normalize());
    }

    /** A new key from this source of randomness. */
    public static SoftwareKey create(SecureRandom random) {
        return new SoftwareKey(
                BigIntegers.createRandomInRange(
                        BigInteger.ONE, P256.ORDER.subtract(BigInteger.ONE), random));
    }

    /**
     * Reads the PKCS#8 form that {@link #toPem} holds: scalar and public point, which must agree.
     */
    public static SoftwareKey fromPkcs8(byte[] der) throws VerificationException {
        int tail = P256.SCALAR_BYTES + KeyEncoding.P256_PKCS8_POINT.length + P256.POINT_BYTES;
        byte[] body =
                KeyEncoding.strip(
                        KeyEncoding.P256_PKCS8,
                        der,
                        tail,
                        "a P-256 private key with its public key (PKCS#8)");
        BigInteger scalar = new BigInteger(1, Arrays.copyOf(body, P256.SCALAR_BYTES));
        SoftwareKey key = of(scalar);
        if (!Arrays.equals(key.pkcs8(), der)) {
            throw new VerificationException(
                    Code.BAD_KEY,
                    "the P-256 private key does not belong to the public key beside it; create a"
                            + " new one");
        }
        return key;
    }

    /** The key with this scalar, which must be from 1 to n - 1. */
    static SoftwareKey of(BigInteger scalar) throws VerificationException {
        if (scalar.signum() <= 0 || scalar.compareTo(P256.ORDER) >= 0) {
            throw new VerificationException(
                    Code.BAD_KEY, "the P-256 private key is outside 1 to n - 1; create a new one");
        }
        return new SoftwareKey(scalar);
    }

    /** Reads exactly what {@link #toPem} writes. */
    public static SoftwareKey fromPem(String pem) throws VerificationException {
        return fromPkcs8(KeyEncoding.fromPem(PEM_LABEL, pem));
    }

    /** The signature of this message; the same message always gives the same signature. */
    @Override
    public Signature sign(byte[] message) {
        ECDSASigner signer = new Signer();
        signer.init(true, secret);
        BigInteger[] pair = signer.generateSignature(Digest.sha256(message).bytes());
        return Signature.ofLowS(pair[0], pair[1]);
    }

    @Override
    public VerifyingKey verifyingKey() {
        return verifyingKey;
    }

    /** The private key as PKCS#8 PEM: a secret. */
    public String toPem() {
        return KeyEncoding.pem(PEM_LABEL, pkcs8());
    }

    /** Names the key; never shows the private part. */
    @Override
    public String toString() {
        return "SoftwareKey[" + keyId().brief() + "]";
    }

    /** Bouncy Castle's signer, with the generator's tables as soon as there are some. */
    private static final class Signer extends ECDSASigner {
        Signer() {
            super(new HMacDSAKCalculator(new FastSha256()));
        }

        @Override
        protected ECMultiplier createBasePointMultiplier() {
            return P256.GENERATOR
                    .use()
                    .<ECMultiplier>map(tables -> tables)
                    .orElseGet(super::createBasePointMultiplier);
        }
    }

    /** The private key as PKCS#8 DER: a secret. */
    byte[] pkcs8() {
        return KeyEncoding.concat(
                KeyEncoding.P256_PKCS8,
                BigIntegers.asUnsignedByteArray(P256.SCALAR_BYTES, secret.getD()),
                KeyEncoding.P256_PKCS8_POINT,
                verifyingKey.point());
    }
}
