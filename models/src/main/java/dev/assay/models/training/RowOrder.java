package dev.assay.models.training;

import java.util.Arrays;

/**
 * Which rows each step takes. Every epoch goes through the rows in an order of its own: a
 * permutation by Fisher and Yates, from the last place down, drawn from the stream "training order"
 * of the order seed and the epoch. A step takes the next {@code batch} rows; the rows at the end of
 * an epoch that fill no batch are left out of it. So any step's rows are known without those
 * before. Not thread-safe.
 */
final class RowOrder {
    private static final int NONE = -1;

    private final long seed;
    private final int batch;
    private final int[] order;
    private final int stepsPerEpoch;
    private int epoch = NONE;

    RowOrder(long seed, int rows, int batch) {
        this.seed = seed;
        this.batch = batch;
        this.order = new int[rows];
        this.stepsPerEpoch = rows / batch;
    }

    /** The indices of the rows of a step, counted from 0. */
    int[] rows(int step) {
        if (step / stepsPerEpoch != epoch) {
            epoch = step / stepsPerEpoch;
            shuffle(new RandomBits("training order", seed, epoch));
        }
        int first = step % stepsPerEpoch * batch;
        return Arrays.copyOfRange(order, first, first + batch);
    }

    private void shuffle(RandomBits random) {
        Arrays.setAll(order, i -> i);
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.below(i + 1);
            int row = order[i];
            order[i] = order[j];
            order[j] = row;
        }
    }
}
