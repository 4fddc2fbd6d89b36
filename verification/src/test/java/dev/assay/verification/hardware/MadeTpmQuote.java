package dev.assay.verification.hardware;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.market.Bytes;
import dev.assay.verification.VerificationException;
import dev.assay.verification.hardware.EvidenceFile.Part;

import java.nio.ByteBuffer;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Quotes in the right form by a key that is in no TPM, as any program can make them, and an
 * authority that certifies the key all the same.
 */
public final class MadeTpmQuote {
    private static final short SHA256 = 0x000B;
    private static final short ECDSA = 0x0018;
    private static final short NULL = 0x0010;
    private static final short P256 = 0x0003;

    /** fixedTPM, fixedParent, sensitiveDataOrigin, restricted, sign. */
    private static final int ATTESTATION_KEY = 1 << 1 | 1 << 4 | 1 << 5 | 1 << 16 | 1 << 18;

    private final KeyPair key = TestCertificates.ecKey("secp256r1");
    private final TestCertificates authority = new TestCertificates();

    /** A quote of a key that nobody certified. */
    public EvidenceFile of(EvidenceNonce nonce) {
        return file(nonce, List.of());
    }

    /** A quote of the key with its certificates. */
    public EvidenceFile certified(EvidenceNonce nonce) {
        return file(
                nonce,
                Samples.der(List.of(authority.leaf(key.getPublic(), Map.of()), authority.root())));
    }

    /** Trusts the authority. */
    public TrustRoots roots() throws VerificationException {
        return TrustRoots.none().with(EvidenceKind.TPM2_QUOTE, authority.root());
    }

    private EvidenceFile file(EvidenceNonce nonce, List<Bytes> certificates) {
        byte[] pcrs = new byte[Digest.BYTES];
        byte[] attest = attest(nonce, Digest.sha256(pcrs));
        return new EvidenceFile(
                EvidenceKind.TPM2_QUOTE,
                Map.of(
                        Part.ATTEST, Bytes.copyOf(attest),
                        Part.SIGNATURE, Bytes.copyOf(signature(attest)),
                        Part.KEY, Bytes.copyOf(publicArea()),
                        Part.PCRS, Bytes.copyOf(pcrs)),
                certificates);
    }

    private static byte[] attest(EvidenceNonce nonce, Digest pcrs) {
        ByteBuffer out = ByteBuffer.allocate(256);
        out.putInt(0xFF544347).putShort((short) 0x8018);
        out.putShort((short) 34).putShort(SHA256).put(new byte[32]);
        out.putShort((short) 32).put(nonce.value().bytes());
        out.putLong(1).putInt(2).putInt(3).put((byte) 1).putLong(4);
        out.putInt(1).putShort(SHA256).put((byte) 3).put(new byte[] {1, 0, 0});
        out.putShort((short) 32).put(pcrs.bytes());
        return written(out);
    }

    private byte[] signature(byte[] attest) {
        byte[] both = TestCertificates.sign(key, "SHA256withECDSAinP1363Format", attest);
        ByteBuffer out = ByteBuffer.allocate(128).putShort(ECDSA).putShort(SHA256);
        out.putShort((short) 32).put(both, 0, 32).putShort((short) 32).put(both, 32, 32);
        return written(out);
    }

    private byte[] publicArea() {
        if (!(key.getPublic() instanceof ECPublicKey ec)) {
            throw new AssertionError("an EC key");
        }
        ByteBuffer area = ByteBuffer.allocate(256).putShort((short) 0x0023).putShort(SHA256);
        area.putInt(ATTESTATION_KEY).putShort((short) 0);
        area.putShort(NULL).putShort(ECDSA).putShort(SHA256).putShort(P256).putShort(NULL);
        coordinate(area, ec.getW().getAffineX().toByteArray());
        coordinate(area, ec.getW().getAffineY().toByteArray());
        byte[] bytes = written(area);
        return ByteBuffer.allocate(Short.BYTES + bytes.length)
                .putShort((short) bytes.length)
                .put(bytes)
                .array();
    }

    private static void coordinate(ByteBuffer area, byte[] number) {
        int from = number[0] == 0 ? 1 : 0;
        area.putShort((short) (number.length - from)).put(number, from, number.length - from);
    }

    private static byte[] written(ByteBuffer out) {
        return Arrays.copyOf(out.array(), out.position());
    }
}
