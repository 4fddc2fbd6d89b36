package dev.assay.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.protocol.usage.GpuUsage;
import dev.assay.protocol.usage.Usage;
import dev.assay.runtime.container.ContainerOutcome;
import dev.assay.runtime.container.ContainerRun;
import dev.assay.runtime.container.ExitCause;
import dev.assay.runtime.host.ProcessUsage;
import dev.assay.runtime.metering.Meter;
import dev.assay.runtime.metering.Metered;
import dev.assay.runtime.metering.Sampler;
import dev.assay.runtime.metering.UsageSample;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * What a container's control group counts, beside what the container says of itself. The group goes
 * with the container and is read every 50 ms until then, so each script waits a little at its end.
 */
final class ContainerMeteringTest extends CleanMachine {
    private static final long TICK_MILLIS = 10;

    /** What starting a container costs inside its group, on a machine with much else to do. */
    private static final Duration START = Duration.ofSeconds(2);

    /** The shell says what it used; its kernel file has user and system time in ticks. */
    @Test
    void container_thatBurnsTime_isMeteredAsItMeteredItself() throws Exception {
        ContainerOutcome outcome =
                machine.run(
                        "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done;"
                                + " read line < /proc/1/stat; echo $line; sleep 0.5");
        assertThat(outcome.cause()).as(outcome.message()).isEqualTo(ExitCause.DONE);
        String stat = machine.log(outcome).getFirst();
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        Duration said =
                Duration.ofMillis(
                        TICK_MILLIS * (Long.parseLong(fields[11]) + Long.parseLong(fields[12])));
        assertThat(said).isPositive();
        assertThat(outcome.cpu()).isBetween(said.minusMillis(2 * TICK_MILLIS), said.plus(START));
    }

    /** Twenty million bytes in a variable, and a limit of 64 MiB. */
    @Test
    void container_thatTakesMemory_isMeteredWithItsPeak() throws Exception {
        ContainerOutcome outcome =
                machine.run("x=$(head -c 20000000 /dev/zero | tr '\\0' x); sleep 0.5; echo ${#x}");
        assertThat(machine.log(outcome)).containsExactly("out 20000000");
        assertThat(outcome.peakMemoryBytes())
                .isBetween(20_000_000L, Machine.limits().memoryBytes());
    }

    @Test
    void meter_ofARunningContainer_readsWhatItsOutcomeSays() throws Exception {
        try (Sampler sampler = Sampler.start(InstantSource.system());
                ContainerRun run =
                        machine.start(
                                Machine.script(
                                        "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done;"
                                                + " sleep 0.5"),
                                machine.busybox(),
                                Machine.limits());
                Meter meter =
                        sampler.begin(
                                new Metered(Usage.NONE, () -> usage(run), List.of(), _ -> {}))) {
            ContainerOutcome outcome = run.await();
            UsageSample sample = meter.sample();
            assertThat(sample.cpu()).isPositive().isLessThanOrEqualTo(outcome.cpu());
            assertThat(sample.cpu()).isGreaterThan(outcome.cpu().dividedBy(2));
            assertThat(sample.peakMemoryBytes()).isEqualTo(outcome.peakMemoryBytes());
            assertThat(sample.gpu()).isEqualTo(GpuUsage.NONE);
        }
    }

    private static Optional<ProcessUsage> usage(ContainerRun run) {
        return Optional.of(new ProcessUsage(run.usage().cpu(), 0, run.usage().peakMemoryBytes()));
    }
}
