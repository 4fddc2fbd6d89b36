package dev.assay.runtime.cuda;

import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * The use of one device by one thread: its primary context, and whatever is allocated and loaded in
 * it, which ends with the session. Used by the thread that opened it, which is a platform thread:
 * the driver keeps the current context with the thread of the operating system.
 */
public final class GpuSession implements AutoCloseable {
    private static final int EVERY_BIT = -1; // as fp32 no number

    private final CUdevice device;
    private final Deque<Runnable> ends = new ArrayDeque<>();

    private GpuSession(CUdevice device) {
        this.device = device;
    }

    /** Opens the device of this ordinal; takes some 100 ms. */
    public static GpuSession open(int ordinal) throws DriverException {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException("a GPU session needs a platform thread");
        }
        CudaDriver.load();
        CudaNatives.lookUp(CudaNatives.WORKING);
        CUdevice device = CudaDriver.handle(ordinal);
        CUcontext context = new CUcontext();
        CudaDriver.require(
                "cuDevicePrimaryCtxRetain", JCudaDriver.cuDevicePrimaryCtxRetain(context, device));
        GpuSession session = new GpuSession(device);
        session.ends.push(() -> JCudaDriver.cuDevicePrimaryCtxRelease(session.device));
        try {
            CudaDriver.require("cuCtxSetCurrent", JCudaDriver.cuCtxSetCurrent(context));
            session.ends.push(() -> JCudaDriver.cuCtxSetCurrent(new CUcontext())); // none
            return session;
        } catch (DriverException e) {
            session.close();
            throw e;
        }
    }

    /** A square matrix product, prepared; n is a multiple of 128. */
    public GpuProduct product(Precision precision, int n) throws DriverException {
        return GpuProduct.prepare(this, precision, n);
    }

    /** A copy within device memory, prepared. */
    public GpuCopy copy(long bytes) throws DriverException {
        return GpuCopy.prepare(this, bytes);
    }

    /** Transfers between page-locked host memory and the device, prepared. */
    public GpuTransfer transfer(int bytes) throws DriverException {
        return GpuTransfer.prepare(this, bytes);
    }

    /**
     * Device memory, until the session ends; a multiple of four bytes. It is filled with what no
     * kernel here computes, lest what an earlier one left there pass for a result.
     */
    CUdeviceptr allocate(long bytes) throws DriverException {
        CUdeviceptr memory = new CUdeviceptr();
        CudaDriver.require("cuMemAlloc", JCudaDriver.cuMemAlloc(memory, bytes));
        ends.push(() -> JCudaDriver.cuMemFree(memory));
        CudaDriver.require(
                "cuMemsetD32", JCudaDriver.cuMemsetD32(memory, EVERY_BIT, bytes / Integer.BYTES));
        return memory;
    }

    /** Page-locked host memory, until the session ends. */
    Pointer allocateHost(long bytes) throws DriverException {
        Pointer memory = new Pointer();
        CudaDriver.require("cuMemAllocHost", JCudaDriver.cuMemAllocHost(memory, bytes));
        ends.push(() -> JCudaDriver.cuMemFreeHost(memory));
        return memory;
    }

    /** A kernel of this package's resources, compiled by the driver for this device. */
    CUfunction kernel(String resource, String name) throws DriverException {
        CUmodule module = new CUmodule();
        CudaDriver.require("cuModuleLoadData", JCudaDriver.cuModuleLoadData(module, ptx(resource)));
        ends.push(() -> JCudaDriver.cuModuleUnload(module));
        CUfunction function = new CUfunction();
        CudaDriver.require(
                "cuModuleGetFunction", JCudaDriver.cuModuleGetFunction(function, module, name));
        return function;
    }

    /** The text of a kernel, with the NUL that the driver wants behind it. */
    static byte[] ptx(String resource) {
        try (InputStream in = GpuSession.class.getResourceAsStream(resource + ".ptx")) {
            if (in == null) {
                throw new AssertionError("the program lacks its kernel " + resource);
            }
            byte[] text = in.readAllBytes();
            return Arrays.copyOf(text, text.length + 1);
        } catch (IOException e) {
            throw new AssertionError("the program's kernel " + resource + " is unreadable", e);
        }
    }

    /** Runs a kernel to its end. */
    static void launch(CUfunction kernel, int gridX, int gridY, int threads, Pointer... parameters)
            throws DriverException {
        CudaDriver.require(
                "cuLaunchKernel",
                JCudaDriver.cuLaunchKernel(
                        kernel,
                        gridX,
                        gridY,
                        1,
                        threads,
                        1,
                        1,
                        0,
                        null,
                        Pointer.to(parameters),
                        null));
        CudaDriver.require("cuCtxSynchronize", JCudaDriver.cuCtxSynchronize());
    }

    static void toDevice(CUdeviceptr to, Pointer from, long bytes) throws DriverException {
        CudaDriver.require("cuMemcpyHtoD", JCudaDriver.cuMemcpyHtoD(to, from, bytes));
    }

    static void toHost(Pointer to, CUdeviceptr from, long bytes) throws DriverException {
        CudaDriver.require("cuMemcpyDtoH", JCudaDriver.cuMemcpyDtoH(to, from, bytes));
    }

    /** Frees everything, the last first; what the driver then says changes nothing. */
    @Override
    public void close() {
        while (!ends.isEmpty()) {
            ends.pop().run();
        }
    }
}
