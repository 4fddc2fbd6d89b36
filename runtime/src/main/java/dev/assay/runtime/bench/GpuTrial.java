package dev.assay.runtime.bench;

import com.google.common.util.concurrent.Uninterruptibles;

import dev.assay.runtime.cuda.CudaDevice;
import dev.assay.runtime.cuda.DriverException;
import dev.assay.runtime.cuda.GpuProduct;
import dev.assay.runtime.cuda.GpuSession;
import dev.assay.runtime.cuda.Precision;
import dev.assay.runtime.nvml.Answer;
import dev.assay.runtime.nvml.GpuProcess;
import dev.assay.runtime.nvml.MemoryUse;
import dev.assay.runtime.nvml.NvmlDevice;
import dev.assay.runtime.nvml.NvmlStatus;
import dev.assay.runtime.nvml.Utilisation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Whether NVML tells of a GPU what CUDA makes it do: a known load is put on it, and its memory,
 * energy, utilisation, power and processes are read meanwhile. Meters that do not move here would
 * not move under a tenant's work either.
 *
 * @param n rows and columns of the matrices that are multiplied, a multiple of 128
 * @param load how long they are multiplied
 */
public record GpuTrial(CudaDevice device, NvmlDevice nvml, int n, Duration load) {
    private static final int USUAL_N = 4096;
    private static final Duration USUAL_LOAD = Duration.ofSeconds(3);
    private static final Duration LOOK = Duration.ofMillis(100);

    /** What came of a check. */
    public enum Outcome {
        PASSED,
        FAILED,
        /** NVML does not tell what is needed to say. */
        NOT_TOLD
    }

    /** One check; {@code saw} is the evidence, for people. */
    public record Check(String name, Outcome outcome, String saw) {}

    /** With matrices and a load of the usual size, for which 1 GiB of memory must be free. */
    public static GpuTrial of(CudaDevice device, NvmlDevice nvml) {
        return new GpuTrial(device, nvml, USUAL_N, USUAL_LOAD);
    }

    /** What NVML says at one moment. */
    private record Look(
            Answer<MemoryUse> memory,
            Answer<Long> energy,
            Answer<Long> power,
            Answer<Integer> busy,
            Answer<List<GpuProcess>> processes) {
        static Look at(NvmlDevice device) {
            return new Look(
                    device.memory(),
                    device.energyMillijoules(),
                    device.powerMilliwatts(),
                    device.utilisation().map(Utilisation::gpu),
                    device.processes());
        }
    }

    /** Puts the load on the GPU and says what came of each check. */
    public List<Check> run() throws DriverException, InterruptedException {
        Look idle = Look.at(nvml);
        List<Look> looks = new ArrayList<>();
        try (Load running = Load.start(this)) {
            long end = System.nanoTime() + load.toNanos();
            do {
                looks.add(Look.at(nvml));
            } while (!running.ended(LOOK) && System.nanoTime() < end);
            looks.add(Look.at(nvml));
        }
        return List.of(
                memory(idle, looks),
                energy(idle, looks.getLast()),
                busy(looks),
                power(looks),
                process(looks));
    }

    private Check memory(Look idle, List<Look> looks) {
        long held = (long) n * n * Float.BYTES * 3;
        Optional<Long> before = idle.memory.map(MemoryUse::used).known();
        Optional<Long> most =
                looks.stream()
                        .flatMap(l -> l.memory.known().stream())
                        .map(MemoryUse::used)
                        .max(Long::compare);
        if (before.isEmpty() || most.isEmpty()) {
            return notTold("memory rises by what is allocated", idle.memory);
        }
        long rise = most.get() - before.get();
        return check(
                "memory rises by what is allocated",
                rise >= held,
                "CUDA allocated "
                        + (held >> 20)
                        + " MiB; memory in use rose by "
                        + (rise >> 20)
                        + " MiB");
    }

    private static Check energy(Look idle, Look last) {
        Optional<Long> before = idle.energy.known();
        Optional<Long> after = last.energy.known();
        if (before.isEmpty() || after.isEmpty()) {
            return notTold("energy rises under load", idle.energy);
        }
        long rise = after.get() - before.get();
        return check("energy rises under load", rise > 0, rise + " mJ while multiplying");
    }

