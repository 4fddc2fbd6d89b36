package dev.assay.models.training;

import dev.assay.models.ModelException;
import dev.assay.models.ModelException.Code;
import dev.assay.models.pack.ModelManifest;
import dev.assay.models.pack.RowFormat;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A dataset in memory: rows of a model's input, each with the class it belongs to. Immutable. */
public final class LabelledRows {
    private static final int NONE = -1;

    private final ModelManifest manifest;
    private final Tensor values;
    private final int[] classes;

    private LabelledRows(ModelManifest manifest, Tensor values, int[] classes) {
        this.manifest = manifest;
        this.values = values;
        this.classes = classes;
    }

    /**
     * Rows whose labels are the manifest's; where it names none, the numbers of the classes from 0.
     */
    public static LabelledRows of(RowFormat.Rows rows, ModelManifest manifest)
            throws ModelException {
        if (rows.labels().isEmpty()) {
            throw new ModelException(
                    Code.BAD_FORMAT,
                    "the dataset has no labels; add one column with each row's class");
        }
        int count = manifest.output().shape().dim(1);
        List<String> names = manifest.labels();
        Map<String, Integer> numbers = new HashMap<>();
        for (int i = names.size() - 1; i >= 0; i--) {
            numbers.put(names.get(i), i);
        }
        int[] classes = new int[rows.count()];
        for (int row = 0; row < classes.length; row++) {
            String label = rows.labels().get(row);
            int index = names.isEmpty() ? number(label) : numbers.getOrDefault(label, NONE);
            if (index < 0 || index >= count) {
                throw new ModelException(
                        Code.BAD_FORMAT,
                        "row "
                                + (row + 1)
                                + ": the label '"
                                + label
                                + "' is none of the model's: "
                                + (names.isEmpty() ? "0 to " + (count - 1) : names));
            }
            classes[row] = index;
        }
        return new LabelledRows(manifest, rows.values(), classes);
    }

    /** A label as the number of a class, if it is one. */
    private static int number(String label) {
        return label.matches("[0-9]{1,9}") ? Integer.parseInt(label) : NONE;
    }

    public int count() {
        return classes.length;
    }

    /** Elements of a row, or classes if there are more of them. */
    int widest() {
        return Math.max(values.shape().dim(1), manifest.output().shape().dim(1));
    }

    /** The model's input for some rows. */
    Tensor inputs(int[] rows) {
        int columns = values.shape().dim(1);
        float[] batch = new float[rows.length * columns];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(values.values(), rows[i] * columns, batch, i * columns, columns);
        }
        return Tensor.of(manifest.input().shape().withBatch(rows.length), batch);
    }

    /** One-hot rows of the classes of some rows. */
    Tensor targets(int[] rows) {
        int count = manifest.output().shape().dim(1);
        float[] batch = new float[rows.length * count];
        for (int i = 0; i < rows.length; i++) {
            batch[i * count + classes[rows[i]]] = 1;
        }
        return Tensor.of(Shape.of(rows.length, count), batch);
    }
}
