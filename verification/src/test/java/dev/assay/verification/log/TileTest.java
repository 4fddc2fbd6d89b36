package dev.assay.verification.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TileTest {
    @Test
    void path_examplesOfTheSpecification_areWritten() {
        assertThat(new Tile(0, 1_234_067, 256).path()).isEqualTo("tile/0/x001/x234/067");
        assertThat(new Tile(3, 0, 7).path()).isEqualTo("tile/3/000.p/7");
        assertThat(new Tile(Tile.ENTRIES, 1000, 255).path())
                .isEqualTo("tile/entries/x001/000.p/255");
        assertThat(new Tile(1, 999, 256).path()).isEqualTo("tile/1/999");
    }

    @Test
    void in_aLogOfSeventyThousand_hasTheWidthsOfTheSpecification() {
        assertThat(Tile.in(70_000, 0, 272).isFull()).isTrue();
        assertThat(Tile.in(70_000, 0, 273).width()).isEqualTo(112);
        assertThat(Tile.in(70_000, 1, 1).width()).isEqualTo(17);
        assertThat(Tile.in(70_000, 2, 0).width()).isEqualTo(1);
        assertThat(Tile.in(70_000, Tile.ENTRIES, 273).width()).isEqualTo(112);
    }
}
