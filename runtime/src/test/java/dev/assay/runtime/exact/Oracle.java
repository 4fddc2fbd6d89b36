package dev.assay.runtime.exact;

import dev.assay.models.graph.GradientOperator;
import dev.assay.models.graph.Operator;
import dev.assay.models.graph.UpdateOperator;
import dev.assay.models.graph.Window;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;

import java.util.List;

/** Every operator's definition as plain loops over single floats. */
final class Oracle {
    private Oracle() {}

    static Tensor compute(Operator operator, Tensor... in) {
        return switch (operator) {
            case Operator.MatMul _ -> matMul(in[0], in[1]);
            case Operator.Gemm(boolean a, boolean b) ->
                    matMul(a ? turned(in[0]) : in[0], b ? turned(in[1]) : in[1]);
            case Operator.Add _ -> broadcast(false, in[0], in[1]);
            case Operator.Mul _ -> broadcast(true, in[0], in[1]);
            case Operator.ReduceSum(List<Integer> axes) -> TrainingOracle.sum(in[0], axes);
            case Operator.Transpose(List<Integer> perm) -> TrainingOracle.transpose(in[0], perm);
            case Operator.SoftmaxCrossEntropyLoss _ -> TrainingOracle.loss(in[0], in[1]);
            case Operator.ConvTranspose back -> TrainingOracle.convTranspose(in[0], in[1], back);
            case Operator.Relu _ -> relu(in[0]);
            case Operator.Softmax _ -> softmax(in[0]);
            case Operator.Conv conv -> conv(in[0], in[1], in[2], conv.window());
            case Operator.MaxPool p -> pool(false, in[0], p.kernelH(), p.kernelW(), p.window());
            case Operator.AveragePool p -> pool(true, in[0], p.kernelH(), p.kernelW(), p.window());
            case Operator.Reshape reshape ->
                    Tensor.of(reshape.shape().withBatch(in[0].shape().dim(0)), in[0].values());
            case Operator.Flatten _ -> {
                Shape x = in[0].shape();
                yield Tensor.of(Shape.of(x.dim(0), x.elementsFrom(1)), in[0].values());
            }
            case GradientOperator gradient -> TrainingOracle.gradient(gradient, in);
            case UpdateOperator update -> TrainingOracle.update(update, in);
        };
    }

