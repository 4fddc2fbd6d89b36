package dev.assay.verification.history;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.KeyId;
import dev.assay.verification.audit.Clause;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.Predicate;

/** A line of a history after everything was checked that takes the line alone. */
sealed interface CheckedLine {
    /** Its number in the file, from 1. */
    long number();

    /**
     * A statement that its key signed.
     *
     * @param index where the log is to hold it
     * @param leafHash the hash of its leaf
     * @param digest SHA-256 of the statement: its identity
     */
    record Signed(
            long number,
            long index,
            Envelope envelope,
            Digest leafHash,
            Digest digest,
            Predicate predicate)
            implements CheckedLine {
        KeyId signer() {
            return envelope.keyId();
        }
    }

    /**
     * A line that counts for nothing.
     *
     * @param index where it says that the log holds it; -1 when that cannot be read either
     */
    record Refused(long number, long index, Clause clause, String field, String message)
            implements CheckedLine {}
}
