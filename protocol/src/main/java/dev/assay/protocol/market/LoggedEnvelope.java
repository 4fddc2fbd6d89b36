package dev.assay.protocol.market;

/**
 * A signed envelope and where the market's transparency log holds it.
 *
 * @param envelope the DSSE envelope's bytes
 * @param index of its leaf
 */
public record LoggedEnvelope(Bytes envelope, long index) {
    public LoggedEnvelope {
        if (index < 0) {
            throw new IllegalArgumentException("an index in the log cannot be negative");
        }
    }
}
