package dev.assay.runtime.cuda;

import jcuda.driver.JCudaDriver;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Loads JCuda's native part, once.
 *
 * <p>JCuda would do it by itself, with three traps. It binds to {@code libcuda.so.1} lazily, so a
 * function that an old driver lacks ends the whole process when it is first called: what is called
 * is looked up before. It extracts its library to a file of a known name in the directory for
 * temporary files and loads what it finds there: it gets a directory of its own, which is removed
 * at once. After one {@link LinkageError} its classes are broken for good: the first failure is
 * kept and thrown again.
 */
final class CudaNatives {
    private static final String SONAME = "libcuda.so.1";
    private static final String TEMPORARY = "java.io.tmpdir";

    /** The functions of the driver that describing devices calls. */
    private static final List<String> DESCRIBING =
            List.of(
                    "cuInit",
                    "cuDriverGetVersion",
                    "cuDeviceGetCount",
                    "cuDeviceGet",
                    "cuDeviceGetName",
                    "cuDeviceGetUuid",
                    "cuDeviceTotalMem_v2",
                    "cuDeviceGetAttribute");

    /** And those that running work on one calls. */
    static final List<String> WORKING =
            List.of(
                    "cuDevicePrimaryCtxRetain",
                    "cuDevicePrimaryCtxRelease_v2",
                    "cuCtxSetCurrent",
                    "cuCtxSynchronize",
                    "cuModuleLoadData",
                    "cuModuleUnload",
                    "cuModuleGetFunction",
                    "cuLaunchKernel",
                    "cuMemAlloc_v2",
                    "cuMemFree_v2",
                    "cuMemsetD32_v2",
                    "cuMemAllocHost_v2",
                    "cuMemFreeHost",
                    "cuMemcpyHtoD_v2",
                    "cuMemcpyDtoH_v2");

    private static @Nullable Failure failure;
    private static boolean loaded;

    /** Why it cannot be loaded in this JVM. */
    private record Failure(DriverException.Code code, String message) {}

    private CudaNatives() {}

    /** Loads what is needed, or says why that cannot be; the second time at once. */
    static synchronized void require() throws DriverException {
        if (failure != null) {
            throw new DriverException(failure.code(), failure.message());
        }
        if (loaded) {
            return;
        }
        try {
            lookUp(DESCRIBING);
            load();
            loaded = true;
        } catch (DriverException e) {
            failure = new Failure(e.code(), String.valueOf(e.getMessage()));
            throw e;
        }
    }

    /** Refuses a driver that lacks one of these functions. */
    @SuppressWarnings("restricted") // native access is this package's purpose
    static void lookUp(List<String> names) throws DriverException {
        try (Arena arena = Arena.ofConfined()) {
            SymbolLookup library = SymbolLookup.libraryLookup(SONAME, arena);
            for (String name : names) {
                if (library.find(name).isEmpty()) {
                    throw new DriverException(
                            DriverException.Code.SYMBOL_MISSING,
                            SONAME
                                    + " has no "
                                    + name
                                    + ": it is older than driver 450, or no CUDA driver; update"
                                    + " the driver");
                }
            }
        } catch (IllegalArgumentException e) {
            throw new DriverException(
                    DriverException.Code.LIBRARY_MISSING,
                    SONAME
                            + " cannot be loaded; it comes with NVIDIA's driver (in a container,"
                            + " with the driver capability 'compute')");
        }
    }

    private static void load() throws DriverException {
        String before = System.getProperty(TEMPORARY);
        Path own = null;
        try {
            own = Files.createTempDirectory("assay-jcuda");
            System.setProperty(TEMPORARY, own.toString());
            JCudaDriver.setExceptionsEnabled(false); // runs the class's initialiser
        } catch (LinkageError | IOException e) {
            throw new DriverException(
                    DriverException.Code.NOT_LOADABLE,
                    "JCuda's native library cannot be loaded on "
                            + System.getProperty("os.name")
                            + " "
                            + System.getProperty("os.arch")
                            + " (there is one for Linux on x86-64): "
                            + firstLine(e));
        } finally {
            System.setProperty(TEMPORARY, before);
            if (own != null) {
                remove(own);
            }
        }
    }

    /** A mapped library needs its file no more. */
    private static void remove(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(directory);
        } catch (IOException e) {
            directory.toFile().deleteOnExit(); // left for the JVM's end; nothing depends on it
        }
    }

    private static String firstLine(Throwable e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
}
