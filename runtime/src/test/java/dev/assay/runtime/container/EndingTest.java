package dev.assay.runtime.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.runtime.container.ContainerCgroup.Sample;
import dev.assay.runtime.container.ContainerState.Phase;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

class EndingTest {
    private static final Sample AT_ITS_LIMIT = new Sample(Duration.ZERO, 1, true, 1);
    private static final Sample WITHIN_ITS_LIMIT = new Sample(Duration.ZERO, 1, false, 1);

    private static ContainerState state(int code, boolean outOfMemory, String error) {
        return new ContainerState(
                Phase.ENDED,
                0,
                code,
                outOfMemory,
                error,
                "",
                Optional.empty(),
                Optional.empty(),
                Map.of());
    }

    private static ExitCause cause(ContainerState state, Sample last) {
        return Ending.cause(state, Optional.empty(), last);
    }

    @Test
    void end_byItself_isToldByItsCode() {
        assertThat(cause(state(0, false, ""), Sample.NONE)).isEqualTo(ExitCause.DONE);
        assertThat(cause(state(1, false, ""), Sample.NONE)).isEqualTo(ExitCause.EXIT_CODE);
        assertThat(cause(state(137, false, ""), Sample.NONE)).isEqualTo(ExitCause.EXIT_CODE);
        assertThat(cause(state(1, false, "no device"), Sample.NONE))
                .isEqualTo(ExitCause.ENGINE_LOST);
    }

    @Test
    void end_forMemory_isTheTenantsAtItsLimitAndTheHostsWithin() {
        assertThat(cause(state(137, true, ""), AT_ITS_LIMIT)).isEqualTo(ExitCause.OUT_OF_MEMORY);
        assertThat(cause(state(137, true, ""), Sample.NONE)).isEqualTo(ExitCause.OUT_OF_MEMORY);
        assertThat(cause(state(137, true, ""), WITHIN_ITS_LIMIT)).isEqualTo(ExitCause.HOST_MEMORY);
    }

    /** Only a process of it was killed, and it went on to the end. */
    @Test
    void end_thatIsWell_isDoneWhateverWasKilled() {
        assertThat(cause(state(0, true, ""), AT_ITS_LIMIT)).isEqualTo(ExitCause.DONE);
    }

    @Test
    void end_thatWasAskedFor_hasThatCause() {
        for (ExitCause asked : ExitCause.values()) {
            assertThat(Ending.cause(state(0, true, "x"), Optional.of(asked), Sample.NONE))
                    .isEqualTo(asked);
        }
    }
}
