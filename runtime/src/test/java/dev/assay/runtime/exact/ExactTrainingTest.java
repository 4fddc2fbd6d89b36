package dev.assay.runtime.exact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.assay.models.engine.LoadedModel;
import dev.assay.models.engine.Trace;
import dev.assay.models.graph.GradientOperator;
import dev.assay.models.graph.Graph;
import dev.assay.models.graph.Operator;
import dev.assay.models.graph.UpdateOperator;
import dev.assay.models.graph.Window;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.models.tensor.TensorType;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Each operator of a training step against {@link Oracle}, bit for bit, over seeded shapes and
 * values, with fixed shapes and with a batch axis.
 */
class ExactTrainingTest {
    private static final ExactEngine ENGINE = new ExactEngine(2);
    private static final int SEEDS = 100;

    @AfterAll
    static void close() {
        ENGINE.close();
    }

    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void gemm_anyShape_equalsNaiveLoops(boolean transA, boolean transB) throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            Seeded seeded = new Seeded(seed);
            int m = seeded.integer(1, 50);
            int k = seeded.integer(1, 90);
            int n = seeded.integer(1, 50);
            Tensor a = transA ? seeded.any(k, m) : seeded.any(m, k);
            Tensor b = transB ? seeded.finite(n, k) : seeded.finite(k, n);
            boolean bothBatched = transA && !transB;
            check(new Operator.Gemm(transA, transB), seed, bothBatched ? 3 : transA ? 0 : 1, a, b);
        }
        Seeded seeded = new Seeded(1);
        Tensor a = transA ? seeded.plain(1100, 70) : seeded.plain(70, 1100);
        Tensor b = transB ? seeded.plain(90, 1100) : seeded.plain(1100, 90);
        check(new Operator.Gemm(transA, transB), 1, 0, a, b);
    }

    @Test
    void gemm_batchesOfOtherSizesInTurn_equalNaiveLoops() throws Exception {
        Operator gemm = new Operator.Gemm(true, false);
        Graph graph =
                Graph.builder()
                        .input("a", TensorType.f32(Shape.BATCH, 3))
                        .input("b", TensorType.f32(Shape.BATCH, 4))
                        .node("c", gemm, "a", "b")
                        .build("c");
        try (LoadedModel model = ENGINE.load(graph, Map.of())) {
            for (int rows : new int[] {5, 700, 5, 1}) {
                Tensor a = new Seeded(rows).plain(rows, 3);
                Tensor b = new Seeded(rows + 1).plain(rows, 4);
                assertThat(model.run(List.of(a, b), Trace.OFF).getFirst().values())
                        .isEqualTo(Oracle.compute(gemm, a, b).values());
            }
        }
    }

    @Test
    void mul_anyBroadcast_equalsNaiveLoops() throws Exception {
        for (int seed = 0; seed < 2 * SEEDS; seed++) {
            Seeded seeded = new Seeded(seed);
            int[] dims = dims(seeded, 4);
            int[] other = new int[seeded.integer(0, dims.length)];
            for (int i = 0; i < other.length; i++) {
                other[i] = seeded.chance(0.4) ? 1 : dims[i + dims.length - other.length];
            }
            check(new Operator.Mul(), seed, 0, seeded.any(dims), seeded.any(other));
        }
    }

    @Test
    void reduceSum_anyAxes_equalsNaiveLoops() throws Exception {
        for (int seed = 0; seed < 2 * SEEDS; seed++) {
            Seeded seeded = new Seeded(seed);
            Tensor x = seeded.any(dims(seeded, 4));
            List<Integer> axes =
                    IntStream.range(0, x.shape().rank())
                            .filter(_ -> seeded.chance(0.5))
                            .boxed()
                            .toList();
            if (!axes.isEmpty()) {
                check(new Operator.ReduceSum(axes), seed, 1, x);
            }
        }
        check(new Operator.ReduceSum(List.of(0, 2, 3)), 0, 1, new Seeded(1).plain(64, 40, 8, 8));
    }

    @Test
    void transpose_anyOrder_equalsNaiveLoops() throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            Seeded seeded = new Seeded(seed);
            Tensor x = seeded.any(dims(seeded, 4));
            List<Integer> perm =
                    new java.util.ArrayList<>(
                            IntStream.range(0, x.shape().rank()).boxed().toList());
            Collections.shuffle(perm, new java.util.Random(seed));
            check(new Operator.Transpose(perm), seed, perm.getFirst() == 0 ? 1 : 0, x);
        }
    }

    @Test
    void crossEntropy_anyScores_equalsNaiveLoops() throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            Seeded seeded = new Seeded(seed);
            int rows = seeded.integer(1, 70);
            int columns = seeded.integer(1, 20);
            Tensor scores =
                    seeded.chance(0.5) ? seeded.plain(rows, columns) : seeded.any(rows, columns);
            Tensor targets = oneHot(seeded, rows, columns);
            check(new Operator.SoftmaxCrossEntropyLoss(), seed, 3, scores, targets);
            Operator gradient = new GradientOperator.SoftmaxCrossEntropyLossGrad();
            check(gradient, seed, 6, seeded.plain(), scores, targets);
        }
    }

    @Test
    void convTranspose_anyShape_equalsNaiveLoops() throws Exception {
        int checked = 0;
        for (int seed = 0; seed < 3 * SEEDS; seed++) {
            Seeded seeded = new Seeded(seed);
            Window window = window(seeded, 4, 4);
            int outs = seeded.integer(1, 9);
            int h = seeded.integer(1, 6);
            int w = seeded.integer(1, 9);
            Tensor dy = seeded.any(seeded.integer(1, 9), outs, h, w);
            Tensor filters =
                    seeded.finite(
                            outs,
                            seeded.integer(1, 20),
                            seeded.integer(1, 5),
                            seeded.integer(1, 5));
            int restH = seeded.integer(0, window.strideH() - 1);
            int restW = seeded.integer(0, window.strideW() - 1);
            Operator operator = new Operator.ConvTranspose(window, restH, restW);
            boolean possible =
                    (h - 1) * window.strideH() + filters.shape().dim(2) + restH
                                    > window.padTop() + window.padBottom()
                            && (w - 1) * window.strideW() + filters.shape().dim(3) + restW
                                    > window.padLeft() + window.padRight();
            if (possible) {
                check(operator, seed, 1, dy, filters);
                checked++;
            }
        }
        assertThat(checked).isGreaterThan(SEEDS);
        Seeded seeded = new Seeded(1);
        Operator groups = new Operator.ConvTranspose(Window.of(2, 1), 0, 1);
        check(groups, 1, 1, seeded.plain(19, 20, 12, 13), seeded.plain(20, 9, 3, 3));
    }

    @Test
    void convWeightGrad_anyShape_equalsNaiveLoops() throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            Seeded seeded = new Seeded(seed);
            int kernelH = seeded.integer(1, 5);
            int kernelW = seeded.integer(1, 5);
            Window window = window(seeded, 4, 4);
            Tensor x =
                    seeded.any(
                            seeded.integer(1, 20),
                            seeded.integer(1, 9),
                            seeded.integer(kernelH, 12),
                            seeded.integer(kernelW, 12));
            Tensor dy = seeded.any(windows(seeded.integer(1, 20), x, kernelH, kernelW, window));
            Operator operator = new GradientOperator.ConvWeightGrad(kernelH, kernelW, window);
            check(operator, seed, 3, dy, x);
        }
        Seeded seeded = new Seeded(1);
        Operator large = new GradientOperator.ConvWeightGrad(3, 3, Window.of(1, 1));
        check(large, 1, 3, seeded.plain(2, 33, 30, 31), seeded.plain(2, 40, 30, 31));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void poolGrad_anyShape_equalsNaiveLoops(boolean mean) throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            Seeded seeded = new Seeded(seed);
            int kernelH = seeded.integer(1, 4);
            int kernelW = seeded.integer(1, 4);
            Window window = window(seeded, kernelH - 1, kernelW - 1);
            int images = seeded.integer(1, 9);
            int channels = seeded.integer(1, 9);
            int height = seeded.integer(kernelH, 12);
            int width = seeded.integer(kernelW, 30);
            Tensor x = ties(seeded, seeded.any(images, channels, height, width));
            Tensor dy = seeded.any(windows(channels, x, kernelH, kernelW, window));
            Operator operator =
                    mean
                            ? new GradientOperator.AveragePoolGrad(kernelH, kernelW, window)
                            : new GradientOperator.MaxPoolGrad(kernelH, kernelW, window);
            check(operator, seed, 3, dy, x);
        }
    }

    @Test
    void maxPoolGrad_nothingButMinusInfinity_goesNowhere() throws Exception {
        float low = Float.NEGATIVE_INFINITY;
        Tensor x = Tensor.of(Shape.of(1, 1, 1, 4), new float[] {low, low, 2, 2});
        Tensor dy = Tensor.of(Shape.of(1, 1, 1, 2), new float[] {5, 7});
        Operator operator = new GradientOperator.MaxPoolGrad(1, 2, new Window(1, 2, 0, 0, 0, 0));
        check(operator, 0, 3, dy, x);
        assertThat(Oracle.compute(operator, dy, x).values()).containsExactly(0, 0, 7, 0);
    }

    @Test
    void reluGradAndUpdates_anyValues_equalNaiveLoops() throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            Seeded seeded = new Seeded(seed);
            int[] dims = dims(seeded, 3);
            Tensor x = seeded.any(dims);
            Tensor a = seeded.any(dims);
            Tensor h = seeded.any(dims);
            Tensor scalar = seeded.plain();
            check(new GradientOperator.ReluGrad(), seed, 3, a, x);
            check(new UpdateOperator.Momentum(), seed, 0, x, a, scalar);
            check(new UpdateOperator.GradientDescent(), seed, 0, x, a, scalar);
            check(new UpdateOperator.MovingAverage(), seed, 0, x, a, scalar);
            check(new UpdateOperator.Adam(), seed, 0, x, a, h, scalar, seeded.plain());
        }
    }

    @Test
    void log_floatsFromOneOn_areWithinOneUlp() {
        double worst = 0;
        for (int bits = Float.floatToIntBits(1f);
                bits < Float.floatToIntBits(0x1p20f);
                bits += 97) {
            float x = Float.intBitsToFloat(bits);
            double exact = StrictMath.log(x);
            double ulp = Math.ulp((float) exact);
            worst = Math.max(worst, Math.abs(Log.of(x) - exact) / ulp);
        }
        assertThat(worst).isLessThan(1);
        assertThat(Log.of(1f)).isEqualTo(0f);
        assertThat(Log.of(0f)).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(Log.of(Float.POSITIVE_INFINITY)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(Log.of(-1f)).isNaN();
        assertThat(Log.of(Float.NaN)).isNaN();
        assertThat(Log.of(Float.MIN_VALUE))
                .isCloseTo((float) StrictMath.log(Float.MIN_VALUE), within(0x1p-16f));
    }

    /** Sets about half of the values to one of three, so that windows have several largest. */
    private static Tensor ties(Seeded seeded, Tensor x) {
        for (int i = 0; i < x.values().length; i++) {
            if (seeded.chance(0.5)) {
                x.values()[i] = seeded.integer(0, 2);
            }
        }
        return x;
    }

    private static Tensor oneHot(Seeded seeded, int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int row = 0; row < rows; row++) {
            values[row * columns + seeded.integer(0, columns - 1)] = 1;
        }
        return Tensor.of(Shape.of(rows, columns), values);
    }

    private static int[] dims(Seeded seeded, int most) {
        int[] dims = new int[seeded.integer(1, most)];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = seeded.integer(1, 19);
        }
        return dims;
    }

    private static int[] windows(int channels, Tensor x, int kernelH, int kernelW, Window w) {
        int height = x.shape().dim(2) + w.padTop() + w.padBottom() - kernelH;
        int width = x.shape().dim(3) + w.padLeft() + w.padRight() - kernelW;
        return new int[] {
            x.shape().dim(0), channels, height / w.strideH() + 1, width / w.strideW() + 1
        };
    }

    private static Window window(Seeded seeded, int maxPadH, int maxPadW) {
        return new Window(
                seeded.integer(1, 3),
                seeded.integer(1, 3),
                seeded.integer(0, maxPadH),
                seeded.integer(0, maxPadW),
                seeded.integer(0, maxPadH),
                seeded.integer(0, maxPadW));
    }

    /**
     * Runs one operator with fixed shapes, and again with a batch axis where it takes one.
     *
     * @param batched bit i set: input i can have a batch axis
     */
    private static void check(Operator operator, int seed, int batched, Tensor... operands)
            throws Exception {
        Tensor expected = Oracle.compute(operator, operands);
        String what = operator + " " + seed;
        assertThat(run(operator, 0, operands).shape()).as(what).isEqualTo(expected.shape());
        assertThat(run(operator, 0, operands).values()).as(what).isEqualTo(expected.values());
        if (batched != 0) {
            Tensor actual = run(operator, batched, operands);
            assertThat(actual.shape()).as(what).isEqualTo(expected.shape());
            assertThat(actual.values()).as(what).isEqualTo(expected.values());
        }
    }

    private static Tensor run(Operator operator, int batched, Tensor... operands) throws Exception {
        Graph.Builder graph = Graph.builder();
        String[] names = new String[operands.length];
        for (int i = 0; i < operands.length; i++) {
            names[i] = "x" + i;
            int[] dims = operands[i].shape().dims().stream().mapToInt(Integer::intValue).toArray();
            if ((batched >> i & 1) == 1) {
                dims[0] = Shape.BATCH;
            }
            graph.input(names[i], TensorType.f32(dims));
        }
        try (LoadedModel model =
                ENGINE.load(graph.node("y", operator, names).build("y"), Map.of())) {
            return model.run(List.of(operands), Trace.OFF).getFirst();
        }
    }
}
