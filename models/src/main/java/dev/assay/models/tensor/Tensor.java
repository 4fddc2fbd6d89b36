package dev.assay.models.tensor;

import dev.assay.protocol.id.Digest;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Objects;

/**
 * A dense fp32 tensor in row-major order. The values are shared, not copied, with whoever made it:
 * a tensor handed over is not written again.
 */
public final class Tensor {
    private static final byte[] DIGEST_DOMAIN =
            "assay tensor v1\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    private static final int CANONICAL_NAN = 0x7fc00000;
    private static final int CHUNK = 2048;

    private final Shape shape;
    private final float[] values;

    private Tensor(Shape shape, float[] values) {
        this.shape = shape;
        this.values = values;
    }

    /** A tensor over {@code values}, which must have exactly the elements of {@code shape}. */
    public static Tensor of(Shape shape, float[] values) {
        if (shape.batched() || shape.elements() != values.length) {
            throw new IllegalArgumentException(
                    values.length + " values do not fill a tensor of shape " + shape);
        }
        return new Tensor(shape, values);
    }

    public Shape shape() {
        return shape;
    }

    public TensorType type() {
        return new TensorType(DType.F32, shape);
    }

    /** The values themselves, row-major; not to be written. */
    public float[] values() {
        return values;
    }

    /** A copy of {@code count} rows (indices of axis 0) from {@code first} on. */
    public Tensor rows(int first, int count) {
        Objects.checkFromIndexSize(first, count, shape.dim(0));
        int row = shape.elementsFrom(1);
        int[] dims = shape.dims().stream().mapToInt(Integer::intValue).toArray();
        dims[0] = count;
        return new Tensor(
                Shape.of(dims), Arrays.copyOfRange(values, first * row, (first + count) * row));
    }

    /**
     * SHA-256 over the type and the values, with every NaN written as 0x7fc00000 because its
     * payload differs between processors.
     *
     * <pre>
     * "assay tensor v1\n"  u8 dtype (0 = f32)  u8 rank  rank × u32LE dimension  elements × f32LE
     * </pre>
     */
    public Digest digest() {
        MessageDigest sha = Digest.sha256();
        int header = DIGEST_DOMAIN.length + 2 + Integer.BYTES * shape.rank();
        int room = Math.max(header, Float.BYTES * Math.min(values.length, CHUNK));
        ByteBuffer buffer = ByteBuffer.allocate(room).order(ByteOrder.LITTLE_ENDIAN);
        buffer.put(DIGEST_DOMAIN).put((byte) 0).put((byte) shape.rank());
        shape.dims().forEach(buffer::putInt);
        sha.update(buffer.flip());
        FloatBuffer chunk = buffer.clear().asFloatBuffer();
        for (int begin = 0; begin < values.length; begin += CHUNK) {
            int count = Math.min(values.length - begin, CHUNK);
            chunk.clear().put(values, begin, count);
            canonicaliseNaNs(begin, count, buffer);
            sha.update(buffer.array(), 0, Float.BYTES * count);
        }
        return Digest.of(sha.digest());
    }

    /** Overwrites each NaN of a chunk; most chunks have none. */
    private void canonicaliseNaNs(int begin, int count, ByteBuffer chunk) {
        for (int i = 0; i < count; i++) {
            if (Float.isNaN(values[begin + i])) {
                chunk.putInt(Float.BYTES * i, CANONICAL_NAN);
            }
        }
    }

    /** Whether every bit of every value is the same, all NaNs being one. */
    public boolean sameBits(Tensor other) {
        return shape.equals(other.shape) && Arrays.equals(values, other.values);
    }

    @Override
    public String toString() {
        return type().toString();
    }
}
