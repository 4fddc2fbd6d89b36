package dev.assay.runtime.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.runtime.container.ContainerEngine.PullProgress;
import dev.assay.runtime.container.PullTotals.Fetched;

import org.junit.jupiter.api.Test;

class PullTotalsTest {
    @Test
    void layers_areAddedUp_andUnpackingThemTakesNothingBack() {
        PullTotals totals = new PullTotals();
        assertThat(totals.add(new PullProgress("", "Pulling from x", 0, 0)))
                .isEqualTo(new Fetched(0, 0));
        totals.add(new PullProgress("a", "Downloading", 10, 100));
        assertThat(totals.add(new PullProgress("b", "Downloading", 5, 50)))
                .isEqualTo(new Fetched(15, 150));
        totals.add(new PullProgress("a", "Download complete", 0, 0));
        assertThat(totals.add(new PullProgress("a", "Extracting", 3, 100)))
                .isEqualTo(new Fetched(105, 150));
        assertThat(totals.add(new PullProgress("c", "Already exists", 0, 0)))
                .isEqualTo(new Fetched(105, 150));
    }

    @Test
    void layer_ofWhichMoreComesThanWasSaid_isNoMoreThanWhole() {
        assertThat(new PullTotals().add(new PullProgress("a", "Downloading", 11, 10)))
                .isEqualTo(new Fetched(10, 10));
    }
}
