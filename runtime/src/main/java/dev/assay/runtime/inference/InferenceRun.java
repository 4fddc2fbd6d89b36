package dev.assay.runtime.inference;

import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.pack.Manifest;
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
    private final Manifest manifest;
    private final Tensor rows;
    private final Inference work;
    private float[] output = {};
    private int columns;
    private int unit;

    /**
     * A run from the first unit.
     *
     * @param model stays its caller's
     * @param rows the input file's values, {@code [rows, columns]}
     */
    public InferenceRun(LoadedModel model, Manifest manifest, Tensor rows, Inference work)
            throws EngineException {
        if (rows.shape().dim(0) != work.rows()) {
            throw bad(
                    "the input has "
                            + rows.shape().dim(0)
                            + " rows; the job spec says "
                            + work.rows());
        }
        this.model = model;
        this.manifest = manifest;
        this.rows = rows;
        this.work = work;
        if (manifest.outputColumns().isPresent()) {
            allocate(manifest.outputColumns().getAsInt());
        }
    }

    private void allocate(int width) throws EngineException {
        if (work.rows() * width > Integer.MAX_VALUE - 8) {
            throw bad("the output does not fit one tensor; split the input file");
        }
        columns = width;
        output = new float[(int) work.rows() * width];
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
        if (columns == 0) {
            allocate(result.shape().elementsFrom(1));
        }
        check(result, first, count);
        System.arraycopy(result.values(), 0, output, first * columns, result.values().length);
        unit++;
        return result;
    }

    /** An output file holds finite numbers only. */
    private void check(Tensor result, int first, int count) throws EngineException {
        String rowsRun = " for rows " + (first + 1) + " to " + (first + count);
        Shape expected = Shape.of(count, columns);
        if (!result.shape().equals(expected)) {
            throw bad("the model yields " + result.shape() + rowsRun + "; expected " + expected);
        }
        for (float value : result.values()) {
            if (!Float.isFinite(value)) {
                throw bad("the model yields " + value + rowsRun + "; an output must be finite");
            }
        }
    }

    private static EngineException bad(String problem) {
        return new EngineException(EngineException.Code.BAD_INPUT, problem);
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
        return Tensor.of(Shape.of((int) work.rows(), columns), output);
    }
}
