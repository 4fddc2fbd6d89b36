package dev.assay.runtime.nvml;

import dev.assay.runtime.device.DriverText;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The functions of a loaded library, bound. What they write is read within the buffers given to
 * them and never beyond. Thread-safe, as NVML is; valid while the arena it was bound in is open.
 */
final class NvmlCalls {
    private static final MethodType SPREAD = MethodType.methodType(int.class, Object[].class);

    /** Without these there is nothing to say. */
    private static final Set<NvmlFunction> REQUIRED =
            Set.of(
                    NvmlFunction.INIT,
                    NvmlFunction.SHUTDOWN,
                    NvmlFunction.COUNT,
                    NvmlFunction.HANDLE);

    private final Map<NvmlFunction, MethodHandle> handles;

    private NvmlCalls(Map<NvmlFunction, MethodHandle> handles) {
        this.handles = handles;
    }

    /**
     * Loads a library by its soname and binds what it has; the library is unloaded with the arena.
     */
    @SuppressWarnings("restricted") // native access is this package's purpose
    static NvmlCalls bind(String soname, Arena arena) throws NvmlException {
        SymbolLookup library;
        try {
            library = SymbolLookup.libraryLookup(soname, arena);
        } catch (IllegalArgumentException e) {
            throw new NvmlException(
                    NvmlException.Code.LIBRARY_MISSING,
                    NvmlStatus.SUCCESS,
                    soname
                            + " cannot be loaded; it comes with NVIDIA's driver (in a container,"
                            + " with the driver capability 'utility')");
        }
        Map<NvmlFunction, MethodHandle> handles = new EnumMap<>(NvmlFunction.class);
        for (NvmlFunction function : NvmlFunction.values()) {
            Optional<MemorySegment> symbol = library.find(function.symbol());
            if (symbol.isPresent()) {
                MethodHandle handle =
                        Linker.nativeLinker().downcallHandle(symbol.get(), function.descriptor());
                int arguments = function.descriptor().argumentLayouts().size();
                handles.put(function, handle.asSpreader(Object[].class, arguments).asType(SPREAD));
            } else if (REQUIRED.contains(function)) {
                throw new NvmlException(
                        NvmlException.Code.SYMBOL_MISSING,
                        NvmlStatus.FUNCTION_NOT_FOUND,
                        soname
                                + " has no "
                                + function.symbol()
                                + ": it is older than driver 450, or no NVML; update the driver");
            }
        }
        return new NvmlCalls(handles);
    }

    /** Calls a function; one that the library lacks returns FUNCTION_NOT_FOUND. */
    NvmlStatus call(NvmlFunction function, Object... arguments) {
        MethodHandle handle = handles.get(function);
        if (handle == null) {
            return NvmlStatus.FUNCTION_NOT_FOUND;
        }
        try {
            return new NvmlStatus((int) handle.invokeExact(arguments));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("a downcall throws nothing checked", e);
        }
    }

    /** As {@link #call}, where nothing can be said without it. */
    void require(NvmlFunction function, Object... arguments) throws NvmlException {
        NvmlStatus status = call(function, arguments);
        if (!status.isSuccess()) {
            throw new NvmlException(
                    NvmlException.Code.CALL_REFUSED,
                    status,
                    function.symbol() + " returned " + status);
        }
    }

    /** The text in a buffer. */
    static String text(MemorySegment buffer) {
        return DriverText.in(buffer.toArray(ValueLayout.JAVA_BYTE));
    }
}