    private static Tensor matMul(Tensor a, Tensor b) {
        int m = a.shape().dim(0);
        int depth = a.shape().dim(1);
        int n = b.shape().dim(1);
        float[] c = new float[m * n];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                float sum = 0f;
                for (int k = 0; k < depth; k++) {
                    sum = Math.fma(a.values()[i * depth + k], b.values()[k * n + j], sum);
                }
                c[i * n + j] = sum;
            }
        }
        return Tensor.of(Shape.of(m, n), c);
    }

    private static Tensor turned(Tensor a) {
        return TrainingOracle.transpose(a, List.of(1, 0));
    }

    private static Tensor broadcast(boolean product, Tensor a, Tensor b) {
        float[] c = new float[a.values().length];
        int lead = a.shape().rank() - b.shape().rank();
        for (int i = 0; i < c.length; i++) {
            int at = 0;
            for (int axis = 0; axis < b.shape().rank(); axis++) {
                int index =
                        i / a.shape().elementsFrom(axis + lead + 1) % a.shape().dim(axis + lead);
                at = at * b.shape().dim(axis) + (b.shape().dim(axis) == 1 ? 0 : index);
            }
            float x = a.values()[i];
            c[i] = product ? x * b.values()[at] : x + b.values()[at];
        }
        return Tensor.of(a.shape(), c);
    }

    private static Tensor relu(Tensor x) {
        float[] y = x.values().clone();
        for (int i = 0; i < y.length; i++) {
            if (!Float.isNaN(y[i])) {
                y[i] = y[i] > 0f ? y[i] : 0f;
            }
        }
        return Tensor.of(x.shape(), y);
    }

    static Tensor softmax(Tensor x) {
        int columns = x.shape().dim(x.shape().rank() - 1);
        float[] y = new float[x.values().length];
        for (int row = 0; row < y.length; row += columns) {
            float max = Float.NEGATIVE_INFINITY;
            for (int c = 0; c < columns; c++) {
                max = Math.max(max, x.values()[row + c]);
            }
            float sum = 0f;
            for (int c = 0; c < columns; c++) {
                y[row + c] = exp(x.values()[row + c] - max);
                sum += y[row + c];
            }
            for (int c = 0; c < columns; c++) {
                y[row + c] /= sum;
            }
        }
        return Tensor.of(x.shape(), y);
    }

    static float exp(float argument) {
        float x = Math.min(Math.max(argument, -104f), 89f);
        float n = x * 0x1.715476p0f + 0x1.8p23f - 0x1.8p23f;
        float r = x - n * 0x1.63p-1f - n * -0x1.bd0106p-13f;
        float q =
                (((r * 0x1.6a23cep-10f + 0x1.123a2p-7f) * r + 0x1.5558f2p-5f) * r + 0x1.555492p-3f)
                                * r
                        + 0x1.fffffcp-2f;
        float e = r * r * q + r + 1f;
        int half = (int) n >> 1;
        return e * Math.scalb(1f, half) * Math.scalb(1f, (int) n - half);
    }

    private static Tensor conv(Tensor x, Tensor filters, Tensor bias, Window window) {
        int images = x.shape().dim(0);
        int channels = x.shape().dim(1);
        int outs = filters.shape().dim(0);
        int kernelH = filters.shape().dim(2);
        int kernelW = filters.shape().dim(3);
        int height =
                extent(
                        x.shape().dim(2),
                        window.padTop(),
                        window.padBottom(),
                        kernelH,
                        window.strideH());
        int width =
                extent(
                        x.shape().dim(3),
                        window.padLeft(),
                        window.padRight(),
                        kernelW,
                        window.strideW());
        float[] y = new float[images * outs * height * width];
        int at = 0;
        for (int n = 0; n < images; n++) {
            for (int o = 0; o < outs; o++) {
                for (int i = 0; i < height; i++) {
                    for (int j = 0; j < width; j++) {
                        float sum = 0f;
                        int w = o * channels * kernelH * kernelW;
                        for (int c = 0; c < channels; c++) {
                            for (int kh = 0; kh < kernelH; kh++) {
                                for (int kw = 0; kw < kernelW; kw++) {
                                    int h = i * window.strideH() + kh - window.padTop();
                                    int v = j * window.strideW() + kw - window.padLeft();
                                    float term = inside(x, h, v) ? element(x, n, c, h, v) : 0f;
                                    sum = Math.fma(term, filters.values()[w++], sum);
                                }
                            }
                        }
                        y[at++] = sum + bias.values()[o];
                    }
                }
            }
        }
        return Tensor.of(Shape.of(images, outs, height, width), y);
    }

    private static Tensor pool(boolean mean, Tensor x, int kernelH, int kernelW, Window window) {
        int height =
                extent(
                        x.shape().dim(2),
                        window.padTop(),
                        window.padBottom(),
                        kernelH,
                        window.strideH());
        int width =
                extent(
                        x.shape().dim(3),
                        window.padLeft(),
                        window.padRight(),
                        kernelW,
                        window.strideW());
        Shape shape = Shape.of(x.shape().dim(0), x.shape().dim(1), height, width);
        float[] y = new float[shape.elements()];
        for (int at = 0; at < y.length; at++) {
            int n = at / shape.elementsFrom(1);
            int c = at / (height * width) % shape.dim(1);
            float max = Float.NEGATIVE_INFINITY;
            float sum = 0f;
            int count = 0;
            for (int kh = 0; kh < kernelH; kh++) {
                for (int kw = 0; kw < kernelW; kw++) {
                    int h = at / width % height * window.strideH() + kh - window.padTop();
                    int w = at % width * window.strideW() + kw - window.padLeft();
                    if (inside(x, h, w)) {
                        max = Math.max(max, element(x, n, c, h, w));
                        sum += element(x, n, c, h, w);
                        count++;
                    }
                }
            }
            y[at] = mean ? sum / count : max;
        }
        return Tensor.of(shape, y);
    }

    static int extent(int size, int before, int after, int kernel, int stride) {
        return (size + before + after - kernel) / stride + 1;
    }

    static boolean inside(Tensor x, int h, int w) {
        return h >= 0 && w >= 0 && h < x.shape().dim(2) && w < x.shape().dim(3);
    }

    static float element(Tensor x, int n, int c, int h, int w) {
        return x.values()[
                ((n * x.shape().dim(1) + c) * x.shape().dim(2) + h) * x.shape().dim(3) + w];
    }
}
