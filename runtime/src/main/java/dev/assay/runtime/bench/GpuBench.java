package dev.assay.runtime.bench;

import dev.assay.runtime.cuda.CudaDevice;
import dev.assay.runtime.cuda.DriverException;
import dev.assay.runtime.cuda.GpuCopy;
import dev.assay.runtime.cuda.GpuProduct;
import dev.assay.runtime.cuda.GpuSession;
import dev.assay.runtime.cuda.GpuTransfer;
import dev.assay.runtime.cuda.Precision;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Measures one GPU with kernels of our own, whose results are checked before a rate is told. The
 * kernels are plain ones: a vendor's library reaches more, so a rate is what the GPU does at least.
 *
 * @param n rows and columns of the matrices, a multiple of 128
 * @param copyBytes that a copy moves, in whole mebibytes
 */
public record GpuBench(CudaDevice device, Pace pace, int n, int copyBytes) {
    private static final int USUAL_N = 4096;
    private static final int USUAL_COPY_BYTES = 256 << 20;

    /** With matrices and copies of the usual size, for which 1 GiB of memory must be free. */
    public static GpuBench of(CudaDevice device, Pace pace) {
        return new GpuBench(device, pace, USUAL_N, USUAL_COPY_BYTES);
    }

    /** One thing to measure. */
    private interface Part {
        Measurement measure(GpuSession session) throws DriverException, WrongResult;
    }

    /** A kernel ran and did not compute what it should. */
    private static final class WrongResult extends Exception {
        WrongResult(String message) {
            super(message);
        }
    }

    /** Measures everything; what cannot be measured is said, and the rest goes on. */
    public BenchReport run(Consumer<Measurement> measured) {
        List<Measurement> done = new ArrayList<>();
        List<Skipped> skipped = new ArrayList<>();
        for (Precision precision : Precision.values()) {
            Metric metric = metric(precision);
            if (precision.runsOn(device)) {
                part(metric, done, skipped, measured, session -> product(session, precision));
            } else {
                skipped.add(
                        new Skipped(
                                metric,
                                device.uuid(),
                                "needs compute capability "
                                        + precision.leastCapability()
                                        + ", this is "
                                        + device.computeCapability()));
            }
        }
        part(Metric.MEMORY_BANDWIDTH, done, skipped, measured, this::copy);
        part(
                Metric.TRANSFER_TO_DEVICE,
                done,
                skipped,
                measured,
                session -> transfer(session, Metric.TRANSFER_TO_DEVICE));
        part(
                Metric.TRANSFER_TO_HOST,
                done,
                skipped,
                measured,
                session -> transfer(session, Metric.TRANSFER_TO_HOST));
        return new BenchReport(done, skipped);
    }

    private void part(
            Metric metric,
            List<Measurement> done,
            List<Skipped> skipped,
            Consumer<Measurement> measured,
            Part part) {
        try (GpuSession session = GpuSession.open(device.ordinal())) {
            Measurement measurement = part.measure(session);
            done.add(measurement);
            measured.accept(measurement);
        } catch (DriverException | WrongResult e) {
            skipped.add(new Skipped(metric, device.uuid(), String.valueOf(e.getMessage())));
        }
    }

    private Measurement product(GpuSession session, Precision precision)
            throws DriverException, WrongResult {
        GpuProduct product = session.product(precision, n);
        product.run();
        requireRight(product.wrong(), "elements of a matrix product");
        Measurement measurement =
                pace.measure(
                        metric(precision),
                        device.uuid(),
                        method("own PTX kernel, " + n + "³"),
                        product::run);
        requireRight(product.wrong(), "elements of a matrix product");
        return measurement;
    }

    private Measurement copy(GpuSession session) throws DriverException, WrongResult {
        GpuCopy copy = session.copy(copyBytes);
        copy.run();
        requireRight(copy.wrong(), "mebibytes of a copy");
        return pace.measure(
                Metric.MEMORY_BANDWIDTH,
                device.uuid(),
                method("own PTX kernel copies " + (copyBytes >> 20) + " MiB"),
                copy::run);
    }

    private Measurement transfer(GpuSession session, Metric metric)
            throws DriverException, WrongResult {
        GpuTransfer transfer = session.transfer(copyBytes);
        requireRight(transfer.isWrong() ? 1 : 0, "transfers");
        String method = method((copyBytes >> 20) + " MiB, page-locked");
        return metric == Metric.TRANSFER_TO_DEVICE
                ? pace.measure(metric, device.uuid(), method, transfer::toDevice)
                : pace.measure(metric, device.uuid(), method, transfer::toHost);
    }

    /** With what was measured; an instance, which has its GPU's UUID, is named. */
    private String method(String how) {
        return device.isInstance() ? how + ", on " + device.name() : how;
    }

    private static void requireRight(int wrong, String what) throws WrongResult {
        if (wrong > 0) {
            throw new WrongResult(
                    "the result is wrong ("
                            + wrong
                            + " "
                            + what
                            + "): do not use this GPU before it is tested");
        }
    }

    private static Metric metric(Precision precision) {
        return switch (precision) {
            case FP32 -> Metric.GEMM_FP32;
            case TF32 -> Metric.GEMM_TF32;
            case BF16 -> Metric.GEMM_BF16;
            case FP16 -> Metric.GEMM_FP16;
        };
    }
}
