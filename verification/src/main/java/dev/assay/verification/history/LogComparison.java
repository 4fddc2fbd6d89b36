package dev.assay.verification.history;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.KeyId;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.audit.Clause;
import dev.assay.verification.log.LogLeaf;
import dev.assay.verification.log.LogReader;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The statements of a history beside the log that is to hold them, in the log's order. Every tile
 * of hashes that is needed is read once and leads to the signed root; the entries themselves are
 * read only where the history has none, to see whose they are. Not thread-safe.
 */
final class LogComparison {
    /** Where a statement stands in the log. */
    enum Place {
        /** The log holds it there. */
        HELD,
        /** The log holds another there, or has no such entry. */
        NOT_HELD
    }

    private final LogReader log;
    private final Findings findings;
    private long next;
    private long tileFirst = -1;
    private byte[] tile = new byte[0];
    private long lacking;
    private long others;

    LogComparison(LogReader log, Findings findings) {
        this.log = log;
        this.findings = findings;
    }

    /** How many entries the log has, by its checkpoint. */
    long size() {
        return log.checkpoint().size();
    }

    /** How many entries so far are due in the history and are not in it. */
    long lacking() {
        return lacking;
    }

    /** How many other entries so far are not in the history. */
    long others() {
        return others;
    }

    /** Whether a statement comes after those before it; told when it does not. */
    boolean advances(CheckedLine.Signed line) {
        if (line.index() >= next) {
            return true;
        }
        findings.refuted(
                Clause.LOG_ORDER,
                HistoryLayout.line(line.number()),
                "index",
                "entry " + line.index() + " after entry " + (next - 1));
        return false;
    }

    /**
     * Compares the next statement, which {@link #advances}, and looks at the log's entries before
     * it that the history does not have.
     *
     * @param due whether what this key signed must be in the history
     */
    Place compare(CheckedLine.Signed line, Predicate<KeyId> due) throws VerificationException {
        long end = Math.min(line.index(), size());
        skipTo(end, due);
        next = Math.min(line.index(), Long.MAX_VALUE - 1) + 1;
        String place = HistoryLayout.line(line.number());
        if (line.index() >= size()) {
            findings.refuted(
                    Clause.INCLUSION,
                    place,
                    "index",
                    "the log's checkpoint has " + size() + " entries, none at " + line.index());
            return Place.NOT_HELD;
        }
        if (!holds(line.index(), line.leafHash())) {
            findings.refuted(
                    Clause.INCLUSION,
                    place,
                    "index",
                    "is not what the log holds as entry " + line.index());
            return Place.NOT_HELD;
        }
        return Place.HELD;
    }

    /** Looks at the entries after the history's last. */
    void finish(Predicate<KeyId> due) throws VerificationException {
        skipTo(size(), due);
    }

    private boolean holds(long index, Digest leafHash) throws VerificationException {
        if (tileFirst < 0 || index < tileFirst || index >= tileFirst + tile.length / Digest.BYTES) {
            tileFirst = index;
            tile = log.leafHashes(index);
        }
        int at = (int) (index - tileFirst) * Digest.BYTES;
        return Arrays.equals(leafHash.bytes(), 0, Digest.BYTES, tile, at, at + Digest.BYTES);
    }

    private void skipTo(long end, Predicate<KeyId> due) throws VerificationException {
        while (next < end) {
            List<byte[]> leaves = log.leaves(next);
            for (byte[] leaf : leaves) {
                if (next == end) {
                    return;
                }
                missing(next, leaf, due);
                next++;
            }
        }
    }

    private void missing(long index, byte[] leaf, Predicate<KeyId> due) {
        Optional<KeyId> signer = LogLeaf.named(leaf);
        if (signer.filter(due).isEmpty()) {
            others++;
            return;
        }
        lacking++;
        findings.unchecked(
                Clause.COMPLETENESS,
                HistoryLayout.LOG,
                "entry " + index,
                "names key "
                        + signer.get().brief()
                        + ", the provider's or a recovery key of its or the market's, and is not in"
                        + " the history");
    }

    /** Whether a refusal is about the log's own files, which then refute the history. */
    static boolean isOfTheLog(VerificationException e) {
        return e.code() == Code.LOG_CORRUPT
                || e.code() == Code.BAD_PROOF
                || e.code() == Code.BAD_CHECKPOINT;
    }
}
