package dev.assay.runtime.host;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/**
 * The kernel's log, read whole by klogctl(2), which does not wait as reading {@code /dev/kmsg}
 * does.
 */
public final class KernelLog {
    private static final int READ_ALL = 3; // SYSLOG_ACTION_READ_ALL
    private static final int MOST_BYTES = 4 << 20;

    private KernelLog() {}

    /** The log's text, oldest first; needs root or CAP_SYSLOG on most machines. */
    @SuppressWarnings("restricted") // one function of the C library
    public static String read() throws IOException {
        Linker linker = Linker.nativeLinker();
        MemorySegment function =
                linker.defaultLookup()
                        .find("klogctl")
                        .orElseThrow(() -> new IOException("no kernel log on this system"));
        MethodHandle klogctl =
                linker.downcallHandle(
                        function, FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(MOST_BYTES);
            int length = (int) klogctl.invokeExact(READ_ALL, buffer, MOST_BYTES);
            if (length < 0 || length > MOST_BYTES) {
                throw new IOException("this user may not read the kernel's log");
            }
            return new String(
                    buffer.asSlice(0, length).toArray(JAVA_BYTE), StandardCharsets.ISO_8859_1);
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("a downcall throws nothing checked", e);
        }
    }
}
