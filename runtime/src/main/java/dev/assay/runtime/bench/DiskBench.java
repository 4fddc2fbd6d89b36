package dev.assay.runtime.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;

/**
 * Writes and reads a file in sequence, past the operating system's cache (O_DIRECT). Each round
 * writes or reads all of it; a round of writing ends when the disk has it.
 */
final class DiskBench {
    static final String DEVICE = "disk";

    /** What {@link #run} measures: all of it, or nothing. */
    static final List<Metric> METRICS = List.of(Metric.DISK_WRITE, Metric.DISK_READ);

    private static final long FILE_BYTES = 256L << 20;
    private static final int BLOCK_BYTES = 4 << 20;
    private static final int ALIGNMENT = 4096;
    private static final int SPACE_SHARE = 4;

    private final Path scratch;
    private final Pace pace;

    DiskBench(Path scratch, Pace pace) {
        this.scratch = scratch;
        this.pace = pace;
    }

    List<Measurement> run() throws IOException {
        try (Scratch files = Scratch.under(scratch)) {
            if (Files.getFileStore(files.path()).getUsableSpace() < SPACE_SHARE * FILE_BYTES) {
                throw new IOException("less than 1 GiB is free in " + scratch);
            }
            Path file = Files.createFile(files.path().resolve("data"));
            ByteBuffer block =
                    ByteBuffer.allocateDirect(BLOCK_BYTES + ALIGNMENT)
                            .alignedSlice(ALIGNMENT)
                            .limit(BLOCK_BYTES);
            byte[] noise = new byte[BLOCK_BYTES]; // a file system may squeeze what repeats itself
            new Random(1).nextBytes(noise);
            block.put(noise);
            return List.of(
                    measure(Metric.DISK_WRITE, file, block, StandardOpenOption.WRITE),
                    measure(Metric.DISK_READ, file, block, StandardOpenOption.READ));
        }
    }

    private Measurement measure(Metric metric, Path file, ByteBuffer block, OpenOption direction)
            throws IOException {
        try (FileChannel channel = FileChannel.open(file, direction, direct())) {
            boolean write = direction == StandardOpenOption.WRITE;
            return pace.measure(
                    metric,
                    DEVICE,
                    "256 MiB in sequence, blocks of 4 MiB, past the cache",
                    () -> pass(channel, block, write));
        } catch (UnsupportedOperationException e) {
            throw new IOException(
                    "the file system of " + scratch + " cannot write past its cache", e);
        }
    }

    /**
     * {@code ExtendedOpenOption.DIRECT}; by name, because the compiler warns of its package and
     * cannot be told not to.
     */
    private static OpenOption direct() {
        try {
            Class<?> options = Class.forName("com.sun.nio.file.ExtendedOpenOption");
            return (OpenOption) options.getField("DIRECT").get(null);
        } catch (ReflectiveOperationException e) {
            throw new UnsupportedOperationException("this JDK has no O_DIRECT", e);
        }
    }

    private static long pass(FileChannel channel, ByteBuffer block, boolean write)
            throws IOException {
        for (long position = 0; position < FILE_BYTES; position += BLOCK_BYTES) {
            block.clear();
            int moved = write ? channel.write(block, position) : channel.read(block, position);
            if (moved != BLOCK_BYTES) {
                throw new IOException("the disk moved " + moved + " of " + BLOCK_BYTES + " bytes");
            }
        }
        if (write) {
            channel.force(true);
        }
        return FILE_BYTES;
    }
}
