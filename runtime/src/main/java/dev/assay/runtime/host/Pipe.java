package dev.assay.runtime.host;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * One end of a pipe that this process has open as a descriptor: what the kernel says and sets of
 * it, by poll(2) and fcntl(2). The descriptor belongs to whoever opened it. Thread-safe.
 */
public record Pipe(int descriptor) {
    private static final int F_SETPIPE_SZ = 1031;
    private static final short POLLHUP = 0x10;
    private static final short POLLNVAL = 0x20;
    private static final int FOREVER = -1;
    private static final long REVENTS = 6; // struct pollfd: int fd, short events, short revents

    /**
     * Asks the kernel to hold so many bytes between writer and reader, up to what an unprivileged
     * user may have (1 MiB by default); answers how many it holds, or a negative number when it
     * declined and all is as before.
     */
    @SuppressWarnings("restricted") // one function of the C library
    public int widen(int bytes) throws IOException {
        FunctionDescriptor type = FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
        MethodHandle fcntl = find("fcntl", type, Linker.Option.firstVariadicArg(2));
        try {
            return (int) fcntl.invokeExact(descriptor, F_SETPIPE_SZ, bytes);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("a downcall throws nothing checked", e);
        }
    }

    /**
     * Blocks a platform thread until nobody holds the other end any more. Takes no bytes, and does
     * not end by an interrupt.
     */
    public void awaitHangUp() throws IOException {
        FunctionDescriptor type = FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
        MethodHandle poll = find("poll", type);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment watched = arena.allocate(8, Integer.BYTES);
            watched.set(JAVA_INT, 0, descriptor); // no events: a hang-up is always told
            while (true) {
                int told = (int) poll.invokeExact(watched, 1L, FOREVER);
                short events = told > 0 ? watched.get(JAVA_SHORT, REVENTS) : 0;
                if ((events & POLLNVAL) != 0) {
                    throw new IOException("descriptor " + descriptor + " is not open");
                }
                if ((events & POLLHUP) != 0) {
                    return;
                }
            }
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("a downcall throws nothing checked", e);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle find(
            String function, FunctionDescriptor type, Linker.Option... options) throws IOException {
        Linker linker = Linker.nativeLinker();
        MemorySegment address =
                linker.defaultLookup()
                        .find(function)
                        .orElseThrow(() -> new IOException("no " + function + " on this system"));
        return linker.downcallHandle(address, type, options);
    }
}
