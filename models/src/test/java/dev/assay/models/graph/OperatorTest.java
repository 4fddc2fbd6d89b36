package dev.assay.models.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.assay.models.ModelException;
import dev.assay.models.ModelException.Code;
import dev.assay.models.tensor.DType;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.TensorType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

final class OperatorTest {
    private static final int N = Shape.BATCH;
    private static final Window PLAIN = Window.of(1, 0);
    private static final Operator MAT_MUL = new Operator.MatMul();
    private static final Operator ADD = new Operator.Add();
    private static final Operator SOFTMAX = new Operator.Softmax();
    private static final Operator FLATTEN = new Operator.Flatten();
    private static final Operator LOSS = new Operator.SoftmaxCrossEntropyLoss();
    private static final Operator LOSS_GRAD = new GradientOperator.SoftmaxCrossEntropyLossGrad();
    private static final Operator CONV = new Operator.Conv(PLAIN);

    static Stream<Arguments> good() {
        return Stream.of(
                fits(MAT_MUL, f32(N, 3), f32(N, 4), f32(4, 3)),
                fits(MAT_MUL, f32(2, 3), f32(2, 4), f32(4, 3)),
                fits(ADD, f32(N, 3), f32(N, 3), f32(3)),
                fits(ADD, f32(N, 3), f32(N, 3), f32(N, 3)),
                fits(ADD, f32(N, 3), f32(N, 3), f32(1, 1)),
                fits(ADD, f32(N, 3, 2), f32(N, 3, 2), f32(3, 1)),
                fits(ADD, f32(2), f32(2), f32()),
                fits(new Operator.Relu(), f32(N, 1, 8, 8), f32(N, 1, 8, 8)),
                fits(SOFTMAX, f32(N, 10), f32(N, 10)),
                fits(SOFTMAX, f32(10), f32(10)),
                fits(CONV, f32(N, 5, 6, 7), f32(N, 3, 8, 8), f32(5, 3, 3, 2), f32(5)),
                fits(
                        new Operator.Conv(new Window(2, 3, 1, 0, 0, 2)),
                        f32(2, 5, 4, 3),
                        f32(2, 3, 8, 8),
                        f32(5, 3, 3, 3),
                        f32(5)),
                fits(CONV, f32(N, 1, 1, 1), f32(N, 1, 3, 3), f32(1, 1, 3, 3), f32(1)),
                fits(new Operator.MaxPool(2, 2, Window.of(2, 0)), f32(N, 3, 4, 4), f32(N, 3, 8, 9)),
                fits(
                        new Operator.AveragePool(3, 2, Window.of(1, 1)),
                        f32(N, 3, 8, 9),
                        f32(N, 3, 8, 8)),
                fits(new Operator.Reshape(Shape.of(N, 2, 6)), f32(N, 2, 6), f32(N, 12)),
                fits(new Operator.Reshape(Shape.of()), f32(), f32(1, 1)),
                fits(FLATTEN, f32(N, 24), f32(N, 2, 3, 4)),
                fits(FLATTEN, f32(N, 1), f32(N)));
    }

