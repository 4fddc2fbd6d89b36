package dev.assay.runtime.nvml;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * NVML, loaded and initialised. The library, its state and all handles live until it is closed by
 * its one owner; it is loaded and unloaded as often as one likes. Thread-safe while open.
 */
public final class NvmlLibrary implements AutoCloseable {
    /** As the loader knows it: in {@code LD_LIBRARY_PATH}, its cache or its default folders. */
    public static final String SONAME = "libnvidia-ml.so.1";

    /** More than any machine holds; a larger count is taken for nonsense. */
    static final int MOST_GPUS = 256;

    private static final int VERSION_BYTES = 80;

    private final Arena arena;
    private final NvmlCalls calls;

    private NvmlLibrary(Arena arena, NvmlCalls calls) {
        this.arena = arena;
        this.calls = calls;
    }

    /** Loads and initialises NVML; needs NVIDIA's driver. Takes some 10 ms, more on many GPUs. */
    public static NvmlLibrary open() throws NvmlException {
        Arena arena = Arena.ofShared();
        try {
            NvmlCalls calls = NvmlCalls.bind(SONAME, arena);
            calls.require(NvmlFunction.INIT);
            return new NvmlLibrary(arena, calls);
        } catch (NvmlException | RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /** The driver's version, such as {@code 550.54.15}. */
    public Optional<String> driverVersion() {
        return version(NvmlFunction.DRIVER_VERSION);
    }

    /** NVML's own version. */
    public Optional<String> version() {
        return version(NvmlFunction.NVML_VERSION);
    }

    /** The newest CUDA that the driver runs, such as {@code 12.6}. */
    public Optional<String> cudaVersion() {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment version = scratch.allocate(JAVA_INT);
            if (!calls.call(NvmlFunction.CUDA_VERSION, version).isSuccess()) {
                return Optional.empty();
            }
            int number = version.get(JAVA_INT, 0);
            return Optional.of(
                    String.format(Locale.ROOT, "%d.%d", number / 1000, number % 1000 / 10));
        }
    }

    /** How many GPUs it manages; MIG instances are not counted. */
    public int count() throws NvmlException {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment count = scratch.allocate(JAVA_INT);
            calls.require(NvmlFunction.COUNT, count);
            int number = count.get(JAVA_INT, 0);
            if (number < 0 || number > MOST_GPUS) {
                throw new NvmlException(
                        NvmlException.Code.IMPLAUSIBLE,
                        NvmlStatus.SUCCESS,
                        NvmlFunction.COUNT.symbol()
                                + " counts "
                                + Integer.toUnsignedString(number)
                                + " GPUs, more than a machine holds");
            }
            return number;
        }
    }

    /** The GPU at an index below {@link #count}. */
    public NvmlDevice device(int index) throws NvmlException {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment handle = scratch.allocate(ADDRESS);
            calls.require(NvmlFunction.HANDLE, index, handle);
            return new NvmlDevice(calls, index, handle.get(ADDRESS, 0));
        }
    }

    /** Describes every GPU; one that NVML gives no handle to says so. */
    public List<NvmlGpu> describe() throws NvmlException {
        int count = count();
        List<NvmlGpu> gpus = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            try {
                gpus.add(device(index).describe());
            } catch (NvmlException e) {
                NvmlStatus status = e.status().orElseThrow(() -> e);
                gpus.add(NvmlGpu.refused(index, status));
            }
        }
        return gpus;
    }

    /** Begins to watch these devices for critical errors; the caller closes the watch first. */
    public XidWatch watch(List<NvmlDevice> devices) throws NvmlException {
        return XidWatch.begin(calls, devices);
    }

    /** Shuts NVML down and unloads it; every handle ends. */
    @Override
    public void close() {
        try {
            calls.call(NvmlFunction.SHUTDOWN); // whatever it returns, the library goes
        } finally {
            arena.close();
        }
    }

    private Optional<String> version(NvmlFunction function) {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment text = scratch.allocate(VERSION_BYTES);
            return calls.call(function, text, VERSION_BYTES).isSuccess()
                    ? Optional.of(NvmlCalls.text(text))
                    : Optional.empty();
        }
    }
}
