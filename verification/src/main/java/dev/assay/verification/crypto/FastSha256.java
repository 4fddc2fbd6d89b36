package dev.assay.verification.crypto;

import dev.assay.protocol.id.Digest;

import org.bouncycastle.crypto.ExtendedDigest;

import java.security.DigestException;
import java.security.MessageDigest;

/** The JDK's SHA-256, which uses the processor's instructions, as Bouncy Castle asks for one. */
final class FastSha256 implements ExtendedDigest {
    private static final int BLOCK_BYTES = 64;

    private final MessageDigest sha = Digest.sha256();

    @Override
    public String getAlgorithmName() {
        return "SHA-256";
    }

    @Override
    public int getDigestSize() {
        return Digest.BYTES;
    }

    @Override
    public int getByteLength() {
        return BLOCK_BYTES;
    }

    @Override
    public void update(byte in) {
        sha.update(in);
    }

    @Override
    public void update(byte[] in, int offset, int length) {
        sha.update(in, offset, length);
    }

    @Override
    public int doFinal(byte[] out, int offset) {
        try {
            return sha.digest(out, offset, Digest.BYTES);
        } catch (DigestException e) {
            throw new IllegalArgumentException("too short for a digest", e);
        }
    }

    @Override
    public void reset() {
        sha.reset();
    }
}
