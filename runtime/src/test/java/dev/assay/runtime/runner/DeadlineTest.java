package dev.assay.runtime.runner;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.concurrent.Semaphore;

@Timeout(30)
final class DeadlineTest {
    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration SHORT = Duration.ofMillis(1);

    private final Semaphore told = new Semaphore(0);

    @Test
    void piece_thatGoesOnPastItsLimit_isToldOnce() throws Exception {
        try (Deadline deadline = started()) {
            deadline.begin(SHORT);
            told.acquire();
            deadline.end();
            deadline.begin(SHORT);
            told.acquire();
            assertThat(told.availablePermits()).isZero();
        }
    }

    @Test
    void shortPiece_afterALongOneThatEnded_isTold() throws Exception {
        try (Deadline deadline = started()) {
            deadline.begin(LONG);
            deadline.end();
            deadline.begin(SHORT);
            told.acquire();
        }
    }

    @Test
    void pieces_thatEndInTime_areNeverTold() throws Exception {
        try (Deadline deadline = started()) {
            for (int i = 0; i < 1000; i++) {
                deadline.begin(LONG);
                deadline.end();
            }
            deadline.begin(SHORT);
            told.acquire();
            assertThat(told.availablePermits()).isZero();
        }
    }

    @Test
    void close_whileNothingIsUnderWay_endsTheThread() throws Exception {
        Thread watching;
        try (Deadline deadline = started()) {
            watching = deadline.thread();
        }
        watching.join();
        assertThat(watching.isAlive()).isFalse();
    }

    private Deadline started() {
        Deadline deadline = new Deadline("deadline-test", told::release);
        deadline.start();
        return deadline;
    }
}
