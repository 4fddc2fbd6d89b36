package dev.assay.runtime.nvml;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Reads a device's list of processes. The list grows and shrinks while it is read: the call says
 * how many there are when the room was too small, and is repeated with more.
 *
 * <p>An entry of {@code _v3} is a process id, its memory and two instances: 24 bytes. Drivers
 * 535.43 to 535.86 write 32 under the same name, and some were seen to write 16. So there is room
 * for the largest, and how far the buffer was written tells which it was.
 */
final class ProcessList {
    private static final int[] ENTRY_BYTES = {16, 24, 32};
    private static final int DECLARED_BYTES = 24; // nvmlProcessInfo_t
    private static final int MOST_BYTES = 32;
    private static final byte UNWRITTEN = (byte) 0xa5;
    private static final int MEMORY = 8; // usedGpuMemory, in each of them
    private static final int FIRST_ROOM = 32;
    private static final int MOST = 1 << 16;
    private static final int TRIES = 4;
    private static final long UNKNOWN = -1; // NVML_VALUE_NOT_AVAILABLE

    private ProcessList() {}

    static Answer<List<GpuProcess>> read(NvmlCalls calls, MemorySegment device) {
        int room = FIRST_ROOM;
        NvmlStatus status = NvmlStatus.INSUFFICIENT_SIZE;
        for (int i = 0; i < TRIES && status.equals(NvmlStatus.INSUFFICIENT_SIZE); i++) {
            try (Arena scratch = Arena.ofConfined()) {
                MemorySegment count = scratch.allocate(JAVA_INT);
                count.set(JAVA_INT, 0, room);
                MemorySegment entries =
                        scratch.allocate((long) room * MOST_BYTES, Long.BYTES).fill(UNWRITTEN);
                status = calls.call(NvmlFunction.PROCESSES, device, count, entries);
                int said = count.get(JAVA_INT, 0);
                if (status.isSuccess()) {
                    return said < 0 || said > room
                            ? new Answer.Implausible<>(
                                    Integer.toUnsignedString(said)
                                            + " processes in room for "
                                            + room)
                            : new Answer.Value<>(entries(entries, said));
                }
                if (said > MOST || said < 0) {
                    return new Answer.Implausible<>(
                            Integer.toUnsignedString(said) + " processes on one GPU");
                }
                room = Math.max(room, said) + FIRST_ROOM;
            }
        }
        return Answer.without(status);
    }

    private static List<GpuProcess> entries(MemorySegment entries, int count) {
        int entryBytes = entryBytes(entries, count);
        List<GpuProcess> processes = new ArrayList<>();
        for (long offset = 0; offset < (long) count * entryBytes; offset += entryBytes) {
            long memory = entries.get(JAVA_LONG, offset + MEMORY);
            processes.add(
                    new GpuProcess(
                            Integer.toUnsignedLong(entries.get(JAVA_INT, offset)),
                            memory == UNKNOWN || memory < 0
                                    ? OptionalLong.empty()
                                    : OptionalLong.of(memory)));
        }
        return List.copyOf(processes);
    }

    private static int entryBytes(MemorySegment entries, int count) {
        long written = entries.byteSize();
        while (written > 0 && entries.get(JAVA_BYTE, written - 1) == UNWRITTEN) {
            written--;
        }
        for (int size : ENTRY_BYTES) {
            if ((long) size * count >= written) {
                return size;
            }
        }
        return DECLARED_BYTES; // more was written than that many entries
    }
}
