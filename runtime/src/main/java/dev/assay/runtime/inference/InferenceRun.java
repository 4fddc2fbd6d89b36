package dev.assay.runtime.inference;

import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.pack.ModelManifest;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.protocol.job.Inference;

import java.util.NoSuchElementException;

/**
 * An inference job as a sequence of units: each {@link #next} runs one batch and keeps its output.
 * The caller decides between units whether to go on. Not thread-safe.
 */
public final class InferenceRun {
    private final LoadedModel model;
    private final ModelManifest manifest;
    private final Tensor rows;
    private final Inference work;
    private final float[] output;
    private int unit;

    /**
     * A run from the first unit.
     *
     * @param model stays its caller's
     * @param rows the input file's values, {@code [rows, columns]}
     */
    public InferenceRun(LoadedModel model, ModelManifest manifest, Tensor rows, Inference work)
            throws EngineException {
        if (rows.shape().dim(0) != work.rows()) {
            throw new EngineException(
                    EngineException.Code.BAD_INPUT,
                    "the input has "
                            + rows.shape().dim(0)
                            + " rows; the job spec says "
                            + work.rows());
        }
        if (work.rows() * manifest.output().shape().elements() > Integer.MAX_VALUE - 8) {
            throw new EngineException(
                    EngineException.Code.BAD_INPUT,
                    "the output does not fit one tensor; split the input file");
        }
        this.model = model;
        this.manifest = manifest;
        this.rows = rows;
        this.work = work;
        this.output = new float[(int) work.rows() * manifest.output().shape().elements()];
    }

    public boolean hasNext() {
        return unit < work.units();
    }

    /** Runs the next unit and returns its output. */
    public Tensor next() throws EngineException {
        if (!hasNext()) {
            throw new NoSuchElementException("all " + work.units() + " units are done");
        }
        int first = work.firstRow(unit);
        int count = work.rowsIn(unit);
        Tensor result = model.run(manifest.input(rows, first, count));
        System.arraycopy(
                result.values(),
                0,
                output,
                first * manifest.output().shape().elements(),
                result.values().length);
        unit++;
        return result;
    }

    /** Units finished. */
    public int units() {
        return unit;
    }

    /** Rows finished. */
    public long rows() {
        return Math.min(work.rows(), (long) unit * work.batch());
    }

    /** The whole output, once every unit is done. */
    public Tensor output() {
        if (hasNext()) {
            throw new IllegalStateException(
                    "only " + unit + " of " + work.units() + " units are done");
        }
        Shape shape = manifest.output().shape().withBatch((int) work.rows());
        return Tensor.of(shape, output);
    }
}
