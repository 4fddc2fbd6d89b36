package dev.assay.benchmarks.metering;

import com.sun.management.OperatingSystemMXBean;

import dev.assay.protocol.usage.Usage;
import dev.assay.runtime.device.GpuId;
import dev.assay.runtime.host.ProcessProbe;
import dev.assay.runtime.metering.Meter;
import dev.assay.runtime.metering.MeterEvent;
import dev.assay.runtime.metering.Metered;
import dev.assay.runtime.metering.Sampler;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A JVM that only meters: so many attempts, each with its part of the GPUs and a process tree,
 * which is this JVM's own. Says {@code ready}, settles, and after the span says wall time,
 * processor time of the sampler's thread and of the whole JVM, in nanoseconds. Arguments: GPUs,
 * attempts, milliseconds to settle, milliseconds to measure.
 */
public final class MeteringProcess {
    private static final String THREAD = "sampler";

    private MeteringProcess() {}

    static String uuid(int gpu) {
        return String.format(Locale.ROOT, "GPU-%08d-1111-2222-3333-444444444444", gpu);
    }

    public static void main(String[] args) throws InterruptedException {
        int gpus = Integer.parseInt(args[0]);
        int attempts = Integer.parseInt(args[1]);
        try (Sampler sampler = Sampler.start(InstantSource.system())) {
            List<Meter> meters = new ArrayList<>();
            for (int attempt = 0; attempt < attempts; attempt++) {
                List<GpuId> held =
                        IntStream.range(gpus * attempt / attempts, gpus * (attempt + 1) / attempts)
                                .mapToObj(gpu -> new GpuId(uuid(gpu)))
                                .toList();
                meters.add(
                        sampler.begin(
                                new Metered(
                                        Usage.NONE,
                                        ProcessProbe.ofTree(ProcessHandle.current().pid()),
                                        held,
                                        MeteringProcess::unexpected)));
            }
            System.out.println("ready");
            Thread.sleep(Long.parseLong(args[2]));
            Times before = Times.now();
            Thread.sleep(Long.parseLong(args[3]));
            Times after = Times.now();
            System.out.println(after.since(before));
            meters.forEach(Meter::close);
        }
    }

    /** A sampler that stopped would seem to cost nothing, so nothing is measured then. */
    private static void unexpected(MeterEvent event) {
        System.err.println(event.text());
        Runtime.getRuntime().halt(1);
    }

    /** Nanoseconds of the three clocks. */
    private record Times(long wall, long sampler, long jvm) {
        static Times now() {
            ThreadMXBean threads = ManagementFactory.getThreadMXBean();
            long sampler =
                    Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
                            .filter(
                                    thread ->
                                            thread != null && thread.getThreadName().equals(THREAD))
                            .mapToLong(thread -> threads.getThreadCpuTime(thread.getThreadId()))
                            .sum();
            return new Times(
                    System.nanoTime(),
                    sampler,
                    ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)
                            .getProcessCpuTime());
        }

        String since(Times before) {
            return (wall - before.wall)
                    + " "
                    + (sampler - before.sampler)
                    + " "
                    + (jvm - before.jvm);
        }
    }
}
