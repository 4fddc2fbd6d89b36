package dev.assay.verification.attest;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThatCode;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.job.EngineName;
import dev.assay.protocol.job.JobSpec;
import dev.assay.protocol.job.Optimizer;
import dev.assay.protocol.job.Resources;
import dev.assay.protocol.job.Training;
import dev.assay.protocol.job.Verification;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.Price;
import dev.assay.protocol.money.PriceUnit;
import dev.assay.protocol.usage.GpuUsage;
import dev.assay.protocol.usage.Usage;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.statement.UsagePredicate;
import dev.assay.verification.statement.UsagePredicate.Device;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;

/** What the receipts of a training of 1,000 steps of 64 rows, 300 in a unit, may claim. */
final class UsageBoundsTest {
    private static final Instant BEGAN = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration WALL = Duration.ofSeconds(9);
    private static final Device LIMITED = new Device("GPU-1", "gpu", OptionalLong.of(700_000));
    private static final Device UNLIMITED = new Device("GPU-2", "gpu");

    private static JobSpec spec(int gpus) {
        Digest any = Digest.sha256(new byte[] {1});
        Training work =
                new Training(
                        any,
                        any,
                        3823,
                        7,
                        8,
                        Optimizer.Adam.of("0.002"),
                        1000,
                        64,
                        300,
                        EngineName.EXACT);
        return new JobSpec(
                "training",
                new Resources(2, 1 << 20, 0, gpus),
                work,
                new Price(MicroAmount.of(800_000), Denom.USDC, PriceUnit.GPU_HOUR),
                new Verification(5_000));
    }

    private static void check(Usage usage, int gpus, Device... devices) throws Exception {
        Digest any = Digest.sha256(new byte[] {2});
        UsagePredicate receipt =
                new UsagePredicate(
                        new LeaseId(any),
                        any,
                        0,
                        any,
                        BEGAN,
                        BEGAN.plus(WALL),
                        List.of(devices),
                        usage,
                        any);
        UsageBounds.check(receipt, Usage.NONE, WALL, spec(gpus));
    }

    private static Usage usage(GpuUsage gpu) {
        return new Usage(WALL, Duration.ZERO, 0, gpu, 0, 0, 0);
    }

    private static GpuUsage energy(long metered, long integrated) {
        return new GpuUsage(metered, integrated, Duration.ZERO, 0);
    }

    private static void assertImpossible(String problem, Usage usage, int gpus, Device... devices) {
        assertRefused(Code.IMPOSSIBLE_USAGE, () -> check(usage, gpus, devices)).contains(problem);
    }

    /** Nine seconds and one of drift, two leased processors and two of the runtime. */
    @Test
    void processorTime_upToWhatTheProcessorsHave_isPossible() throws Exception {
        check(new Usage(WALL, Duration.ofSeconds(40), 0, 0, 0), 0);
        assertImpossible(
                "PT40.001S is more than the lease's processors can spend",
                new Usage(WALL, Duration.ofMillis(40_001), 0, 0, 0),
                0);
    }

    /** Time that the periods cover and the work did not use is no room for processor time. */
    @Test
    void processorTime_beyondTheWallTime_isImpossible() throws Exception {
        Duration wall = Duration.ofSeconds(1);
        check(new Usage(wall, Duration.ofSeconds(8), 0, 0, 0), 0);
        assertImpossible(
                "more than the lease's processors can spend",
                new Usage(wall, Duration.ofMillis(8_001), 0, 0, 0),
                0);
    }

