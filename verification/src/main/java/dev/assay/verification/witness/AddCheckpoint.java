package dev.assay.verification.witness;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.log.SignedNote;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * A request to a witness to cosign a checkpoint (C2SP tlog-witness, add-checkpoint):
 *
 * <pre>
 * old SIZE LF
 * { BASE64 hash LF }       at most 63
 * LF
 * signed note
 * </pre>
 *
 * @param oldSize the size that the witness cosigned last; 0 when it cosigned nothing yet
 * @param proof the consistency proof from there to the note's checkpoint
 * @param note the checkpoint with the log's signature
 */
public record AddCheckpoint(long oldSize, List<Digest> proof, SignedNote note) {
    /** Length of the longest request in bytes. */
    public static final int MAX_BYTES = SignedNote.MAX_BYTES + 4096;

    private static final int MAX_HASHES = 63;
    private static final String OLD = "old ";

    public AddCheckpoint {
        if (oldSize < 0 || proof.size() > MAX_HASHES) {
            throw new IllegalArgumentException(
                    "an old size is not negative and a proof has at most 63 hashes");
        }
        proof = List.copyOf(proof);
    }

    /** Reads exactly what {@link #bytes} writes. */
    public static AddCheckpoint parse(byte[] bytes) throws VerificationException {
        if (bytes.length > MAX_BYTES) {
            throw new VerificationException(
                    Code.TOO_LARGE, "a request to a witness has at most " + MAX_BYTES + " bytes");
        }
        String text = new String(bytes, StandardCharsets.UTF_8);
        int blank = text.indexOf("\n\n");
        if (blank < 0 || !text.startsWith(OLD)) {
            throw malformed();
        }
        List<String> lines = text.substring(0, blank).lines().limit(MAX_HASHES + 2).toList();
        if (lines.size() > 1 + MAX_HASHES) {
            throw malformed();
        }
        byte[] note = text.substring(blank + 2).getBytes(StandardCharsets.UTF_8);
        try {
            List<Digest> proof = new ArrayList<>();
            for (String line : lines.subList(1, lines.size())) {
                proof.add(Digest.of(Base64.getDecoder().decode(line)));
            }
            AddCheckpoint request =
                    new AddCheckpoint(
                            Long.parseLong(lines.getFirst().substring(OLD.length())),
                            proof,
                            SignedNote.parse(note));
            if (Arrays.equals(request.bytes(), bytes)) {
                return request;
            }
        } catch (IllegalArgumentException e) {
            throw malformed();
        }
        throw malformed();
    }

    /** The request's body. */
    public byte[] bytes() {
        StringBuilder head = new StringBuilder(OLD).append(oldSize).append('\n');
        for (Digest hash : proof) {
            head.append(Base64.getEncoder().encodeToString(hash.bytes())).append('\n');
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(head.append('\n').toString().getBytes(StandardCharsets.US_ASCII));
        bytes.writeBytes(note.bytes());
        return bytes.toByteArray();
    }

    private static VerificationException malformed() {
        return new VerificationException(
                Code.BAD_ENCODING,
                "not a request to a witness: an old size, at most 63 base64 hashes, a blank line"
                        + " and a signed checkpoint without extension lines");
    }
}
