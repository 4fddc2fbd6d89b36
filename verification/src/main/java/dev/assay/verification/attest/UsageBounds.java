package dev.assay.verification.attest;

import dev.assay.protocol.job.Container;
import dev.assay.protocol.job.JobSpec;
import dev.assay.protocol.usage.GpuUsage;
import dev.assay.protocol.usage.Usage;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.statement.UsagePredicate;
import dev.assay.verification.statement.UsagePredicate.Device;

import java.time.Duration;
import java.util.List;

/**
 * What a receipt may claim at most: its quantities must be possible together, on the devices of the
 * lease and in the time that its periods cover. A claim within the bounds may still be wrong.
 */
public final class UsageBounds {
    /** What a receipt's monotonic clock may run ahead of its wall-clock periods. */
    private static final Duration CLOCK_DRIFT = Duration.ofSeconds(1);

    /**
     * Processors beyond the leased ones that the process itself may use: compilers and collectors
     * of the JVM.
     */
    private static final int RUNTIME_CPUS = 2;

    /**
     * Memory beyond the lease's that the process itself may have: an engine runs beside others in
     * its agent's process, which has as much as its machine lets it. A container has its own limit,
     * and little above it.
     */
    private static final long RUNTIME_BYTES = 64L << 30;

    private static final long CONTAINER_BYTES = 64L << 20;

    /** More than any GPU's board draws; for one whose receipt names no limit, or more than this. */
    private static final long MOST_MILLIWATTS = 2_000_000;

    /** Percent of its limit that a board may draw on average: the limit is regulated, not cut. */
    private static final int POWER_MARGIN = 110;

    private static final String METERS = "usage.meters";

    private final Usage usage;
    private final List<Device> devices;
    private final Duration longest;
    private final JobSpec spec;

    private UsageBounds(UsagePredicate receipt, JobSpec spec) {
        this.usage = receipt.usage();
        this.devices = receipt.resources();
        this.longest = receipt.usage().wall().plus(CLOCK_DRIFT);
        this.spec = spec;
    }

    /**
     * Refuses a receipt that claims what cannot be.
     *
     * @param before the usage of the receipt before it
     * @param elapsed from the beginning of the first period to the end of this one
     */
    public static void check(UsagePredicate receipt, Usage before, Duration elapsed, JobSpec spec)
            throws VerificationException {
        Usage usage = receipt.usage();
        Require.that(
                usage.follows(before), Code.IMPOSSIBLE_USAGE, METERS, "a cumulative quantity fell");
        Require.that(
                usage.wall().compareTo(elapsed.plus(CLOCK_DRIFT)) <= 0,
                Code.IMPOSSIBLE_USAGE,
                METERS,
                "wall time " + usage.wall() + " is longer than the periods it covers");
        UsageBounds bounds = new UsageBounds(receipt, spec);
        bounds.processors();
        bounds.memory();
        bounds.work();
        bounds.gpus();
    }

    private void processors() throws VerificationException {
        Duration most = longest.multipliedBy(spec.resources().cpu() + RUNTIME_CPUS);
        Require.that(
                usage.cpu().compareTo(most) <= 0,
                Code.IMPOSSIBLE_USAGE,
                METERS,
                "processor time " + usage.cpu() + " is more than the lease's processors can spend");
    }

    /** A lease that names no memory bounds none. */
    private void memory() throws VerificationException {
        long leased = spec.resources().memoryBytes();
        long beyond = spec.work() instanceof Container ? CONTAINER_BYTES : RUNTIME_BYTES;
        Require.that(
                leased == 0 || usage.peakMemoryBytes() - beyond <= leased,
                Code.IMPOSSIBLE_USAGE,
                METERS,
                "peak memory "
                        + usage.peakMemoryBytes()
                        + " is more than the lease's "
                        + leased
                        + " bytes and what a runtime has beside them");
    }

    private void work() throws VerificationException {
        Require.that(
                usage.units() <= spec.work().units(),
                Code.IMPOSSIBLE_USAGE,
                METERS,
                "more units than the job has");
        count(usage.rows(), spec.work().rows(usage.units()), "rows");
        count(usage.steps(), spec.work().steps(usage.units()), "steps");
    }

    private static void count(long actual, long expected, String what)
            throws VerificationException {
        Require.that(
                actual == expected,
                Code.IMPOSSIBLE_USAGE,
                METERS,
                what + " for the units: is " + actual + ", expected " + expected);
    }

    private void gpus() throws VerificationException {
        int gpus = spec.resources().gpus();
        GpuUsage gpu = usage.gpu();
        Require.that(
                gpus > 0 || gpu.equals(GpuUsage.NONE),
                Code.IMPOSSIBLE_USAGE,
                METERS,
                "the lease has no GPU to meter");
        Require.that(
                gpu.busy().compareTo(longest.multipliedBy(gpus)) <= 0,
                Code.IMPOSSIBLE_USAGE,
                METERS,
                "busy time " + gpu.busy() + " is more than the lease's GPUs have");
        long most = mostMillijoules(gpus);
        Require.that(
                gpu.meteredMillijoules() <= most
                        && gpu.integratedMillijoules() <= most - gpu.meteredMillijoules(),
                Code.IMPOSSIBLE_USAGE,
                METERS,
                "the energy is more than the lease's GPUs may draw in " + usage.wall());
    }

    /** Power times time, in millijoules; a lease's GPU that no device names counts as any GPU. */
    private long mostMillijoules(int gpus) {
        List<Device> named =
                devices.stream()
                        .filter(device -> device.kind().equals(Device.GPU))
                        .limit(gpus)
                        .toList();
        long milliwatts =
                named.stream().mapToLong(UsageBounds::milliwatts).sum()
                        + (gpus - named.size()) * MOST_MILLIWATTS;
        return product(milliwatts * POWER_MARGIN / 100, longest.toSeconds() + 1);
    }

    private static long milliwatts(Device device) {
        return Math.min(device.powerLimitMilliwatts().orElse(MOST_MILLIWATTS), MOST_MILLIWATTS);
    }

    /** Of two numbers that are not negative, at most what fits. */
    private static long product(long a, long b) {
        return Math.multiplyHigh(a, b) == 0 && a * b >= 0 ? a * b : Long.MAX_VALUE;
    }
}
