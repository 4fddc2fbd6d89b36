package dev.assay.agent.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.lease.Fault;
import dev.assay.runtime.device.GpuId;
import dev.assay.runtime.metering.MeterEvent;
import dev.assay.runtime.nvml.ThrottleReason;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What an attempt makes of what its metering notices. */
final class MeterWatchTest {
    private static final GpuId GPU = new GpuId("GPU-00000000-1111-2222-3333-444444444444");
    private static final GpuId INSTANCE = new GpuId("MIG-aaaaaaaa-1111-2222-3333-444444444444");

    private final Cancellation cancellation = new Cancellation();
    private final MeterWatch watch =
            new MeterWatch(new LeaseId(Digest.sha256(new byte[] {1})), cancellation);

    @Test
    void gpu_thatIsLost_failsTheAttemptByTheProvidersFault() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        cancellation.onRequest(interrupted::countDown);
        watch.accept(new MeterEvent.GpuLost(GPU, "NVML says GPU_IS_LOST (15)"));
        assertThat(interrupted.await(1, TimeUnit.MINUTES)).isTrue();
        AttemptFailure failure = cancellation.requested().orElseThrow();
        assertThat(failure.reason()).isEqualTo(Cause.GPU_LOST);
        assertThat(failure.reason().fault()).isEqualTo(Fault.PROVIDER);
        assertThat(failure).hasMessage(GPU + " is lost: NVML says GPU_IS_LOST (15)");
    }

    /** What is interrupted may wait for a process to end; the sampler must not. */
    @Test
    void failure_whoseInterruptTakesItsTime_doesNotHoldTheSamplerUp() throws Exception {
        CountDownLatch mayEnd = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        cancellation.onRequest(
                () -> {
                    try {
                        mayEnd.await();
                        ended.countDown();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
        watch.accept(new MeterEvent.Xid(GPU, 79));
        mayEnd.countDown();
        assertThat(ended.await(1, TimeUnit.MINUTES)).isTrue();
        assertThat(cancellation.requested().orElseThrow().reason()).isEqualTo(Cause.GPU_FAULT);
    }

    @ParameterizedTest
    @ValueSource(longs = {48, 62, 74, 79, 94, 95, 119, 120, 140})
    void xid_ofTheHardware_isTheProvidersFault(long xid) {
        assertThat(MeterWatch.failure(new MeterEvent.Xid(GPU, xid))).contains(Cause.GPU_FAULT);
        assertThat(Cause.GPU_FAULT.fault()).isEqualTo(Fault.PROVIDER);
    }

    /** A tenant's program that reads beyond its memory is not the provider's failure. */
    @ParameterizedTest
    @ValueSource(longs = {13, 31, 43, 45, 69, 63, 92, 4711})
    void xid_ofAProgramOrAWarning_doesNotEndTheAttempt(long xid) {
        assertThat(MeterWatch.failure(new MeterEvent.Xid(GPU, xid))).isEmpty();
    }

    @Test
    void memoryErrors_ofAWholeGpu_areTheProvidersFault() {
        assertThat(MeterWatch.failure(new MeterEvent.EccErrors(GPU, 1))).contains(Cause.GPU_FAULT);
        assertThat(MeterWatch.failure(new MeterEvent.EccErrors(INSTANCE, 1))).isEmpty();
    }

    @Test
    void whatIsNoFailure_isOnlyLogged() {
        for (MeterEvent event :
                List.of(
                        new MeterEvent.Throttled(GPU, Set.of(ThrottleReason.POWER_BRAKE)),
                        new MeterEvent.RowRemap(GPU, true),
                        new MeterEvent.CounterReset(GPU, 2, 1),
                        new MeterEvent.NotMetered("energy", "it has none"),
                        new MeterEvent.ClockJump(Duration.ofHours(1)))) {
            watch.accept(event);
            assertThat(MeterWatch.failure(event)).as(event.text()).isEmpty();
        }
        assertThat(cancellation.requested()).isEmpty();
    }
}
