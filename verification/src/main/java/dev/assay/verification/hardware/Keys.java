package dev.assay.verification.hardware;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;

/** Public keys from their numbers, and signatures by them, with the JDK. */
final class Keys {
    private Keys() {}

    /** An elliptic curve. */
    enum Curve {
        P256("secp256r1", 32, "SHA256withECDSAinP1363Format"),
        P384("secp384r1", 48, "SHA384withECDSAinP1363Format");

        private final String name;
        private final int bytes;
        private final String algorithm;

        Curve(String name, int bytes, String algorithm) {
            this.name = name;
            this.bytes = bytes;
            this.algorithm = algorithm;
        }

        /** The length of a coordinate, and of each half of a signature. */
        int bytes() {
            return bytes;
        }

        /**
         * ECDSA on this curve with the hash of its size; a signature is r and s one after another.
         */
        String algorithm() {
            return algorithm;
        }
    }

    /** The key with these coordinates, which must be a point of the curve. */
    static PublicKey ec(String what, Curve curve, byte[] x, byte[] y) throws VerificationException {
        try {
            ECParameterSpec parameters = parameters(curve);
            ECPoint point = new ECPoint(new BigInteger(1, x), new BigInteger(1, y));
            if (!isOn(point, parameters)) {
                throw new VerificationException(
                        Code.BAD_KEY, what + ": not a point of " + curve.name);
            }
            return KeyFactory.getInstance("EC")
                    .generatePublic(new ECPublicKeySpec(point, parameters));
        } catch (GeneralSecurityException e) {
            throw new VerificationException(Code.BAD_KEY, what + ": not a key", e);
        }
    }

    static PublicKey rsa(String what, byte[] modulus, long exponent) throws VerificationException {
        try {
            return KeyFactory.getInstance("RSA")
                    .generatePublic(
                            new RSAPublicKeySpec(
                                    new BigInteger(1, modulus), BigInteger.valueOf(exponent)));
        } catch (GeneralSecurityException e) {
            throw new VerificationException(Code.BAD_KEY, what + ": not an RSA key", e);
        }
    }

    /** Refuses a key that is not on this curve. */
    static PublicKey require(String what, Curve curve, PublicKey key) throws VerificationException {
        try {
            if (key instanceof ECPublicKey ec
                    && ec.getParams().getCurve().equals(parameters(curve).getCurve())
                    && isOn(ec.getW(), ec.getParams())) {
                return key;
            }
        } catch (GeneralSecurityException e) {
            throw new VerificationException(Code.BAD_KEY, what + ": not a key", e);
        }
        throw new VerificationException(Code.BAD_KEY, what + ": not a key on " + curve.name);
    }

    /** Refuses a signature by r and s, each as long as the curve's coordinates. */
    static void requireSigned(
            String what, Curve curve, PublicKey key, byte[] signed, byte[] signature)
            throws VerificationException {
        Signatures.require(what, curve.algorithm(), key, signed, signature);
    }

    /** A number, as many bytes long as a coordinate; longer ones are refused. */
    static byte[] padded(String what, Curve curve, byte[] number) throws VerificationException {
        if (number.length > curve.bytes()) {
            throw new VerificationException(
                    Code.BAD_ENCODING,
                    what + ": " + number.length + " bytes, too long for " + curve.name);
        }
        byte[] padded = new byte[curve.bytes()];
        System.arraycopy(number, 0, padded, padded.length - number.length, number.length);
        return padded;
    }

    static byte[] concatenated(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static ECParameterSpec parameters(Curve curve) throws GeneralSecurityException {
        AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(new ECGenParameterSpec(curve.name));
        return parameters.getParameterSpec(ECParameterSpec.class);
    }

    private static boolean isOn(ECPoint point, ECParameterSpec parameters) {
        if (!(parameters.getCurve().getField() instanceof ECFieldFp field)
                || point.equals(ECPoint.POINT_INFINITY)) {
            return false;
        }
        BigInteger p = field.getP();
        BigInteger x = point.getAffineX();
        BigInteger y = point.getAffineY();
        BigInteger right =
                x.pow(3)
                        .add(x.multiply(parameters.getCurve().getA()))
                        .add(parameters.getCurve().getB());
        return x.signum() >= 0
                && y.signum() >= 0
                && x.compareTo(p) < 0
                && y.compareTo(p) < 0
                && y.multiply(y).subtract(right).mod(p).signum() == 0;
    }
}
