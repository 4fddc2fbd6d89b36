package dev.assay.models.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.protocol.id.Digest;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;

final class RowOrderTest {
    /** The JDK's SplittableRandom is SplitMix64 with the same increment when made from a seed. */
    @Test
    void bits_ofAStream_areSplitMix64FromTheDigest() {
        byte[] numbers = ByteBuffer.allocate(16).putLong(20).putLong(3).array();
        byte[] domain = "assay training order v1\n".getBytes(StandardCharsets.US_ASCII);
        long state = ByteBuffer.wrap(Digest.sha256(domain, numbers).bytes()).getLong();
        SplittableRandom reference = new SplittableRandom(state);
        RandomBits bits = new RandomBits("training order", 20, 3);
        for (int i = 0; i < 100; i++) {
            assertThat(bits.next()).isEqualTo(reference.nextLong());
        }
    }

    @Test
    void below_manyDraws_areInBoundsAndEven() {
        RandomBits bits = new RandomBits("test", 1, 1);
        int[] counts = new int[7];
        for (int i = 0; i < 70_000; i++) {
            counts[bits.below(7)]++;
        }
        for (int count : counts) {
            assertThat(count).isBetween(9_600, 10_400);
        }
        assertThat(bits.below(1)).isZero();
        assertThat(bits.below(Integer.MAX_VALUE)).isNotNegative();
        for (int i = 0; i < 1000; i++) {
            assertThat(bits.unit()).isGreaterThanOrEqualTo(0f).isLessThan(1f);
        }
    }

    @Test
    void rows_ofAnEpoch_areEachTakenOnceButTheRest() {
        RowOrder order = new RowOrder(5, 103, 10);
        List<Integer> first = epoch(order, 0);
        List<Integer> second = epoch(order, 1);
        assertThat(first).hasSize(100).doesNotHaveDuplicates().allMatch(r -> r >= 0 && r < 103);
        assertThat(second).doesNotHaveDuplicates().isNotEqualTo(first);
        assertThat(new HashSet<>(second)).isNotEqualTo(new HashSet<>(first));
    }

    @Test
    void rows_ofAnyStepFirst_areThoseOfTheWholeRun() {
        RowOrder whole = new RowOrder(5, 50, 8);
        List<int[]> steps = new ArrayList<>();
        for (int step = 0; step < 20; step++) {
            steps.add(whole.rows(step));
        }
        for (int step : new int[] {19, 0, 7, 6, 13}) {
            assertThat(new RowOrder(5, 50, 8).rows(step)).isEqualTo(steps.get(step));
            assertThat(new RowOrder(6, 50, 8).rows(step)).isNotEqualTo(steps.get(step));
        }
    }

    /**
     * Computed by another program from the descriptions alone; a change would change what every
     * committed order means.
     */
    @Test
    void rows_ofSeedOne_areThese() {
        assertThat(new RowOrder(1, 10, 10).rows(0)).containsExactly(1, 7, 9, 2, 6, 0, 8, 4, 5, 3);
    }

    private static List<Integer> epoch(RowOrder order, int epoch) {
        List<Integer> rows = new ArrayList<>();
        for (int step = 0; step < 10; step++) {
            Arrays.stream(order.rows(epoch * 10 + step)).forEach(rows::add);
        }
        return rows;
    }
}
