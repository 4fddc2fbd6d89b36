package dev.assay.models.onnx;

/**
 * What the parts of one file may take of the heap, and what is made of them. A node without a field
 * is two bytes of a file and a kilobyte as objects; a model's nodes stand beside weights that are
 * many times as much. So a file pays for its parts with its size, and some thousand nodes are free.
 * Not thread-safe.
 */
final class ReadBudget {
    /** Bytes of heap, with what importing makes of a part. */
    static final int NODE = 2_500;

    static final int ATTRIBUTE = 400;
    static final int VALUE = 400;
    static final int TENSOR = 1_000;

    /** A text or a number in a list. */
    static final int ENTRY = 64;

    private static final int FREE = 8 << 20;
    private static final int RATE = 4;

    private final long size;
    private long left;

    ReadBudget(long size) {
        this.size = size;
        left = FREE + RATE * size;
    }

    /** Takes so many bytes. */
    void pay(int bytes) throws MalformedOnnxException {
        left -= bytes;
        if (left < 0) {
            throw new MalformedOnnxException(
                    "too many nodes, attributes and numbers for a file of " + size + " bytes");
        }
    }
}