    static Stream<Arguments> goodInTraining() {
        Operator reluGrad = new GradientOperator.ReluGrad();
        return Stream.of(
                fits(gemm(false, false), f32(N, 3), f32(N, 4), f32(4, 3)),
                fits(gemm(false, true), f32(N, 3), f32(N, 4), f32(3, 4)),
                fits(gemm(true, false), f32(4, 3), f32(N, 4), f32(N, 3)),
                fits(gemm(true, true), f32(4, 3), f32(2, 4), f32(3, 2)),
                fits(new Operator.Mul(), f32(N, 3), f32(N, 3), f32()),
                fits(sum(0), f32(3, 2), f32(N, 3, 2)),
                fits(sum(1), f32(N, 2), f32(N, 3, 2)),
                fits(sum(0, 1), f32(), f32(N, 3)),
                fits(LOSS, f32(), f32(N, 10), f32(N, 10)),
                fits(
                        new Operator.ConvTranspose(new Window(2, 3, 1, 0, 0, 2), 1, 2),
                        f32(N, 3, 10, 12),
                        f32(N, 5, 5, 4),
                        f32(5, 3, 2, 3)),
                fits(new Operator.Transpose(List.of(0, 2, 1)), f32(N, 2, 3), f32(N, 3, 2)),
                fits(new Operator.Transpose(List.of()), f32(), f32()),
                fits(reluGrad, f32(N, 3), f32(N, 3), f32(N, 3)),
                fits(LOSS_GRAD, f32(N, 10), f32(), f32(N, 10), f32(N, 10)),
                fits(
                        new GradientOperator.ConvWeightGrad(3, 2, PLAIN),
                        f32(5, 3, 3, 2),
                        f32(N, 5, 6, 7),
                        f32(N, 3, 8, 8)),
                fits(
                        new GradientOperator.MaxPoolGrad(2, 2, Window.of(2, 0)),
                        f32(N, 3, 8, 9),
                        f32(N, 3, 4, 4),
                        f32(N, 3, 8, 9)),
                fits(
                        new GradientOperator.AveragePoolGrad(3, 2, Window.of(1, 1)),
                        f32(N, 3, 8, 8),
                        f32(N, 3, 8, 9),
                        f32(N, 3, 8, 8)),
                fits(new UpdateOperator.Momentum(), f32(2), f32(2), f32(2), f32()),
                fits(new UpdateOperator.GradientDescent(), f32(2), f32(2), f32(2), f32()),
                fits(new UpdateOperator.MovingAverage(), f32(), f32(), f32(), f32()),
                fits(new UpdateOperator.Adam(), f32(2), f32(2), f32(2), f32(2), f32(), f32()));
    }

    @ParameterizedTest
    @MethodSource({"good", "goodInTraining"})
    void infer_inputsThatFit_yieldsTheOutputType(
            Operator operator, TensorType output, List<TensorType> inputs) throws ModelException {
        assertThat(operator.infer(inputs)).isEqualTo(output);
    }

    static Stream<Arguments> bad() {
        int large = 1 << 16;
        return Stream.of(
                refused(MAT_MUL, "do not fit", f32(N, 4), f32(3, 4)),
                refused(MAT_MUL, "do not fit", f32(4, 1), f32(N, 3)),
                refused(MAT_MUL, "input 0 is [4]; it must have 2 axes", f32(4), f32(4, 3)),
                refused(MAT_MUL, "input 1 is [4]; it must have 2 axes", f32(N, 4), f32(4)),
                refused(MAT_MUL, "takes 2 inputs, got 1", f32(N, 4)),
                refused(MAT_MUL, "too large", f32(large, 1), f32(1, large)),
                refused(ADD, "do not fit", f32(N, 3), f32(2)),
                refused(ADD, "do not fit", f32(3), f32(1, 3)),
                refused(ADD, "do not fit", f32(1, 3), f32(N, 3)),
                refused(ADD, "do not fit", f32(2, 2, 3), f32(N, 3)),
                refused(SOFTMAX, "do not fit", f32(N)),
                refused(SOFTMAX, "do not fit", f32()),
                refused(CONV, "does not fit", f32(N, 1, 2, 8), f32(1, 1, 3, 3), f32(1)),
                refused(CONV, "does not fit", f32(N, 1, 8, 2), f32(1, 1, 3, 3), f32(1)),
                refused(CONV, "do not fit", f32(N, 2, 8, 8), f32(1, 1, 3, 3), f32(1)),
                refused(CONV, "do not fit", f32(N, 1, 8, 8), f32(2, 1, 3, 3), f32(3)),
                refused(CONV, "do not fit", f32(N, 1, 8, 8), f32(N, 1, 3, 3), f32(1)),
                refused(CONV, "do not fit", f32(N, 1, 8, 8), f32(1, 1, 3, 3), f32(N)),
                refused(CONV, "input 2", f32(N, 1, 8, 8), f32(2, 1, 3, 3), f32(2, 1)),
                refused(CONV, "input 0", f32(1, 8, 8), f32(1, 1, 3, 3), f32(1)),
                refused(CONV, "takes 3 inputs, got 2", f32(N, 1, 8, 8), f32(1, 1, 3, 3)),
                refused(pool(3, 0), "does not fit", f32(N, 1, 2, 8)),
                refused(pool(3, 0), "it must have 4 axes", f32(N, 64)),
                refused(pool(4096, 4095), "too large", f32(N, 7, 1 << 14, 1 << 14)),
                refused(pool(2, 1), "too large", f32(N, 1, Integer.MAX_VALUE, 1)),
                refused(new Operator.Reshape(Shape.of(N, 5)), "do not fit", f32(N, 6)),
                refused(new Operator.Reshape(Shape.of(6)), "do not fit", f32(N, 6)),
                refused(new Operator.Reshape(Shape.of(N, 6)), "do not fit", f32(6)),
                refused(FLATTEN, "do not fit", f32()));
    }

