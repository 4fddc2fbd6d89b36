package dev.assay.verification.witness;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.LogSigningKey;
import dev.assay.verification.crypto.LogVerifyingKey;
import dev.assay.verification.log.LogCheckpoint;
import dev.assay.verification.log.NoteSignature;
import dev.assay.verification.log.SignedNote;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/**
 * The public key of a witness, and the form of its cosignatures (C2SP tlog-cosignature, Ed25519):
 *
 * <pre>
 * key id       SHA256(name ‖ 0A ‖ 04 ‖ key)[:4]
 * signature    key id[4] ‖ u64BE seconds since the epoch ‖ Ed25519 signature[64]
 * of           "cosignature/v1" LF "time " seconds LF checkpoint text
 * </pre>
 *
 * @param key the Ed25519 key, under the witness's name
 */
public record WitnessKey(LogVerifyingKey key) {
    private static final byte COSIGNATURE_TYPE = 0x04;
    private static final int SIGNATURE_AT = NoteSignature.KEY_ID_BYTES + Long.BYTES;
    private static final int LENGTH = SIGNATURE_AT + LogVerifyingKey.SIGNATURE_BYTES;
    private static final int MAX_VKEY_CHARS = 512;

    /** Reads a verifier key of type 04: name, key id and key, joined by '+'. */
    public static WitnessKey parse(String vkey) throws VerificationException {
        String[] parts = vkey.split("\\+", 3);
        if (vkey.length() <= MAX_VKEY_CHARS && parts.length == 3) {
            try {
                byte[] typed = Base64.getDecoder().decode(parts[2]);
                if (typed.length > 0 && typed[0] == COSIGNATURE_TYPE) {
                    byte[] key = Arrays.copyOfRange(typed, 1, typed.length);
                    WitnessKey parsed = new WitnessKey(LogVerifyingKey.of(parts[0], key));
                    if (parsed.vkey().equals(vkey)) {
                        return parsed;
                    }
                }
            } catch (IllegalArgumentException e) {
                throw notAKey();
            }
        }
        throw notAKey();
    }

    /** The witness's name. */
    public String name() {
        return key.origin();
    }

    /** The verifier key of type 04. */
    public String vkey() {
        return name()
                + "+"
                + HexFormat.of().formatHex(keyId())
                + "+"
                + Base64.getEncoder().encodeToString(typed());
    }

    /** The cosignature of a checkpoint at this time, by the private half of this key. */
    static NoteSignature sign(LogCheckpoint checkpoint, LogSigningKey key, Instant time) {
        byte[] keyId = new WitnessKey(key.verifyingKey()).keyId();
        byte[] signature = key.sign(message(checkpoint, time.getEpochSecond()));
        byte[] bytes =
                ByteBuffer.allocate(LENGTH)
                        .put(keyId)
                        .putLong(time.getEpochSecond())
                        .put(signature)
                        .array();
        return new NoteSignature(key.origin(), Base64.getEncoder().encodeToString(bytes));
    }

    /**
     * Evidence that this witness cosigned the note's checkpoint: exactly one of the note's lines is
     * this key's, and it verifies.
     */
    public VerifiedCosignature verify(SignedNote note) throws VerificationException {
        List<NoteSignature> own = note.signatures().stream().filter(this::isOwn).toList();
        if (own.size() != 1) {
            throw new VerificationException(
                    Code.BAD_SIGNATURE,
                    "the checkpoint of log "
                            + note.checkpoint().origin()
                            + " has "
                            + own.size()
                            + " cosignatures by witness "
                            + name()
                            + " and must have one");
        }
        byte[] bytes = own.getFirst().bytes();
        long time = ByteBuffer.wrap(bytes).getLong(NoteSignature.KEY_ID_BYTES);
        if (bytes.length != LENGTH || time < 0) {
            throw new VerificationException(
                    Code.BAD_SIGNATURE,
                    "the cosignature by witness " + name() + " is not of the form cosignature/v1");
        }
        key.verify(
                message(note.checkpoint(), time),
                Arrays.copyOfRange(bytes, SIGNATURE_AT, bytes.length));
        return new VerifiedCosignature(this, own.getFirst(), Instant.ofEpochSecond(time));
    }

    /** Whether this signature claims to be by this key. */
    public boolean isOwn(NoteSignature signature) {
        byte[] bytes = signature.bytes();
        byte[] keyId = keyId();
        return signature.name().equals(name())
                && bytes.length >= SIGNATURE_AT
                && Arrays.equals(bytes, 0, keyId.length, keyId, 0, keyId.length);
    }

    private byte[] keyId() {
        byte[] name = (name() + "\n").getBytes(StandardCharsets.US_ASCII);
        return Arrays.copyOf(Digest.sha256(name, typed()).bytes(), NoteSignature.KEY_ID_BYTES);
    }

    private byte[] typed() {
        byte[] bytes = key.bytes();
        return ByteBuffer.allocate(1 + bytes.length).put(COSIGNATURE_TYPE).put(bytes).array();
    }

    private static byte[] message(LogCheckpoint checkpoint, long seconds) {
        return ("cosignature/v1\ntime " + seconds + "\n" + checkpoint.text())
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static VerificationException notAKey() {
        return new VerificationException(
                Code.BAD_KEY,
                "not the verifier key of a witness of the form name+8 hex digits+base64 with type"
                        + " 04; assay witness prints its own");
    }
}
