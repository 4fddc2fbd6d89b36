package dev.assay.runtime.container;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;

class WatchdogTest {
    private final BlockingQueue<String> signals = new ArrayBlockingQueue<>(100);
    private final List<ExitCause> endings = new CopyOnWriteArrayList<>();
    private volatile Optional<ExitCause> over = Optional.empty();
    private volatile boolean engineAway;

    private Watchdog watch(Duration grace) {
        Watchdog watchdog =
                new Watchdog(
                        new Watchdog.Watched() {
                            @Override
                            public Optional<ExitCause> overLimit() {
                                return over;
                            }

                            @Override
                            public void signal(String signal) throws ContainerException {
                                signals.add(signal);
                                if (engineAway) {
                                    throw new ContainerException(
                                            ContainerException.Code.ENGINE_UNREACHABLE, "away");
                                }
                            }
                        },
                        grace,
                        endings::add);
        watchdog.begin();
        return watchdog;
    }

    @Test
    void cancellation_isPoliteFirst() throws Exception {
        try (Watchdog watchdog = watch(Duration.ofMillis(1))) {
            watchdog.end(ExitCause.CANCELLED);
            assertThat(signals.take()).isEqualTo("TERM");
            assertThat(signals.take()).isEqualTo("KILL");
            assertThat(watchdog.cause()).contains(ExitCause.CANCELLED);
        }
    }

    @Test
    void limit_isNotPolite() throws Exception {
        over = Optional.of(ExitCause.DISK_LIMIT);
        try (Watchdog watchdog = watch(Duration.ofDays(1))) {
            assertThat(signals.take()).isEqualTo("KILL");
            assertThat(watchdog.cause()).contains(ExitCause.DISK_LIMIT);
        }
    }

    @Test
    void engine_thatIsAway_isTriedAgain() throws Exception {
        engineAway = true;
        over = Optional.of(ExitCause.LOG_LIMIT);
        try (Watchdog _ = watch(Duration.ZERO)) {
            assertThat(signals.take()).isEqualTo("KILL");
            assertThat(signals.take()).isEqualTo("KILL");
        }
    }

    @Test
    void firstCause_isTheOneThatCounts() throws Exception {
        try (Watchdog watchdog = watch(Duration.ofDays(1))) {
            watchdog.end(ExitCause.CANCELLED);
            watchdog.end(ExitCause.DISK_LIMIT);
            assertThat(watchdog.cause()).contains(ExitCause.CANCELLED);
            assertThat(endings).containsExactly(ExitCause.CANCELLED);
        }
    }

    @Test
    void watchdog_thatIsClosed_doesNothingMore() {
        Watchdog watchdog = watch(Duration.ZERO);
        watchdog.close();
        watchdog.end(ExitCause.CANCELLED);
        assertThat(signals).isEmpty();
        assertThat(endings).isEmpty();
        assertThat(watchdog.cause()).isEmpty();
    }
}
