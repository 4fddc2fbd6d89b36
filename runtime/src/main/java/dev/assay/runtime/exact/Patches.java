package dev.assay.runtime.exact;

import dev.assay.models.graph.Window;

import java.util.Arrays;

/**
 * Where a sliding window reads: the geometry that convolution and pooling share.
 *
 * <p>Images are first copied into planes with their padding written out. Then the element under tap
 * {@code (kh, kw)} of the window for output {@code (oh, ow)} is at {@code origin(oh, ow) + tap(kh,
 * kw)} of its plane, and no reader needs to ask whether it is inside.
 */
final class Patches {
    private static final int PAD_GRAIN = 1 << 14;

    /** The cost of padding an element, in multiply-adds. */
    private static final int PADDING = 16;

    private final int height;
    private final int width;
    private final int kernelH;
    private final int kernelW;
    private final Window window;
    private final int padTop;
    private final int padLeft;
    private final int paddedWidth;
    private final int planeSize;
    private final int[] origins;
    private final int[] taps;

    /**
     * @throws ArithmeticException when a padded plane has more elements than an array can
     */
    Patches(int height, int width, int kernelH, int kernelW, Window window) {
        this.height = height;
        this.width = width;
        this.kernelH = kernelH;
        this.kernelW = kernelW;
        this.window = window;
        this.padTop = window.padTop();
        this.padLeft = window.padLeft();
        int paddedHeight = height + padTop + window.padBottom();
        this.paddedWidth = width + padLeft + window.padRight();
        this.planeSize = Math.multiplyExact(paddedHeight, paddedWidth);
        this.origins =
                grid(
                        (paddedHeight - kernelH) / window.strideH() + 1,
                        (paddedWidth - kernelW) / window.strideW() + 1,
                        window.strideH() * paddedWidth,
                        window.strideW());
        this.taps = grid(kernelH, kernelW, paddedWidth, 1);
    }

    private static int[] grid(int rows, int columns, int down, int right) {
        int[] offsets = new int[Math.multiplyExact(rows, columns)];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = i / columns * down + i % columns * right;
        }
        return offsets;
    }

    /** Offsets of the windows' first elements in a plane, in the outputs' order. */
    int[] origins() {
        return origins;
    }

    /** Offsets of a window's elements from its first one, kh before kw. */
    int[] taps() {
        return taps;
    }

    /** Elements of a plane without its padding. */
    int imageSize() {
        return height * width;
    }

    /** Elements of a plane with its padding. */
    int planeSize() {
        return planeSize;
    }

    /** Whether planes are the same with and without padding. */
    boolean unpadded() {
        return planeSize == height * width;
    }

    /** How many elements of the image, padding not counted, are under the window of each output. */
    float[] counts() {
        int columns = (paddedWidth - kernelW) / window.strideW() + 1;
        float[] counts = new float[origins.length];
        for (int i = 0; i < counts.length; i++) {
            int top = i / columns * window.strideH() - padTop;
            int left = i % columns * window.strideW() - padLeft;
            counts[i] = inside(top, kernelH, height) * inside(left, kernelW, width);
        }
        return counts;
    }

    /** How many of the {@code count} indices from {@code first} on are indices of an extent. */
    private static int inside(int first, int count, int extent) {
        return Math.min(first + count, extent) - Math.max(first, 0);
    }

    /** Image planes from {@code first} on with zeros around them, in scratch memory of worker 0. */
    float[] padded(float[] image, int first, int planes, Workspace workspace) {
        float[] padded =
                workspace.floats(0, Workspace.Use.PADDED, Math.multiplyExact(planes, planeSize));
        workspace.forRanges(
                planes,
                Math.max(1, PAD_GRAIN / planeSize),
                (long) planes * planeSize * PADDING,
                (begin, end, worker) ->
                        pad(
                                image,
                                (first + begin) * imageSize(),
                                end - begin,
                                0f,
                                padded,
                                begin * planeSize));
        return padded;
    }

    /** Copies {@code count} planes to where their images lie, leaving their padding out. */
    void unpad(float[] planes, int planesAt, int count, float[] image, int imageAt) {
        for (int plane = 0; plane < count; plane++) {
            int from = planesAt + plane * planeSize + padTop * paddedWidth + padLeft;
            int to = imageAt + plane * imageSize();
            for (int row = 0; row < height; row++) {
                System.arraycopy(planes, from + row * paddedWidth, image, to + row * width, width);
            }
        }
    }

    /** Copies {@code count} image planes, surrounding each by {@code fill}. */
    void pad(float[] image, int imageAt, int count, float fill, float[] planes, int planesAt) {
        Arrays.fill(planes, planesAt, planesAt + count * planeSize, fill);
        for (int plane = 0; plane < count; plane++) {
            int from = imageAt + plane * imageSize();
            int to = planesAt + plane * planeSize + padTop * paddedWidth + padLeft;
            for (int row = 0; row < height; row++) {
                System.arraycopy(image, from + row * width, planes, to + row * paddedWidth, width);
            }
        }
    }
}
