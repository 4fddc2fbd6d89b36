package dev.assay.runtime.container;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.runtime.container.ContainerException.Code;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What must outlive the agent's process while containers of a lease run: which image they are made
 * of, and how those that are gone ended. One file beside the workspaces, of lines that are on the
 * disk before a container that they speak of is removed:
 *
 * <pre>
 * image sha256:…
 * ended INDEX UNIT CPU-NANOS PEAK-BYTES
 * </pre>
 *
 * <p>UNIT is the digest of the blob with the unit's canonical bytes. A last line that was not
 * written whole is dropped. Thread-safe.
 */
public final class LeaseRecord implements AutoCloseable {
    private static final String END = "record";
    private static final String IMAGE = "image";
    private static final String ENDED = "ended";

    private final LeaseId lease;
    private final Path file;
    private final RandomAccessFile lines;
    private final Map<Integer, Ended> ended = new TreeMap<>();
    private Optional<String> image = Optional.empty();

    /** How a container ended that is gone. */
    public record Ended(Digest unit, ContainerUsage usage) {}

    private LeaseRecord(LeaseId lease, Path file, RandomAccessFile lines) {
        this.lease = lease;
        this.file = file;
        this.lines = lines;
    }

    /** The record of a lease; an empty one when there is none yet. */
    public static LeaseRecord open(ContainerHost host, LeaseId lease) throws ContainerException {
        Path file = host.root().resolve(name(lease));
        try {
            Files.createDirectories(host.root());
            // Unlike a channel it stays open when a thread is interrupted that writes.
            RandomAccessFile lines = new RandomAccessFile(file.toFile(), "rw");
            LeaseRecord record = new LeaseRecord(lease, file, lines);
            try {
                record.read();
            } catch (IOException | RuntimeException e) {
                lines.close();
                throw e;
            }
            return record;
        } catch (IOException | IllegalArgumentException e) {
            throw new ContainerException(
                    Code.STORAGE, "cannot read the lease's record " + file + ": " + e, e);
        }
    }

    /** The file's name, which begins like those of the lease's workspaces. */
    static String name(LeaseId lease) {
        return RunId.prefix(lease) + END;
    }

    private void read() throws IOException {
        String text = Files.readString(file, StandardCharsets.UTF_8);
        int whole = text.lastIndexOf('\n') + 1;
        text.substring(0, whole).lines().forEach(this::line);
        lines.setLength(text.substring(0, whole).getBytes(StandardCharsets.UTF_8).length);
        lines.seek(lines.length());
    }

    private void line(String line) {
        String[] words = line.split(" ", -1);
        if (words.length == 2 && words[0].equals(IMAGE)) {
            image = Optional.of(words[1]);
        } else if (words.length == 5 && words[0].equals(ENDED)) {
            ended.put(
                    Integer.valueOf(words[1]),
                    new Ended(
                            Digest.parse(words[2]),
                            new ContainerUsage(
                                    Duration.ofNanos(Long.parseLong(words[3])),
                                    Long.parseLong(words[4]))));
        } else {
            throw new IllegalArgumentException("unknown line '" + line + "'");
        }
    }

    public LeaseId lease() {
        return lease;
    }

    /** The id of the image that containers were started from. */
    public synchronized Optional<String> image() {
        return image;
    }

    /** Keeps the image's id, before the first container starts. */
    public synchronized void image(String id) throws ContainerException {
        write(IMAGE + " " + id);
        image = Optional.of(id);
    }

    /** The containers that ended, by index. */
    public synchronized Map<Integer, Ended> ended() {
        return Map.copyOf(ended);
    }

    /** Keeps how a container ended, before it is removed. */
    public synchronized void ended(int index, Ended how) throws ContainerException {
        write(
                String.join(
                        " ",
                        ENDED,
                        Integer.toString(index),
                        how.unit().toString(),
                        Long.toString(how.usage().cpu().toNanos()),
                        Long.toString(how.usage().peakMemoryBytes())));
        ended.put(index, how);
    }

    private void write(String line) throws ContainerException {
        try {
            lines.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            lines.getFD().sync();
        } catch (IOException e) {
            throw new ContainerException(
                    Code.STORAGE, "cannot write the lease's record " + file + ": " + e, e);
        }
    }

    /** Leaves the file, for the agent's next process or {@link Leftovers#remove}. */
    @Override
    public synchronized void close() throws ContainerException {
        try {
            lines.close();
        } catch (IOException e) {
            throw new ContainerException(Code.STORAGE, "cannot close " + file + ": " + e, e);
        }
    }
}
