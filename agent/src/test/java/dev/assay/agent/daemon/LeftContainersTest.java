package dev.assay.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.jobs.Containers;
import dev.assay.runtime.container.ContainerException;
import dev.assay.runtime.container.ContainerHost;

import org.junit.jupiter.api.Test;

import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** What an agent does about containers of leases that it does not hold. */
class LeftContainersTest {
    /** An engine that is away. */
    private static final class Away implements Containers {
        private final AtomicInteger asked = new AtomicInteger();
        private final boolean left;

        Away(boolean left) {
            this.left = left;
        }

        @Override
        public ContainerHost host() throws ContainerException {
            asked.incrementAndGet();
            throw new ContainerException(
                    ContainerException.Code.ENGINE_UNREACHABLE, "no engine answers");
        }

        @Override
        public boolean mayBeLeft() {
            return left;
        }
    }

    @Test
    void engine_thatIsAwayWhileSomethingIsLeft_isAskedAgain() {
        Away engine = new Away(true);
        try (LeftContainers containers = new LeftContainers("alder", engine, Set::of)) {
            containers.clear();
            assertThat(engine.asked).hasValue(1);
        }
        assertThat(engine.asked).hasValueGreaterThan(1);
    }

    @Test
    void engine_thatIsAwayWhileNothingIsLeft_isNotAskedAgain() {
        Away engine = new Away(false);
        try (LeftContainers containers = new LeftContainers("alder", engine, Set::of)) {
            containers.clear();
        }
        assertThat(engine.asked).hasValue(1);
    }

    @Test
    void nothing_wasCleared_noEngineIsAsked() {
        Away engine = new Away(true);
        new LeftContainers("alder", engine, Set::of).close();
        assertThat(engine.asked).hasValue(0);
    }
}
