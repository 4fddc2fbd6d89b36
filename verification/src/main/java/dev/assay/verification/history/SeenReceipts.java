package dev.assay.verification.history;

import dev.assay.protocol.id.Digest;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Which receipts of one lease there were: the sequence number of each and the first 8 bytes of its
 * digest, enough to tell a repeated receipt from a second one in its place. Not thread-safe.
 */
final class SeenReceipts {
    /** What there is in the place of a receipt. */
    enum Likeness {
        SAME,
        OTHER,
        NONE
    }

    private long[] sequences = new long[16];
    private long[] prefixes = new long[16];
    private int count;

    /** Adds a receipt whose number is above all those before. */
    void add(long sequence, Digest digest) {
        if (count == sequences.length) {
            sequences = Arrays.copyOf(sequences, 2 * count);
            prefixes = Arrays.copyOf(prefixes, 2 * count);
        }
        sequences[count] = sequence;
        prefixes[count++] = prefix(digest);
    }

    /** What there is with this number. */
    Likeness like(long sequence, Digest digest) {
        int at = Arrays.binarySearch(sequences, 0, count, sequence);
        if (at < 0) {
            return Likeness.NONE;
        }
        return prefixes[at] == prefix(digest) ? Likeness.SAME : Likeness.OTHER;
    }

    private static long prefix(Digest digest) {
        return ByteBuffer.wrap(digest.bytes()).getLong();
    }
}
