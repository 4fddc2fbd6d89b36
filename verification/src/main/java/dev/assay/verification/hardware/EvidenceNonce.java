package dev.assay.verification.hardware;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.log.LogCheckpoint;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The 32 bytes that hardware is asked to sign, so that evidence is of one thing and not older than
 * a moment. Derived from what it is about and from a log checkpoint, which nobody could know before
 * the log made it:
 *
 * <pre>
 * SHA-256( "assay hardware evidence v1" LF
 *          about     1 byte: 1 a lease, 2 a statement
 *          digest   32 bytes: the lease's id, or SHA-256 of the statement
 *          size      8 bytes, big-endian: of the log checkpoint
 *          root     32 bytes: of the log checkpoint
 *          origin   UTF-8: of the log checkpoint )
 * </pre>
 *
 * <p>Fields of 64 bytes hold it first and then 32 zeros.
 */
public record EvidenceNonce(Digest value) {
    private static final byte[] DOMAIN =
            "assay hardware evidence v1\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte LEASE = 1;
    private static final byte STATEMENT = 2;

    /** The nonce for evidence of a lease, not older than the log checkpoint. */
    public static EvidenceNonce ofLease(LeaseId lease, LogCheckpoint checkpoint) {
        return derived(LEASE, lease.digest(), checkpoint);
    }

    /** The nonce for evidence of a statement, by its digest, not older than the log checkpoint. */
    public static EvidenceNonce ofStatement(Digest statement, LogCheckpoint checkpoint) {
        return derived(STATEMENT, statement, checkpoint);
    }

    private static EvidenceNonce derived(byte about, Digest digest, LogCheckpoint checkpoint) {
        return new EvidenceNonce(
                Digest.sha256(
                        DOMAIN,
                        new byte[] {about},
                        digest.bytes(),
                        ByteBuffer.allocate(Long.BYTES).putLong(checkpoint.size()).array(),
                        checkpoint.root().bytes(),
                        checkpoint.origin().getBytes(StandardCharsets.UTF_8)));
    }

    /** Refuses a field that is not this nonce and then zeros, of this length. */
    void require(String field, int length, byte[] signed) throws VerificationException {
        if (!Arrays.equals(signed, Arrays.copyOf(value.bytes(), length))) {
            throw new VerificationException(
                    Code.BAD_STATEMENT,
                    field
                            + ": made for another nonce, "
                            + Hex.of(signed)
                            + ", not "
                            + value.hex()
                            + "; ask the hardware anew, with this one");
        }
    }
}
