package dev.assay.runtime.exact;

import dev.assay.models.graph.Window;
import dev.assay.models.tensor.Shape;
import dev.assay.runtime.exact.Workspace.Use;

import java.util.Arrays;
import java.util.Optional;

/**
 * Transposed convolution as a convolution of stride 1: the input's planes are spread out with zeros
 * between and around their elements, and every filter is turned by half a circle. No bias: −0 is
 * added, which changes no bit.
 */
final class ConvTransposeKernel implements Kernel {
    /** Elements of spread planes that are worked on together: a second-level cache. */
    private static final int GROUP = 1 << 17;

    private static final int COST = 16;

    private final int imagesPerBatch;
    private final Shape x;
    private final Shape filters;
    private final Window window;
    private final int height;
    private final int width;
    private final ConvKernel convolution;
    private final float[] turned;
    private final float[] nothing;

    /**
     * @param x shape of the input
     * @param y shape of the output
     */
    ConvTransposeKernel(Shape x, Shape filters, Shape y, Window window) {
        this.imagesPerBatch = x.batched() ? 1 : x.dim(0);
        this.x = x;
        this.filters = filters;
        this.window = window;
        int kernelH = filters.dim(2);
        int kernelW = filters.dim(3);
        this.height = y.dim(2) + kernelH - 1;
        this.width = y.dim(3) + kernelW - 1;
        this.convolution =
                new ConvKernel(
                        imagesPerBatch,
                        x.dim(1),
                        filters.dim(1),
                        new Patches(height, width, kernelH, kernelW, Window.of(1, 0)),
                        Optional.empty());
        this.turned = new float[filters.elements()];
        this.nothing = new float[filters.dim(1)];
        Arrays.fill(nothing, -0f);
    }

    @Override
    public void run(int rows, float[][] inputs, float[] output, Workspace workspace) {
        turn(inputs[1]);
        convolution.pack(turned);
        int images = rows * imagesPerBatch;
        int channels = x.dim(1);
        long imageSize = (long) channels * height * width;
        int group = Math.clamp(GROUP / imageSize, 1, images);
        for (int first = 0; first < images; first += group) {
            int count = Math.min(group, images - first);
            int planes = count * channels;
            float[] spread =
                    workspace.floats(
                            0, Use.SPREAD, Math.toIntExact(Math.multiplyExact(count, imageSize)));
            int begin = first * channels;
            workspace.forEach(
                    planes,
                    count * imageSize * COST,
                    (plane, worker) -> spread(inputs[0], begin + plane, spread, plane));
            convolution.convolve(spread, 0, first, count, nothing, output, workspace);
        }
    }

    /** {@code [O, C, KH, KW]} → {@code [C, O, KH, KW]}, kernels reversed. */
    private void turn(float[] weights) {
        int outs = filters.dim(0);
        int channels = filters.dim(1);
        int area = filters.elementsFrom(2);
        for (int o = 0; o < outs; o++) {
            for (int c = 0; c < channels; c++) {
                for (int k = 0; k < area; k++) {
                    turned[(c * outs + o) * area + k] =
                            weights[(o * channels + c) * area + area - 1 - k];
                }
            }
        }
    }

    private void spread(float[] input, int plane, float[] planes, int into) {
        int rows = x.dim(2);
        int columns = x.dim(3);
        int at = into * height * width;
        Arrays.fill(planes, at, at + height * width, 0f);
        int left = filters.dim(3) - 1 - window.padLeft();
        int begin = Math.max(0, Math.ceilDiv(-left, window.strideW()));
        int end = Math.min(columns, Math.ceilDiv(width - left, window.strideW()));
        for (int i = 0; i < rows; i++) {
            int h = i * window.strideH() + filters.dim(2) - 1 - window.padTop();
            if (h < 0 || h >= height) {
                continue;
            }
            int from = (plane * rows + i) * columns;
            int to = at + h * width + left;
            for (int j = begin; j < end; j++) {
                planes[to + j * window.strideW()] = input[from + j];
            }
        }
    }
}
