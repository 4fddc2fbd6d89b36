package dev.assay.verification.log;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.LogSigningKey;
import dev.assay.verification.crypto.LogVerifyingKey;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * A log checkpoint with its signatures (C2SP signed-note):
 *
 * <pre>
 * checkpoint text LF
 * EM DASH SP name SP BASE64(key id[4] ‖ signature) LF
 * ...
 * </pre>
 *
 * Each signature covers the text including its last line feed. Signatures by keys unknown to the
 * verifier, such as those of witnesses, are kept and not judged.
 */
public record SignedNote(LogCheckpoint checkpoint, List<NoteSignature> signatures) {
    /** Length of the longest note in bytes. */
    public static final int MAX_BYTES = 1 << 16;

    private static final int MAX_SIGNATURES = 100;

    public SignedNote {
        signatures = List.copyOf(signatures);
    }

    /** Signs this checkpoint, which must be of the key's own log. */
    public static SignedNote sign(LogCheckpoint checkpoint, LogSigningKey key) {
        if (!checkpoint.origin().equals(key.origin())) {
            throw new IllegalArgumentException(
                    "the key of log "
                            + key.origin()
                            + " signs no checkpoint of "
                            + checkpoint.origin());
        }
        byte[] keyId = keyId(key.verifyingKey());
        byte[] signature = key.sign(checkpoint.text().getBytes(StandardCharsets.US_ASCII));
        byte[] signed = Arrays.copyOf(keyId, keyId.length + signature.length);
        System.arraycopy(signature, 0, signed, keyId.length, signature.length);
        String encoded = Base64.getEncoder().encodeToString(signed);
        return new SignedNote(checkpoint, List.of(new NoteSignature(key.origin(), encoded)));
    }

    /** The note with these signature lines as well, which are not judged. */
    public SignedNote with(List<NoteSignature> more) {
        List<NoteSignature> all = new ArrayList<>(signatures);
        all.addAll(more);
        return new SignedNote(checkpoint, all);
    }

    /** Reads exactly what {@link #bytes} writes. */
    public static SignedNote parse(byte[] bytes) throws VerificationException {
        if (bytes.length > MAX_BYTES) {
            throw new VerificationException(
                    Code.TOO_LARGE,
                    "a signed note of "
                            + bytes.length
                            + " bytes is over the limit of "
                            + MAX_BYTES);
        }
        String note = new String(bytes, StandardCharsets.UTF_8);
        int blank = note.indexOf("\n\n");
        if (blank < 0 || !note.endsWith("\n")) {
            throw notCanonical();
        }
        LogCheckpoint checkpoint = LogCheckpoint.parse(note.substring(0, blank + 1));
        List<NoteSignature> signatures = new ArrayList<>();
        for (String line : note.substring(blank + 2).lines().limit(MAX_SIGNATURES + 1).toList()) {
            signatures.add(signature(line));
        }
        SignedNote parsed = new SignedNote(checkpoint, signatures);
        if (signatures.isEmpty()
                || signatures.size() > MAX_SIGNATURES
                || !Arrays.equals(parsed.bytes(), bytes)) {
            throw notCanonical();
        }
        return parsed;
    }

    /**
     * Evidence that this log signed the checkpoint: its origin is the key's, and exactly one line
     * is the key's.
     */
    public VerifiedCheckpoint verify(LogVerifyingKey key) throws VerificationException {
        if (!checkpoint.origin().equals(key.origin())) {
            throw new VerificationException(
                    Code.BAD_CHECKPOINT,
                    "the checkpoint is of log " + checkpoint.origin() + ", not of " + key.origin());
        }
        byte[] keyId = keyId(key);
        List<byte[]> own =
                signatures.stream()
                        .filter(signature -> signature.name().equals(key.origin()))
                        .map(NoteSignature::bytes)
                        .filter(
                                bytes ->
                                        Arrays.equals(
                                                bytes, 0, keyId.length, keyId, 0, keyId.length))
                        .toList();
        if (own.size() != 1) {
            throw new VerificationException(
                    Code.BAD_SIGNATURE,
                    "the checkpoint has "
                            + own.size()
                            + " signatures by the key of log "
                            + key.origin()
                            + " and must have one; check that "
                            + key.vkey()
                            + " is the log's key");
        }
        byte[] signed = own.getFirst();
        key.verify(
                checkpoint.text().getBytes(StandardCharsets.US_ASCII),
                Arrays.copyOfRange(signed, keyId.length, signed.length));
        return new VerifiedCheckpoint(this);
    }

    /** The note's byte form. */
    public byte[] bytes() {
        StringBuilder note = new StringBuilder(checkpoint.text()).append('\n');
        for (NoteSignature signature : signatures) {
            note.append(signature.line());
        }
        return note.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static NoteSignature signature(String line) throws VerificationException {
        String[] words = line.split(" ", -1);
        if (words.length != 3) {
            throw notCanonical();
        }
        try {
            return new NoteSignature(words[1], words[2]);
        } catch (IllegalArgumentException e) {
            throw notCanonical();
        }
    }

    /** The first bytes of the checkpoint key id, which mark the key's signatures. */
    private static byte[] keyId(LogVerifyingKey key) {
        return Arrays.copyOf(key.checkpointKeyId().bytes(), NoteSignature.KEY_ID_BYTES);
    }

    private static VerificationException notCanonical() {
        return new VerificationException(
                Code.BAD_CHECKPOINT,
                "not a signed note: a checkpoint, one blank line, then 1 to "
                        + MAX_SIGNATURES
                        + " lines of em dash, name and base64 signature");
    }
}
