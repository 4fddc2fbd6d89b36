package dev.assay.protocol.json;

/**
 * What the tree of one document may take of the heap. The smallest values of JSON are a byte or two
 * of text and a hundred times that as objects, so a document that is made of nothing else is
 * refused before its tree is there. Documents whose values are digests, paths and names take one to
 * three times their text, and may be of any size; what is made of shorter values has the free part.
 * Not thread-safe.
 */
final class TreeBudget {
    /** Whatever the document's size: some thousand values. */
    static final int FREE = 128 << 10;

    /** For each byte of the document. */
    private static final int RATE = 3;

    private long left;

    TreeBudget(int bytes, int free) {
        left = free + (long) RATE * bytes;
    }

    /** Takes so many bytes; false when they are not there any more. */
    boolean pays(int bytes) {
        left -= bytes;
        return left >= 0;
    }
}