    static Stream<Arguments> badInTraining() {
        Operator turned = new Operator.Transpose(List.of(1, 0));
        Operator momentum = new UpdateOperator.Momentum();
        Operator weightGrad = new GradientOperator.ConvWeightGrad(3, 3, PLAIN);
        Operator maxGrad = new GradientOperator.MaxPoolGrad(2, 2, Window.of(2, 0));
        Operator back = new Operator.ConvTranspose(Window.of(2, 1), 0, 0);
        return Stream.of(
                refused(gemm(true, false), "do not fit", f32(N, 4), f32(4, 3)),
                refused(gemm(false, true), "do not fit", f32(2, 4), f32(N, 4)),
                refused(gemm(false, false), "do not fit", f32(2, 4), f32(3, 4)),
                refused(gemm(true, true), "must have 2 axes", f32(2), f32(3, 4)),
                refused(new Operator.Mul(), "do not fit", f32(N, 3), f32(2)),
                refused(sum(2), "do not fit", f32(N, 3)),
                refused(sum(), "do not fit", f32(N, 3)),
                refused(LOSS, "do not fit", f32(N, 3), f32(N, 4)),
                refused(LOSS, "must have 2 axes", f32(3), f32(3)),
                refused(turned, "do not fit", f32(N, 3)),
                refused(turned, "do not fit", f32(2, 3, 4)),
                refused(back, "do not fit", f32(N, 3, 2, 2), f32(2, 1, 2, 2)),
                refused(back, "do not fit", f32(N, 3, 2, 2), f32(N, 3, 2, 2)),
                refused(back, "not possible", f32(N, 3, 1, 1), f32(3, 1, 2, 2)),
                refused(back, "not possible", f32(N, 1, 1 << 30, 1), f32(1, 1, 3, 3)),
                refused(new GradientOperator.ReluGrad(), "do not fit", f32(N, 3), f32(3)),
                refused(LOSS_GRAD, "do not fit", f32(1), f32(N, 3), f32(N, 3)),
                refused(LOSS_GRAD, "do not fit", f32(), f32(N, 3), f32(3, 3)),
                refused(weightGrad, "do not fit", f32(N, 5, 6, 5), f32(N, 3, 8, 8)),
                refused(weightGrad, "do not fit", f32(N, 5, 6, 6), f32(2, 3, 8, 8)),
                refused(weightGrad, "does not fit", f32(N, 5, 6, 6), f32(N, 3, 2, 8)),
                refused(maxGrad, "do not fit", f32(N, 3, 4, 5), f32(N, 3, 8, 8)),
                refused(maxGrad, "must have 4 axes", f32(N, 3), f32(N, 3, 8, 8)),
                refused(momentum, "do not fit", f32(2), f32(3), f32()),
                refused(momentum, "do not fit", f32(2), f32(2), f32(1)));
    }

    @ParameterizedTest
    @MethodSource({"bad", "badInTraining"})
    void infer_inputsThatDoNotFit_namesOperatorAndProblem(
            Operator operator, String problem, List<TensorType> inputs) {
        assertRefused(operator, problem, inputs);
    }

