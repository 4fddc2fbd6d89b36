package dev.assay.verification.log;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.LogVerifyingKey;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * A file that proves offline that a leaf is in a log (C2SP tlog-proof, without its optional extra
 * line):
 *
 * <pre>
 * c2sp.org/tlog-proof@v1 LF
 * index SP decimal LF
 * BASE64 hash LF      for each hash of the inclusion proof, the leaf's sibling first
 * LF
 * signed note
 * </pre>
 */
public record TlogProof(long index, List<Digest> hashes, SignedNote note) {
    /** Length of the longest proof in bytes. */
    public static final int MAX_BYTES = SignedNote.MAX_BYTES + 4096;

    private static final String HEAD = "c2sp.org/tlog-proof@v1";
    private static final String INDEX = "index ";

    /** The most levels that a log has. */
    public static final int MAX_HASHES = 63;

    public TlogProof {
        hashes = List.copyOf(hashes);
        if (index < 0 || hashes.size() > MAX_HASHES) {
            throw new IllegalArgumentException(
                    "no log has leaf " + index + " or " + hashes.size() + " levels");
        }
    }

    /** Reads exactly what {@link #bytes} writes. */
    public static TlogProof parse(byte[] bytes) throws VerificationException {
        if (bytes.length > MAX_BYTES) {
            throw new VerificationException(
                    Code.TOO_LARGE,
                    "a transparency log proof of "
                            + bytes.length
                            + " bytes is over the limit of "
                            + MAX_BYTES);
        }
        String text = new String(bytes, StandardCharsets.UTF_8);
        int blank = text.indexOf("\n\n");
        List<String> lines =
                blank < 0
                        ? List.of()
                        : text.substring(0, blank).lines().limit(MAX_HASHES + 3).toList();
        if (lines.size() < 2 || lines.size() > MAX_HASHES + 2 || !lines.get(1).startsWith(INDEX)) {
            throw notCanonical();
        }
        SignedNote note =
                SignedNote.parse(text.substring(blank + 2).getBytes(StandardCharsets.UTF_8));
        try {
            List<Digest> hashes = new ArrayList<>();
            for (String line : lines.subList(2, lines.size())) {
                hashes.add(Digest.of(Base64.getDecoder().decode(line)));
            }
            TlogProof proof =
                    new TlogProof(
                            Long.parseLong(lines.get(1).substring(INDEX.length())), hashes, note);
            if (Arrays.equals(proof.bytes(), bytes)) {
                return proof;
            }
        } catch (IllegalArgumentException e) {
            throw notCanonical();
        }
        throw notCanonical();
    }

    /**
     * Evidence that the leaf with these bytes is in the log with this key. Needs nothing but its
     * arguments.
     */
    public LoggedLeaf verify(byte[] leaf, LogVerifyingKey key) throws VerificationException {
        VerifiedCheckpoint checkpoint = note.verify(key);
        VerifiedInclusion inclusion =
                new InclusionProof(index, checkpoint.size(), hashes)
                        .verify(MerkleTree.leafHash(leaf), checkpoint.root());
        return new LoggedLeaf(inclusion, checkpoint);
    }

    /** The file's bytes. */
    public byte[] bytes() {
        StringBuilder text =
                new StringBuilder(HEAD).append('\n').append(INDEX).append(index).append('\n');
        for (Digest hash : hashes) {
            text.append(Base64.getEncoder().encodeToString(hash.bytes())).append('\n');
        }
        byte[] head = text.append('\n').toString().getBytes(StandardCharsets.US_ASCII);
        byte[] signed = note.bytes();
        byte[] bytes = Arrays.copyOf(head, head.length + signed.length);
        System.arraycopy(signed, 0, bytes, head.length, signed.length);
        return bytes;
    }

    private static VerificationException notCanonical() {
        return new VerificationException(
                Code.BAD_ENCODING,
                "not a transparency log proof in its canonical form ("
                        + HEAD
                        + ", an index, base64 hashes, a blank line, a signed note)");
    }
}
