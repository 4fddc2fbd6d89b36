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

    @ParameterizedTest
    @MethodSource("good")
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

    @ParameterizedTest
    @MethodSource("bad")
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
                Arguments.of(FLATTEN, 1));
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
                .containsExactlyInAnyOrder(Operator.class.getPermittedSubclasses());
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
