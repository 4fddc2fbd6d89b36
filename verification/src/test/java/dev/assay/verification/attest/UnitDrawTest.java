package dev.assay.verification.attest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.protocol.id.Digest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;

/** The draw of units: the same everywhere, and even. */
final class UnitDrawTest {
    private static final Digest SECRET = digest("secret");
    private static final Digest ROOT = digest("root");

    /** Expected values come from the definition in {@link UnitDraw}, computed in Python. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1 | 1 | 1 | [0]",
                "7 | 32 | 2 | [14, 20]",
                "7 | 32 | 5 | [5, 6, 14, 16, 20]",
                "8 | 32 | 5 | [5, 12, 18, 21, 30]",
                "9007199254740993 | 1000 | 6 | [198, 452, 597, 764, 786, 980]",
                "123456 | 2147483647 | 4 | [212918896, 216827450, 745492376, 1647122103]"
            })
    void draw_ofFixedInputs_isTheGoldenOne(long size, int units, int count, String expected) {
        assertThat(UnitDraw.draw(SECRET, size, ROOT, units, count).toString()).isEqualTo(expected);
    }

    @Test
    void draw_ofAnyCount_isThatManyDistinctUnitsAscending() {
        for (int count = 0; count <= 40; count++) {
            List<Integer> drawn = UnitDraw.draw(SECRET, count, ROOT, 40, count);
            assertThat(drawn).hasSize(count).doesNotHaveDuplicates().isSorted();
            assertThat(drawn).allMatch(unit -> unit >= 0 && unit < 40);
        }
    }

    @Test
    void draw_ofAllUnits_isAllUnits() {
        assertThat(UnitDraw.draw(SECRET, 9, ROOT, 33, 33))
                .isEqualTo(IntStream.range(0, 33).boxed().toList());
    }

    @Test
    void draw_ofAnotherSecretSizeOrRoot_isAnother() {
        List<Integer> drawn = UnitDraw.draw(SECRET, 7, ROOT, 1_000, 20);
        assertThat(UnitDraw.draw(digest("other"), 7, ROOT, 1_000, 20)).isNotEqualTo(drawn);
        assertThat(UnitDraw.draw(SECRET, 8, ROOT, 1_000, 20)).isNotEqualTo(drawn);
        assertThat(UnitDraw.draw(SECRET, 7, digest("other"), 1_000, 20)).isNotEqualTo(drawn);
    }

    /**
     * 20,000 draws of 3 out of 10: each unit is expected 6,000 times, with a standard deviation of
     * 65. The bound is six of those; the inputs are fixed, so the test cannot fail by chance.
     */
    @Test
    void draw_overManyCheckpoints_favoursNoUnit() {
        int[] times = new int[10];
        for (int size = 0; size < 20_000; size++) {
            UnitDraw.draw(SECRET, size, ROOT, 10, 3).forEach(unit -> times[unit]++);
        }
        assertThat(times)
                .satisfies(
                        all -> {
                            for (int unit = 0; unit < 10; unit++) {
                                assertThat(all[unit]).as("unit %d", unit).isBetween(5_610, 6_390);
                            }
                        });
    }

    @ParameterizedTest
    @CsvSource({"3, 4", "3, -1", "0, 1"})
    void draw_ofMoreThanThereAre_isRefused(int units, int count) {
        assertThatThrownBy(() -> UnitDraw.draw(SECRET, 1, ROOT, units, count))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cannot draw " + count + " of " + units + " units");
    }

    private static Digest digest(String text) {
        return Digest.sha256(text.getBytes(StandardCharsets.UTF_8));
    }
}