    /** A mebibyte is leased; an engine's process may have 64 GiB beside it. */
    @Test
    void memory_upToWhatTheProcessMayHave_isPossible() throws Exception {
        long most = (1L << 20) + (64L << 30);
        check(new Usage(WALL, Duration.ZERO, most, 0, 0), 0);
        assertImpossible(
                "peak memory " + (most + 1), new Usage(WALL, Duration.ZERO, most + 1, 0, 0), 0);
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 0", "1, 300, 19200", "3, 900, 57600", "4, 1000, 64000"})
    void steps_areThoseOfTheFinishedUnits(long units, long steps, long rows) throws Exception {
        check(new Usage(WALL, WALL, 0, GpuUsage.NONE, rows, steps, units), 0);
        assertImpossible(
                "usage.meters: steps for the units: is " + (steps + 1) + ", expected " + steps,
                new Usage(WALL, WALL, 0, GpuUsage.NONE, rows, steps + 1, units),
                0);
    }

    @Test
    void gpuUsage_ofALeaseWithoutGpu_isImpossible() {
        for (GpuUsage some :
                List.of(
                        energy(1, 0),
                        energy(0, 1),
                        new GpuUsage(0, 0, Duration.ofMillis(1), 0),
                        new GpuUsage(0, 0, Duration.ZERO, 1))) {
            assertImpossible("the lease has no GPU to meter", usage(some), 0, LIMITED);
        }
    }

    /** Nine seconds and one of drift, on two GPUs. */
    @Test
    void busyTime_upToTheGpusTime_isPossible() throws Exception {
        check(usage(new GpuUsage(0, 0, Duration.ofSeconds(20), 0)), 2);
        assertImpossible(
                "busy time PT20.001S is more than the lease's GPUs have",
                usage(new GpuUsage(0, 0, Duration.ofMillis(20_001), 0)),
                2);
    }

    /** 700 W and a tenth more, over ten seconds and the one begun. */
    @Test
    void energy_upToThePowerLimit_isPossible() throws Exception {
        check(usage(energy(8_470_000, 0)), 1, LIMITED);
        check(usage(energy(0, 8_470_000)), 1, LIMITED);
        check(usage(energy(8_000_000, 470_000)), 1, LIMITED);
        String problem = "the energy is more than the lease's GPUs may draw in PT9S";
        assertImpossible(problem, usage(energy(8_470_001, 0)), 1, LIMITED);
        assertImpossible(problem, usage(energy(0, 8_470_001)), 1, LIMITED);
        assertImpossible(problem, usage(energy(8_000_000, 470_001)), 1, LIMITED);
        assertImpossible(problem, usage(energy(Long.MAX_VALUE, Long.MAX_VALUE)), 1, LIMITED);
    }

    @Test
    void energy_ofAGpuWithoutALimit_isBoundedByWhatAnyGpuDraws() throws Exception {
        check(usage(energy(24_200_000, 0)), 1, UNLIMITED);
        check(usage(energy(24_200_000, 0)), 1);
        check(usage(energy(32_670_000, 0)), 2, LIMITED, UNLIMITED);
        assertImpossible("the energy is more", usage(energy(24_200_001, 0)), 1, UNLIMITED);
        assertImpossible("the energy is more", usage(energy(32_670_001, 0)), 2, LIMITED, UNLIMITED);
    }

    @Test
    void energy_underALimitThatNoGpuHas_isBoundedAllTheSame() {
        Device boast = new Device("GPU-3", "gpu", OptionalLong.of(Long.MAX_VALUE));
        assertImpossible("the energy is more", usage(energy(24_200_001, 0)), 1, boast);
    }

    @Test
    void energy_underMoreGpusThanTheLeaseHas_isBoundedByTheLease() {
        assertImpossible("the energy is more", usage(energy(8_470_001, 0)), 1, LIMITED, LIMITED);
    }

    @Test
    void bound_ofAnAge_doesNotOverflow() {
        Usage ages =
                new Usage(
                        Duration.ofDays(36_500),
                        Duration.ZERO,
                        0,
                        energy(Long.MAX_VALUE, 0),
                        0,
                        0,
                        0);
        Digest any = Digest.sha256(new byte[] {2});
        UsagePredicate receipt =
                new UsagePredicate(
                        new LeaseId(any),
                        any,
                        0,
                        any,
                        BEGAN,
                        BEGAN.plus(ages.wall()),
                        List.of(),
                        ages,
                        any);
        assertThatCode(
                        () ->
                                UsageBounds.check(
                                        receipt, Usage.NONE, ages.wall(), spec(Integer.MAX_VALUE)))
                .doesNotThrowAnyException();
    }
}
