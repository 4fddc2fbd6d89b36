package dev.assay.runtime.pytorch;

import dev.assay.models.graph.Window;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;

/** The window operators as their definitions read, in double precision: the oracle of the tests. */
final class NaiveOperators {
    private NaiveOperators() {}

    /** What becomes of the elements under one window, padding being NaN. */
    interface Reduction {
        double of(double[] elements);
    }

    static double max(double[] elements) {
        double max = Double.NEGATIVE_INFINITY;
        for (double element : elements) {
            max = Double.isNaN(element) ? max : Math.max(max, element);
        }
        return max;
    }

    static double mean(double[] elements) {
        double sum = 0;
        int count = 0;
        for (double element : elements) {
            sum += Double.isNaN(element) ? 0 : element;
            count += Double.isNaN(element) ? 0 : 1;
        }
        return sum / count;
    }

    static Tensor pool(Tensor image, int kernelH, int kernelW, Window w, Reduction reduction) {
        int outH = extent(image.shape().dim(2), w.padTop() + w.padBottom(), kernelH, w.strideH());
        int outW = extent(image.shape().dim(3), w.padLeft() + w.padRight(), kernelW, w.strideW());
        int rows = image.shape().dim(0);
        int channels = image.shape().dim(1);
        float[] out = new float[rows * channels * outH * outW];
        int at = 0;
        for (int plane = 0; plane < rows * channels; plane++) {
            for (int y = 0; y < outH; y++) {
                for (int x = 0; x < outW; x++) {
                    out[at++] =
                            (float)
                                    reduction.of(
                                            under(
                                                    image,
                                                    plane,
                                                    y * w.strideH() - w.padTop(),
                                                    x * w.strideW() - w.padLeft(),
                                                    kernelH,
                                                    kernelW));
                }
            }
        }
        return Tensor.of(Shape.of(rows, channels, outH, outW), out);
    }

    static Tensor convolution(Tensor image, Tensor filters, Tensor bias, Window w) {
        Shape f = filters.shape();
        int channels = f.dim(1);
        int area = f.dim(2) * f.dim(3);
        int outH = extent(image.shape().dim(2), w.padTop() + w.padBottom(), f.dim(2), w.strideH());
        int outW = extent(image.shape().dim(3), w.padLeft() + w.padRight(), f.dim(3), w.strideW());
        int rows = image.shape().dim(0);
        float[] out = new float[rows * f.dim(0) * outH * outW];
        int at = 0;
        for (int row = 0; row < rows; row++) {
            for (int o = 0; o < f.dim(0); o++) {
                for (int i = 0; i < outH * outW; i++) {
                    double sum = bias.values()[o];
                    for (int c = 0; c < channels; c++) {
                        double[] elements =
                                under(
                                        image,
                                        row * channels + c,
                                        i / outW * w.strideH() - w.padTop(),
                                        i % outW * w.strideW() - w.padLeft(),
                                        f.dim(2),
                                        f.dim(3));
                        for (int k = 0; k < area; k++) {
                            double weight = filters.values()[(o * channels + c) * area + k];
                            sum += Double.isNaN(elements[k]) ? 0 : elements[k] * weight;
                        }
                    }
                    out[at++] = (float) sum;
                }
            }
        }
        return Tensor.of(Shape.of(rows, f.dim(0), outH, outW), out);
    }

    private static int extent(int extent, int pads, int kernel, int stride) {
        return (extent + pads - kernel) / stride + 1;
    }

    /** The elements of a plane under a window; NaN outside the plane. */
    private static double[] under(
            Tensor image, int plane, int top, int left, int kernelH, int kernelW) {
        int height = image.shape().dim(2);
        int width = image.shape().dim(3);
        double[] elements = new double[kernelH * kernelW];
        for (int k = 0; k < elements.length; k++) {
            int y = top + k / kernelW;
            int x = left + k % kernelW;
            boolean inside = y >= 0 && x >= 0 && y < height && x < width;
            elements[k] = inside ? image.values()[(plane * height + y) * width + x] : Double.NaN;
        }
        return elements;
    }
}
