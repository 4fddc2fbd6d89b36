package dev.assay.protocol.id;

/**
 * Identifies a lease: the digest of the payload that the market signed, so that a receipt which
 * names its lease names its terms.
 */
public record LeaseId(Digest digest) {
    /** Reads the form that {@link #toString} writes. */
    public static LeaseId parse(String text) {
        return new LeaseId(Digest.parse(text));
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
