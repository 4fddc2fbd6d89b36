package dev.assay.runtime.pytorch;

import dev.assay.models.ModelException;
import dev.assay.models.pack.RowFormat;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

/** Labelled images of 8 × 8 digits. Immutable. */
final class DigitRows {
    /** Number of labels: the ten digits. */
    static final int LABELS = 10;

    /** How a digit is written as a CSV row: 64 integers from 0 to 16. */
    static final RowFormat FORMAT = new RowFormat(64, 0, 16, 16);

    private static final int SIDE = 8;
    private static final int PIXELS = SIDE * SIDE;
    private static final double MAX_TURN = Math.toRadians(8);
    private static final double MAX_SCALE = 0.12;
    private static final double MAX_SHIFT = 0.6;

    private final Tensor images;
    private final int[] labels;

    private DigitRows(Tensor images, int[] labels) {
        this.images = images;
        this.labels = labels;
    }

    static DigitRows read(Path csv) throws ModelException {
        RowFormat.Rows rows = FORMAT.read(csv);
        if (rows.labels().isEmpty()) {
            throw new ModelException(
                    ModelException.Code.BAD_FORMAT, csv + ": the rows have no labels to learn");
        }
        int[] labels = new int[rows.count()];
        for (int row = 0; row < labels.length; row++) {
            String label = rows.labels().get(row);
            if (!label.matches("[0-9]")) {
                throw new ModelException(
                        ModelException.Code.BAD_FORMAT,
                        csv + ":" + (row + 1) + ": the label '" + label + "' is no digit");
            }
            labels[row] = label.charAt(0) - '0';
        }
        return of(rows.values().values(), labels);
    }

    private static DigitRows of(float[] pixels, int[] labels) {
        return new DigitRows(Tensor.of(Shape.of(labels.length, 1, SIDE, SIDE), pixels), labels);
    }

    /** {@code [rows, 1, 8, 8]}, from 0 (paper) to 1 (ink). */
    Tensor images() {
        return images;
    }

    int count() {
        return labels.length;
    }

    /** The rows from {@code first} to before {@code end}. */
    DigitRows slice(int first, int end) {
        return new DigitRows(
                images.rows(first, end - first), Arrays.copyOfRange(labels, first, end));
    }

    /** Rows {@code order[first..]}, each slightly turned, scaled and shifted at random. */
    DigitRows distorted(int[] order, int first, int count, Random random) {
        float[] pixels = new float[count * PIXELS];
        int[] chosen = new int[count];
        for (int i = 0; i < count; i++) {
            int row = order[first + i];
            distort(row, pixels, i * PIXELS, random);
            chosen[i] = labels[row];
        }
        return of(pixels, chosen);
    }

    private void distort(int row, float[] to, int offset, Random random) {
        double turn = between(random, MAX_TURN);
        double cos = Math.cos(turn) * (1 + between(random, MAX_SCALE));
        double sin = Math.sin(turn) * (1 + between(random, MAX_SCALE));
        double down = between(random, MAX_SHIFT);
        double right = between(random, MAX_SHIFT);
        double middle = (SIDE - 1) / 2.0;
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                double fromY = middle + cos * (y - middle) - sin * (x - middle) + down;
                double fromX = middle + sin * (y - middle) + cos * (x - middle) + right;
                to[offset + y * SIDE + x] = interpolated(row * PIXELS, fromY, fromX);
            }
        }
    }

    private float interpolated(int offset, double y, double x) {
        int top = (int) Math.floor(y);
        int left = (int) Math.floor(x);
        double dy = y - top;
        double dx = x - left;
        return (float)
                ((1 - dy)
                                * ((1 - dx) * pixel(offset, top, left)
                                        + dx * pixel(offset, top, left + 1))
                        + dy
                                * ((1 - dx) * pixel(offset, top + 1, left)
                                        + dx * pixel(offset, top + 1, left + 1)));
    }

    private float pixel(int offset, int y, int x) {
        return y < 0 || x < 0 || y >= SIDE || x >= SIDE
                ? 0
                : images.values()[offset + y * SIDE + x];
    }

    private static double between(Random random, double bound) {
        return (2 * random.nextDouble() - 1) * bound;
    }

    /** {@code [rows, 10]}: 1 in the column of a row's label, 0 elsewhere. */
    float[] oneHot() {
        float[] truth = new float[count() * LABELS];
        for (int row = 0; row < count(); row++) {
            truth[row * LABELS + labels[row]] = 1;
        }
        return truth;
    }

    /** The share of rows whose largest score is that of the label. */
    double accuracy(Tensor scores) {
        int right = 0;
        for (int row = 0; row < count(); row++) {
            int best = 0;
            for (int label = 1; label < LABELS; label++) {
                if (scores.values()[row * LABELS + label] > scores.values()[row * LABELS + best]) {
                    best = label;
                }
            }
            right += best == labels[row] ? 1 : 0;
        }
        return (double) right / count();
    }
}
