package dev.assay.verification.keys;

import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.statement.KeyHolder;

/** Evidence that a key was valid at a log index. Only {@link KeyHistory#require} makes one. */
public final class ValidKey {
    private final KeyPeriod period;
    private final long index;

    ValidKey(KeyPeriod period, long index) {
        this.period = period;
        this.index = index;
    }

    /** Whom the key spoke for. */
    public KeyHolder holder() {
        return period.holder();
    }

    public VerifyingKey key() {
        return period.key();
    }

    /** Where in the log it was valid. */
    public long index() {
        return index;
    }
}
