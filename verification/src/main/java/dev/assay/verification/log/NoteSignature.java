package dev.assay.verification.log;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.LogVerifyingKey;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * One signature line of a signed note.
 *
 * @param name the signer's name: a log's origin, or a witness
 * @param encoded BASE64 of the four-byte key id and the signature
 */
public record NoteSignature(String name, String encoded) {
    /** Length of a key id in a note. */
    public static final int KEY_ID_BYTES = 4;

    public NoteSignature {
        byte[] bytes = Base64.getDecoder().decode(encoded);
        if (!LogVerifyingKey.isOrigin(name)
                || bytes.length <= KEY_ID_BYTES
                || !Base64.getEncoder().encodeToString(bytes).equals(encoded)) {
            throw new IllegalArgumentException(
                    "not a signature of a note: " + name + " " + encoded);
        }
    }

    /** Reads lines as {@link #line} writes them. */
    public static List<NoteSignature> parseAll(String lines) throws VerificationException {
        List<NoteSignature> signatures = new ArrayList<>();
        for (String line : lines.lines().toList()) {
            String[] words = line.split(" ", -1);
            if (words.length != 3 || !words[0].equals("\u2014")) {
                throw malformed();
            }
            try {
                signatures.add(new NoteSignature(words[1], words[2]));
            } catch (IllegalArgumentException e) {
                throw malformed();
            }
        }
        return signatures;
    }

    private static VerificationException malformed() {
        return new VerificationException(
                Code.BAD_CHECKPOINT,
                "not the signature line of a note: em dash, name and base64 signature");
    }

    /** The key id and the signature. */
    public byte[] bytes() {
        return Base64.getDecoder().decode(encoded);
    }

    /** The line: an em dash, the name and the signature. */
    public String line() {
        return "\u2014 " + name + " " + encoded + "\n";
    }
}