    private static Check busy(List<Look> looks) {
        Optional<Integer> most =
                looks.stream().flatMap(l -> l.busy.known().stream()).max(Integer::compare);
        return most.map(
                        percent ->
                                check(
                                        "utilisation rises under load",
                                        percent >= 50,
                                        "at most " + percent + " % busy"))
                .orElseGet(() -> notTold("utilisation rises under load", looks.getLast().busy));
    }

    private Check power(List<Look> looks) {
        Answer<Long> limit = nvml.powerLimitMilliwatts();
        Optional<Long> most =
                looks.stream().flatMap(l -> l.power.known().stream()).max(Long::compare);
        if (most.isEmpty() || limit.known().isEmpty()) {
            return notTold("power stays near its limit", looks.getLast().power);
        }
        long allowed =
                limit.known().get() + limit.known().get() / 10; // boards overshoot for moments
        return check(
                "power stays near its limit",
                most.get() > 0 && most.get() <= allowed,
                "at most " + most.get() + " mW, the limit is " + limit.known().get() + " mW");
    }

    private static Check process(List<Look> looks) {
        long own = ProcessHandle.current().pid();
        boolean seen =
                looks.stream()
                        .flatMap(look -> look.processes.known().stream())
                        .flatMap(List::stream)
                        .anyMatch(process -> process.pid() == own);
        boolean any =
                looks.stream()
                        .flatMap(look -> look.processes.known().stream())
                        .anyMatch(list -> !list.isEmpty());
        if (!any) {
            return new Check(
                    "this process is among the GPU's",
                    Outcome.NOT_TOLD,
                    "NVML lists no process, as it does inside a container");
        }
        return check(
                "this process is among the GPU's",
                seen,
                seen ? "process " + own : "other processes only: process ids of another namespace");
    }

    private static Check check(String name, boolean passed, String saw) {
        return new Check(name, passed ? Outcome.PASSED : Outcome.FAILED, saw);
    }

    private static Check notTold(String name, Answer<?> answer) {
        String saw =
                switch (answer) {
                    case Answer.Value<?> _ -> "NVML told it at first, and then no more";
                    case Answer.Unsupported<?> _ -> "NVML does not tell this of this GPU";
                    case Answer.Refused<?>(NvmlStatus status) -> "NVML refused: " + status;
                    case Answer.Implausible<?>(String what) -> "NVML told nonsense: " + what;
                };
        return new Check(name, Outcome.NOT_TOLD, saw);
    }

    /** Matrix products, one after the other, on a thread of their own until closed. */
    private static final class Load implements AutoCloseable {
        private final GpuTrial trial;
        private final CountDownLatch stop = new CountDownLatch(1);
        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch ended = new CountDownLatch(1);
        private final Thread thread;
        private volatile Optional<DriverException> failure = Optional.empty();

        private Load(GpuTrial trial) {
            this.trial = trial;
            this.thread = Thread.ofPlatform().name("gpu-load").unstarted(this::multiply);
        }

        static Load start(GpuTrial trial) throws DriverException, InterruptedException {
            Load load = new Load(trial);
            load.thread.start();
            load.begun.await();
            if (load.failure.isPresent()) {
                load.close();
                throw load.failure.get();
            }
            return load;
        }

        private void multiply() {
            try (GpuSession session = GpuSession.open(trial.device.ordinal())) {
                GpuProduct product = session.product(Precision.FP32, trial.n);
                begun.countDown();
                while (stop.getCount() > 0) {
                    product.run();
                }
            } catch (DriverException e) {
                failure = Optional.of(e);
            } finally {
                begun.countDown();
                ended.countDown();
            }
        }

        /** Waits so long for the load to end by itself, which is a failure. */
        boolean ended(Duration limit) throws DriverException, InterruptedException {
            boolean over = ended.await(limit.toNanos(), TimeUnit.NANOSECONDS);
            if (failure.isPresent()) {
                throw failure.get();
            }
            return over;
        }

        @Override
        public void close() {
            stop.countDown();
            Uninterruptibles.joinUninterruptibly(thread);
        }
    }
}
