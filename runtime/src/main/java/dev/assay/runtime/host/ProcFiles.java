package dev.assay.runtime.host;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A process, or one with all it started, by the kernel's files: proc(5). Children that ended and
 * were waited for count in their parent's time; a process whose parent died before it is lost from
 * view. Memory that several processes share is counted in each. Time has the resolution of the
 * kernel's clock ticks, 10 ms. Thread-safe.
 *
 * <p>Looking for children opens a file for every thread of a process, many more than the rest of a
 * reading does; so it is done at every fifth.
 */
final class ProcFiles implements ProcessProbe {
    private static final Path PROC = Path.of("/proc");

    /** Fields of {@code /proc/PID/stat}, counted from the one after the program's name. */
    private static final int USER = 11;

    private static final int KERNEL = 12;
    private static final int CHILDREN_USER = 13;
    private static final int CHILDREN_KERNEL = 14;
    private static final int STARTED = 19;
    private static final int RESIDENT = 21;

    private static final int PAGE_SIZE_ENTRY = 6; // AT_PAGESZ of getauxval(3)
    private static final int TICKS_ENTRY = 17; // AT_CLKTCK
    private static final long PAGE_BYTES = constant(PAGE_SIZE_ENTRY, 4096);
    private static final long NANOS_PER_TICK = 1_000_000_000L / constant(TICKS_ENTRY, 100);

    /** More descendants than any work needs; what is beyond is not counted. */
    private static final int MOST_PROCESSES = 1024;

    private static final int READINGS_PER_LOOK = 5;

    private final long pid;
    private final boolean tree;
    private final Optional<Stat> atFirst;
    private List<Long> below = List.of();
    private int readings;

    /** What is used of a {@code stat} file. */
    private record Stat(long ticks, long childrenTicks, long started, long residentBytes) {}

    ProcFiles(long pid, boolean tree) {
        this.pid = pid;
        this.tree = tree;
        this.atFirst = stat(pid);
    }

    static boolean exist() {
        return Files.isReadable(PROC.resolve("self").resolve("stat"));
    }

    @Override
    public Optional<ProcessUsage> read() {
        Optional<Stat> root = stat(pid).filter(this::isTheSame);
        return root.map(stat -> tree ? wholeTree(stat) : alone(stat));
    }

    /** Whether a process is the one that was there at first: ids are used again. */
    private boolean isTheSame(Stat now) {
        return atFirst.isPresent() && atFirst.get().started() == now.started();
    }

    private ProcessUsage alone(Stat stat) {
        return usage(stat.ticks(), stat.residentBytes(), 0);
    }

    private synchronized ProcessUsage wholeTree(Stat root) {
        if (readings++ % READINGS_PER_LOOK == 0) {
            below = descendants();
        }
        long ticks = root.ticks() + root.childrenTicks();
        long others = 0;
        for (long one : below) {
            Optional<Stat> stat = stat(one);
            if (stat.isPresent()) {
                ticks += stat.get().ticks() + stat.get().childrenTicks();
                others += stat.get().residentBytes();
            }
        }
        return usage(ticks, root.residentBytes(), others);
    }

    private List<Long> descendants() {
        List<Long> found = new ArrayList<>(children(pid));
        for (int i = 0; i < found.size() && found.size() < MOST_PROCESSES; i++) {
            found.addAll(children(found.get(i)));
        }
        return found;
    }

    private ProcessUsage usage(long ticks, long resident, long others) {
        return new ProcessUsage(
                Duration.ofNanos(Math.multiplyExact(ticks, NANOS_PER_TICK)),
                resident + others,
                Math.max(resident, peakBytes()) + others);
    }

    private static Optional<Stat> stat(long pid) {
        try {
            String text = read(PROC.resolve(Long.toString(pid)).resolve("stat"));
            String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
            return Optional.of(
                    new Stat(
                            number(fields[USER]) + number(fields[KERNEL]),
                            number(fields[CHILDREN_USER]) + number(fields[CHILDREN_KERNEL]),
                            number(fields[STARTED]),
                            number(fields[RESIDENT]) * PAGE_BYTES));
        } catch (IOException | IndexOutOfBoundsException | NumberFormatException e) {
            return Optional.empty(); // it is no more, or the kernel does not say
        }
    }

    /** The processes that any thread of a process started and that still run. */
    private static List<Long> children(long pid) {
        List<Long> children = new ArrayList<>();
        try (DirectoryStream<Path> threads =
                Files.newDirectoryStream(PROC.resolve(Long.toString(pid)).resolve("task"))) {
            for (Path thread : threads) {
                for (String child : read(thread.resolve("children")).strip().split(" ", -1)) {
                    if (!child.isEmpty()) {
                        children.add(number(child));
                    }
                }
            }
        } catch (IOException | DirectoryIteratorException | NumberFormatException e) {
            return children; // as far as it was there to be read
        }
        return children;
    }

    /** {@code VmHWM}: the most memory the process ever held; 0 where the kernel keeps none. */
    private long peakBytes() {
        try {
            String text = read(PROC.resolve(Long.toString(pid)).resolve("status"));
            int begin = text.indexOf("VmHWM:");
            int end = text.indexOf(" kB", begin);
            return begin < 0 || end < 0
                    ? 0
                    : 1024 * number(text.substring(begin + "VmHWM:".length(), end).strip());
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }

    private static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    }

    private static long number(String text) {
        return Long.parseLong(text);
    }

    /** A number that the kernel gave this process at its start: {@code /proc/self/auxv}. */
    private static long constant(int entry, long usual) {
        try {
            ByteBuffer entries =
                    ByteBuffer.wrap(Files.readAllBytes(PROC.resolve("self").resolve("auxv")))
                            .order(ByteOrder.nativeOrder());
            while (entries.remaining() >= 2 * Long.BYTES) {
                long key = entries.getLong();
                long value = entries.getLong();
                if (key == entry && value > 0) {
                    return value;
                }
            }
            return usual;
        } catch (IOException e) {
            return usual;
        }
    }
}
