package dev.assay.verification.attacks;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;

/** The bytes that signatures of Ed25519 are made of. */
final class SignatureBytes {
    /** The order of the group of Ed25519 (RFC 8032). */
    private static final BigInteger ORDER =
            BigInteger.ONE
                    .shiftLeft(252)
                    .add(new BigInteger("27742317777372353535851937790883648493"));

    private SignatureBytes() {}

    /** The same scalar once more around: some verifiers take it for the same signature. */
    static byte[] plusOrder(byte[] scalar) {
        return little(big(scalar).add(ORDER));
    }

    private static BigInteger big(byte[] little) {
        byte[] bytes = little.clone();
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = little[little.length - 1 - i];
        }
        return new BigInteger(1, bytes);
    }

    private static byte[] little(BigInteger value) {
        byte[] bytes = new byte[32];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = value.shiftRight(8 * i).byteValue();
        }
        return bytes;
    }

    static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            bytes.writeBytes(part);
        }
        return bytes.toByteArray();
    }
}
