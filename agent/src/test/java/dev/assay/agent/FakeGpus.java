package dev.assay.agent;

import dev.assay.runtime.device.GpuId;
import dev.assay.runtime.inventory.Gpu;
import dev.assay.runtime.inventory.GpuReport;
import dev.assay.runtime.inventory.Standing;
import dev.assay.runtime.inventory.Vendor;
import dev.assay.runtime.nvml.Answer;
import dev.assay.runtime.nvml.GpuProcess;
import dev.assay.runtime.nvml.MigInstance;
import dev.assay.runtime.nvml.NvmlGpu;
import dev.assay.runtime.nvml.NvmlStatus;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** A machine's GPUs as a test wants them, and how often somebody asked. Thread-safe. */
public final class FakeGpus implements Supplier<List<GpuReport>> {
    private final Map<Integer, Standing> standings = new HashMap<>();
    private final Map<Integer, Answer<List<GpuProcess>>> processes = new HashMap<>();
    private final Map<Integer, Integer> instances = new HashMap<>();
    private int count;
    private int looks;

    public FakeGpus(int count) {
        this.count = count;
    }

    public static GpuId gpu(int index) {
        return new GpuId("GPU-%08d-1111-2222-3333-444444444444".formatted(index));
    }

    public static GpuId instance(int gpu, int instance) {
        return new GpuId("MIG-%08d-1111-2222-3333-%012d".formatted(gpu, instance));
    }

    /** From now on there are fewer, or more. */
    public synchronized void count(int now) {
        count = now;
    }

    public synchronized void standing(int gpu, Standing standing) {
        standings.put(gpu, standing);
    }

    /** Processes that NVML tells of; none ends them. */
    public synchronized void processes(int gpu, long... pids) {
        List<GpuProcess> there = new ArrayList<>();
        for (long pid : pids) {
            there.add(new GpuProcess(pid, OptionalLong.empty()));
        }
        processes.put(gpu, new Answer.Value<>(there));
    }

    /** NVML does not say who uses a GPU. */
    public synchronized void refuseProcesses(int gpu) {
        processes.put(gpu, new Answer.Refused<>(NvmlStatus.GPU_IS_LOST));
    }

    /** MIG divides a GPU into so many. */
    public synchronized void divide(int gpu, int into) {
        instances.put(gpu, into);
    }

    /** How often the machine was asked. */
    public synchronized int looks() {
        return looks;
    }

    @Override
    public synchronized List<GpuReport> get() {
        looks++;
        return IntStream.range(0, count).mapToObj(this::report).toList();
    }

    private GpuReport report(int index) {
        return new GpuReport(
                new Gpu(
                        Optional.empty(),
                        Vendor.NVIDIA,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(nvml(index)),
                        List.of(),
                        Optional.empty()),
                standings.getOrDefault(index, Standing.READY),
                List.of());
    }

    private NvmlGpu nvml(int index) {
        return new NvmlGpu(
                index,
                new Answer.Value<>(gpu(index).uuid()),
                new Answer.Unsupported<>(),
                new Answer.Unsupported<>(),
                new Answer.Unsupported<>(),
                new Answer.Unsupported<>(),
                new Answer.Unsupported<>(),
                new Answer.Unsupported<>(),
                new Answer.Unsupported<>(),
                new Answer.Unsupported<>(),
                new Answer.Unsupported<>(),
                new Answer.Unsupported<>(),
                new Answer.Unsupported<>(),
                new Answer.Unsupported<>(),
                processes.getOrDefault(index, new Answer.Value<>(List.of())),
                new Answer.Value<>(instances.containsKey(index)),
                IntStream.range(0, instances.getOrDefault(index, 0))
                        .mapToObj(instance -> mig(index, instance))
                        .toList());
    }

    private static MigInstance mig(int gpu, int instance) {
        return new MigInstance(
                new Answer.Value<>(instance(gpu, instance).uuid()),
                new Answer.Unsupported<>(),
                new Answer.Unsupported<>(),
                new Answer.Unsupported<>(),
                new Answer.Unsupported<>());
    }
}
