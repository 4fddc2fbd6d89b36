package dev.assay.models.tensor;

import dev.assay.protocol.id.Digest;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
        sha.update(DIGEST_DOMAIN);
        ByteBuffer chunk = ByteBuffer.allocate(4 * CHUNK).order(ByteOrder.LITTLE_ENDIAN);
        chunk.put((byte) 0).put((byte) shape.rank());
        shape.dims().forEach(chunk::putInt);
        sha.update(chunk.flip());
        for (int i = 0; i < values.length; i += CHUNK) {
            chunk.clear();
            int end = Math.min(values.length, i + CHUNK);
            for (int j = i; j < end; j++) {
                float v = values[j];
                chunk.putInt(Float.isNaN(v) ? CANONICAL_NAN : Float.floatToRawIntBits(v));
            }
            sha.update(chunk.flip());
        }
        return Digest.of(sha.digest());
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
