package dev.assay.verification.log;

import dev.assay.verification.crypto.LogVerifyingKey;

import java.util.Base64;

/**
 * One signature line of a signed note.
 *
 * @param name the signer's name: a log's origin, or a witness
 * @param encoded BASE64 of the four-byte key id and the signature
 */
public record NoteSignature(String name, String encoded) {
    /** Length of a key id in a note. */
    static final int KEY_ID_BYTES = 4;

    public NoteSignature {
        byte[] bytes = Base64.getDecoder().decode(encoded);
        if (!LogVerifyingKey.isOrigin(name)
                || bytes.length <= KEY_ID_BYTES
                || !Base64.getEncoder().encodeToString(bytes).equals(encoded)) {
            throw new IllegalArgumentException(
                    "not a signature of a note: " + name + " " + encoded);
        }
    }

    /** The key id and the signature. */
    byte[] bytes() {
        return Base64.getDecoder().decode(encoded);
    }

    /** The line: an em dash, the name and the signature. */
    String line() {
        return "\u2014 " + name + " " + encoded + "\n";
    }
}
