package dev.assay.runtime.container;

import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;
import dev.assay.runtime.container.ContainerException.Code;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Keeps a container's log in a bounded space: its beginning and its end, which are what people
 * read. One line an entry:
 *
 * <pre>
 * 2026-01-31T12:00:00.123456789Z out TEXT
 * 2026-01-31T12:00:01.000000000Z err TEXT
 * </pre>
 *
 * <p>The first half of the space is filled once; the second is two files that take turns, the older
 * of which is dropped. Thread-safe.
 */
final class LogKeeper implements AutoCloseable {
    private final Path folder;
    private final long headBytes;
    private final long turnBytes;
    private OutputStream out;
    private Path current;
    private @Nullable Path older;
    private long inCurrent;
    private long written;
    private long dropped;

    private LogKeeper(Path folder, long maxBytes) throws IOException {
        this.folder = folder;
        this.headBytes = Math.max(1, maxBytes / 2);
        this.turnBytes = Math.max(1, maxBytes / 4);
        this.current = folder.resolve("head");
        this.out = open(current);
    }

    /** Starts an empty log in this folder. */
    static LogKeeper start(Path folder, long maxBytes) throws ContainerException {
        try {
            return new LogKeeper(folder, maxBytes);
        } catch (IOException e) {
            throw storage(e);
        }
    }

    /** Adds an entry; says how many bytes were ever added. */
    synchronized long add(LogEntry entry) throws ContainerException {
        byte[] line = line(entry);
        try {
            if (inCurrent > 0 && inCurrent + line.length > room()) {
                turn();
            }
            out.write(line);
            inCurrent += line.length;
            written += line.length;
            return written;
        } catch (IOException e) {
            throw storage(e);
        }
    }

    private static byte[] line(LogEntry entry) {
        String stream = entry.stream() == LogEntry.Stream.OUT ? " out " : " err ";
        return (entry.time() + stream + entry.text() + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private long room() {
        return inHead() ? headBytes : turnBytes;
    }

    private boolean inHead() {
        return current.endsWith("head");
    }

    private void turn() throws IOException {
        out.close();
        Path next;
        if (inHead()) {
            next = folder.resolve("tail-0");
        } else if (older == null) {
            older = current;
            next = folder.resolve("tail-1");
        } else {
            next = older;
            older = current;
            dropped += Files.size(next);
        }
        current = next;
        inCurrent = 0;
        out = open(next);
    }

    private static OutputStream open(Path file) throws IOException {
        return new java.io.BufferedOutputStream(
                Files.newOutputStream(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE));
    }

    /** Stores what was kept; where a middle was dropped, a line says how much. */
    synchronized Digest store(BlobStore blobs) throws ContainerException {
        try {
            out.flush();
            List<InputStream> parts = new ArrayList<>();
            parts.add(Files.newInputStream(folder.resolve("head")));
            if (dropped > 0) {
                String gap = "[" + dropped + " bytes or more of the log were not kept]\n";
                parts.add(new ByteArrayInputStream(gap.getBytes(StandardCharsets.UTF_8)));
            }
            if (older != null) {
                parts.add(Files.newInputStream(older));
            }
            if (!inHead()) {
                parts.add(Files.newInputStream(current));
            }
            try (InputStream all = new SequenceInputStream(Collections.enumeration(parts))) {
                return blobs.put(all, Long.MAX_VALUE);
            }
        } catch (IOException e) {
            throw storage(e);
        } catch (BlobException e) {
            throw new ContainerException(
                    Code.STORAGE, "cannot store the log: " + e.getMessage(), e);
        }
    }

    private static ContainerException storage(IOException e) {
        return new ContainerException(Code.STORAGE, "cannot keep the log: " + e, e);
    }

    @Override
    public synchronized void close() {
        try {
            out.close();
        } catch (IOException e) {
            // the folder is removed with what is in it
        }
    }
}
