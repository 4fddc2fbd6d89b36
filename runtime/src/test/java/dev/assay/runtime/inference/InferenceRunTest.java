package dev.assay.runtime.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.engine.Trace;
import dev.assay.models.pack.RowFormat;
import dev.assay.models.pack.ScriptManifest;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.EngineName;
import dev.assay.protocol.job.Inference;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

/** Runs of a model that does not say beforehand how wide its output is. */
final class InferenceRunTest {
    private static final Digest ANY = Digest.sha256(new byte[0]);
    private static final ScriptManifest MANIFEST =
            new ScriptManifest("any", ANY, RowFormat.ofNumbers(2));
    private static final Inference WORK = new Inference(ANY, ANY, 3, EngineName.PYTORCH, 2);
    private static final Tensor ROWS = Tensor.of(Shape.of(3, 2), new float[] {1, 2, 3, 4, 5, 6});

    @Test
    void outputOfUnknownWidth_isAsWideAsTheFirstUnits() throws Exception {
        InferenceRun run = new InferenceRun(yields(first(1), first(1)), MANIFEST, ROWS, WORK);
        run.next();
        run.next();
        assertThat(run.output().shape()).isEqualTo(Shape.of(3, 1));
        assertThat(run.output().values()).containsExactly(1, 3, 5);
    }

    @Test
    void outputOfAnotherWidthInALaterUnit_isRefused() throws Exception {
        InferenceRun run = new InferenceRun(yields(first(2), first(1)), MANIFEST, ROWS, WORK);
        run.next();
        assertThatThrownBy(run::next)
                .isInstanceOf(EngineException.class)
                .hasMessage("the model yields [1, 1] for rows 3 to 3; expected [1, 2]");
    }

    /** An auditor could not read it, and would fail the provider for what is the model's doing. */
    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.NEGATIVE_INFINITY})
    void outputThatIsNotFinite_isRefused(float value) throws Exception {
        Step step = _ -> Tensor.of(Shape.of(2, 1), new float[] {1, value});
        InferenceRun run = new InferenceRun(yields(step), MANIFEST, ROWS, WORK);
        assertThatThrownBy(run::next)
                .isInstanceOf(EngineException.class)
                .hasMessage(
                        "the model yields " + value + " for rows 1 to 2; an output must be finite");
    }

    private interface Step {
        Tensor of(Tensor input);
    }

    /** The first columns of the input. */
    private static Step first(int columns) {
        return input -> {
            int rows = input.shape().dim(0);
            float[] values = new float[rows * columns];
            for (int i = 0; i < values.length; i++) {
                values[i] = input.values()[i / columns * 2 + i % columns];
            }
            return Tensor.of(Shape.of(rows, columns), values);
        };
    }

    /** A model that takes these steps, the next one with each call. */
    private static LoadedModel yields(Step... steps) {
        return new LoadedModel() {
            private int calls;

            @Override
            public List<Tensor> run(List<Tensor> inputs, Trace trace) {
                return List.of(steps[calls++].of(inputs.getFirst()));
            }

            @Override
            public void close() {}
        };
    }
}
