package dev.assay.protocol.id;

/** Identifies an order: the digest of the payload that its tenant signed. */
public record OrderId(Digest digest) {
    /** Reads the form that {@link #toString} writes. */
    public static OrderId parse(String text) {
        return new OrderId(Digest.parse(text));
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
