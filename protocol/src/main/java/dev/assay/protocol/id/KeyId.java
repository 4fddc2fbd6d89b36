package dev.assay.protocol.id;

/** Identifies a party by its attestation key: SHA-256 of the key's SubjectPublicKeyInfo. */
public record KeyId(Digest digest) {
    /** Reads the form that {@link #toString} writes. */
    public static KeyId parse(String text) {
        return new KeyId(Digest.parse(text));
    }

    /** 64 hex digits. */
    public String hex() {
        return digest.hex();
    }

    /** The first 12 hex digits, for people. */
    public String brief() {
        return digest.brief();
    }

    /** 64 hex digits. */
    @Override
    public String toString() {
        return hex();
    }
}
