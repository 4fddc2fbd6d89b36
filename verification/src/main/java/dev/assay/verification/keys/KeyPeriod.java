package dev.assay.verification.keys;

import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.statement.KeyHolder;

import java.util.Optional;

/**
 * The part of a log in which a key is valid: the indexes from the statement that began it, up to
 * and without the one that ended it.
 *
 * @param from index of its registration, or of the rotation to it
 */
public record KeyPeriod(KeyHolder holder, VerifyingKey key, long from, Optional<End> end) {
    /** How a key ends. */
    public enum Ending {
        /** Another key took its place. */
        ROTATED,
        REVOKED
    }

    /** The end of a key, by the statement at this index. */
    public record End(long index, Ending how) {}

    /** Whether the key is valid at an index. */
    public boolean covers(long index) {
        return from <= index && (end.isEmpty() || index < end.get().index());
    }

    KeyPeriod endedAt(long index, Ending how) {
        return new KeyPeriod(holder, key, from, Optional.of(new End(index, how)));
    }
}
