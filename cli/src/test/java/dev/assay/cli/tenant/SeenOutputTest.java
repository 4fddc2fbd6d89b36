package dev.assay.cli.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.protocol.market.Output;
import dev.assay.protocol.market.OutputLine;
import dev.assay.protocol.market.OutputLine.Stream;

import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.List;

class SeenOutputTest {
    private final SeenOutput seen = new SeenOutput();

    private static OutputLine line(int index, Stream stream, int second, String text) {
        return new OutputLine(index, stream, Instant.EPOCH.plusSeconds(second), text);
    }

    @Test
    void log_thatIsReadFromItsBeginningAgain_isShownOnce() {
        List<OutputLine> log =
                List.of(
                        line(0, Stream.OUT, 1, "a"),
                        line(0, Stream.OUT, 2, "b"),
                        line(0, Stream.OUT, 2, "c"));
        assertThat(seen.fresh(new Output(log, 1))).isEqualTo(new Output(log, 1));
        assertThat(seen.fresh(new Output(log, 0))).isEqualTo(new Output(List.of(), 0));
        List<OutputLine> more = List.of(line(0, Stream.OUT, 2, "d"), line(0, Stream.OUT, 3, "a"));
        assertThat(seen.fresh(new Output(more, 0)).lines()).isEqualTo(more);
    }

    @Test
    void streamsAndContainers_haveTheirOwnTime() {
        assertThat(seen.fresh(new Output(List.of(line(0, Stream.OUT, 5, "a")), 0)).lines())
                .hasSize(1);
        List<OutputLine> others = List.of(line(0, Stream.ERR, 1, "a"), line(1, Stream.OUT, 1, "a"));
        assertThat(seen.fresh(new Output(others, 0)).lines()).isEqualTo(others);
    }
}
