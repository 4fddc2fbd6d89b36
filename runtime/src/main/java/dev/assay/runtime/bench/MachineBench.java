package dev.assay.runtime.bench;

import dev.assay.models.ModelException;
import dev.assay.models.engine.EngineException;
import dev.assay.protocol.blob.BlobException;
import dev.assay.runtime.exact.ExactEngine;
import dev.assay.runtime.pytorch.PyTorchEngine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Measures a machine's processor, memory and disk, one after the other, with nothing else running
 * if the figures are to mean anything. Takes about twenty seconds at the usual pace.
 *
 * @param scratch a directory of its own on the disk to measure; what is in it is removed
 * @param cache where PyTorch's native library is unpacked
 * @param threads processors to use
 */
public record MachineBench(Path scratch, Path cache, int threads, Pace pace) {
    private static final String CPU = "cpu";

    /** One thing to measure. */
    private interface Part {
        List<Measurement> measure()
                throws IOException, EngineException, ModelException, BlobException;
    }

    /** Measures everything; what cannot be measured is said, and the rest goes on. */
    public BenchReport run(Consumer<Measurement> measured) throws IOException {
        Scratch.remove(scratch);
        List<Measurement> measurements = new ArrayList<>();
        List<Skipped> skipped = new ArrayList<>();
        part(List.of(Metric.EXACT_RATE), CPU, measurements, skipped, measured, this::exactRate);
        part(List.of(Metric.GEMM_FP32), CPU, measurements, skipped, measured, this::exactGemm);
        part(List.of(Metric.GEMM_FP32), CPU, measurements, skipped, measured, this::pytorchGemm);
        part(List.of(Metric.MEMORY_BANDWIDTH), CPU, measurements, skipped, measured, this::memory);
        part(DiskBench.METRICS, DiskBench.DEVICE, measurements, skipped, measured, this::disk);
        Scratch.remove(scratch);
        return new BenchReport(measurements, skipped);
    }

    private static void part(
            List<Metric> metrics,
            String device,
            List<Measurement> measurements,
            List<Skipped> skipped,
            Consumer<Measurement> measured,
            Part part) {
        try {
            for (Measurement measurement : part.measure()) {
                measurements.add(measurement);
                measured.accept(measurement);
            }
        } catch (IOException | EngineException | ModelException | BlobException e) {
            for (Metric metric : metrics) {
                skipped.add(new Skipped(metric, device, String.valueOf(e.getMessage())));
            }
        }
    }

    private List<Measurement> exactRate()
            throws IOException, EngineException, ModelException, BlobException {
        try (ExactEngine engine = new ExactEngine(threads)) {
            return List.of(new EngineBench(scratch, pace).digits(engine));
        }
    }

    private List<Measurement> exactGemm() throws IOException, EngineException, ModelException {
        try (ExactEngine engine = new ExactEngine(threads)) {
            return List.of(new EngineBench(scratch, pace).product(engine, "exact engine"));
        }
    }

    private List<Measurement> pytorchGemm() throws IOException, EngineException, ModelException {
        try (PyTorchEngine engine = PyTorchEngine.start(cache, threads)) {
            return List.of(new EngineBench(scratch, pace).product(engine, "PyTorch"));
        }
    }

    private List<Measurement> memory() throws IOException {
        try (MemoryBench bench = new MemoryBench(threads)) {
            return List.of(pace.measure(Metric.MEMORY_BANDWIDTH, CPU, bench.method(), bench::copy));
        }
    }

    private List<Measurement> disk() throws IOException {
        return new DiskBench(scratch, pace).run();
    }
}