    static Stream<Arguments> everyOperator() {
        return Stream.of(
                Arguments.of(MAT_MUL, 2),
                Arguments.of(ADD, 2),
                Arguments.of(new Operator.Relu(), 1),
                Arguments.of(SOFTMAX, 1),
                Arguments.of(CONV, 3),
                Arguments.of(pool(2, 0), 1),
                Arguments.of(new Operator.AveragePool(2, 2, PLAIN), 1),
                Arguments.of(new Operator.Reshape(Shape.of(1)), 1),
                Arguments.of(FLATTEN, 1),
                Arguments.of(gemm(true, false), 2),
                Arguments.of(new Operator.Mul(), 2),
                Arguments.of(sum(0), 1),
                Arguments.of(LOSS, 2),
                Arguments.of(new Operator.ConvTranspose(PLAIN, 0, 0), 2),
                Arguments.of(new Operator.Transpose(List.of(0)), 1),
                Arguments.of(new GradientOperator.ReluGrad(), 2),
                Arguments.of(LOSS_GRAD, 3),
                Arguments.of(new GradientOperator.ConvWeightGrad(1, 1, PLAIN), 2),
                Arguments.of(new GradientOperator.MaxPoolGrad(1, 1, PLAIN), 2),
                Arguments.of(new GradientOperator.AveragePoolGrad(1, 1, PLAIN), 2),
                Arguments.of(new UpdateOperator.Momentum(), 3),
                Arguments.of(new UpdateOperator.GradientDescent(), 3),
                Arguments.of(new UpdateOperator.MovingAverage(), 3),
                Arguments.of(new UpdateOperator.Adam(), 5));
    }

    @ParameterizedTest
    @MethodSource("everyOperator")
    void infer_i64OrWrongNumberOfInputs_isRefused(Operator operator, int count) {
        TensorType i64 = new TensorType(DType.I64, Shape.of(1, 1, 1, 1));
        assertRefused(operator, "only f32 is taken", Collections.nCopies(count, i64));
        assertRefused(operator, "inputs, got 0", List.of());
        assertRefused(operator, "got " + (count + 1), Collections.nCopies(count + 1, f32(1)));
    }

    @Test
    void everyOperator_listedHere_isEveryPermittedOne() {
        assertThat(everyOperator().<Class<?>>map(arguments -> arguments.get()[0].getClass()))
                .containsExactlyInAnyOrderElementsOf(permitted(Operator.class).toList());
    }

    private static Stream<Class<?>> permitted(Class<?> type) {
        return type.isSealed()
                ? Stream.of(type.getPermittedSubclasses()).flatMap(OperatorTest::permitted)
                : Stream.of(type);
    }

    @Test
    void attributes_outOfBounds_areRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> sum(1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> sum(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> sum(1, 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Operator.Transpose(List.of(0, 2)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Operator.ConvTranspose(Window.of(2, 0), 2, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Operator.ConvTranspose(PLAIN, 0, -1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new GradientOperator.ConvWeightGrad(0, 1, PLAIN));
    }

    @Test
    void window_outOfBounds_isRefused() {
        for (int stride : new int[] {0, -1, 4097}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new Window(1, stride, 0, 0, 0, 0))
                    .withMessageContaining("strides");
        }
        for (int pad : new int[] {-1, 4097}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new Window(1, 1, 0, 0, 0, pad))
                    .withMessageContaining("pads");
        }
    }

    @Test
    void pool_kernelOutOfBoundsOrWithinItsPads_isRefused() {
        for (int kernel : new int[] {0, -1, 4097}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> pool(kernel, 0))
                    .withMessageContaining("kernel");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Operator.AveragePool(2, 2, Window.of(1, 2)))
                .withMessageContaining("pads must be smaller than the kernel");
    }

    private static void assertRefused(Operator operator, String problem, List<TensorType> inputs) {
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> operator.infer(inputs))
                .satisfies(e -> assertThat(e.code()).isEqualTo(Code.BAD_GRAPH))
                .withMessageContaining(problem);
    }

    private static Operator pool(int kernel, int pad) {
        return new Operator.MaxPool(kernel, kernel, Window.of(1, pad));
    }

    private static Operator gemm(boolean transA, boolean transB) {
        return new Operator.Gemm(transA, transB);
    }

    private static Operator sum(Integer... axes) {
        return new Operator.ReduceSum(List.of(axes));
    }

    private static Arguments fits(Operator operator, TensorType output, TensorType... inputs) {
        return Arguments.of(operator, output, List.of(inputs));
    }

    private static Arguments refused(Operator operator, String problem, TensorType... inputs) {
        return Arguments.of(operator, problem, List.of(inputs));
    }

    private static TensorType f32(int... dims) {
        return TensorType.f32(dims);
    }
}
