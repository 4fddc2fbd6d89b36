package dev.assay.cli.keys;

import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.LoggedEnvelope;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.LogSigningKey;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.keys.KeyHistory;
import dev.assay.verification.keys.KeyPeriod;
import dev.assay.verification.log.LogLeaf;
import dev.assay.verification.log.Publication;
import dev.assay.verification.log.TransparencyLog;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The key statements of a home's log, which itself holds only their digests and signatures:
 *
 * <pre>
 * market/log/                        the transparency log
 * market/key-statements/N.json       the envelope that is the log's entry N
 * market/key-statements/N.pending    one that is about to become entry N
 * </pre>
 *
 * A statement is on disk before the log takes it; after a crash in between, opening finds out
 * whether it did. Used by one process at a time, since the log is. Not thread-safe.
 */
public final class KeyJournal implements AutoCloseable {
    static final String STATEMENTS = "key-statements";

    private static final String LOGGED = ".json";
    private static final String PENDING = ".pending";

    private final Path directory;
    private final TransparencyLog log;
    private final KeyHistory history;

    private KeyJournal(Path directory, TransparencyLog log, KeyHistory history) {
        this.directory = directory;
        this.log = log;
        this.history = history;
    }

    /** Opens the log, which has no witnesses, and compares its key statements with it. */
    public static KeyJournal open(Path market, LogSigningKey key) throws VerificationException {
        return open(market, key, Publication.EVERY_COMMIT);
    }

    /** Opens the log below a market's directory and compares its key statements with it. */
    public static KeyJournal open(Path market, LogSigningKey key, Publication publication)
            throws VerificationException {
        Path directory = market.resolve(STATEMENTS);
        TransparencyLog log = TransparencyLog.open(market.resolve("log"), key, publication);
        try {
            settle(directory, log);
            for (Path file : files(directory, LOGGED)) {
                requireLogged(file, log);
            }
            KeyHistory history = read(directory, key.origin());
            history.readTo(log.checkpoint().size());
            return new KeyJournal(directory, log, history);
        } catch (VerificationException | RuntimeException e) {
            log.close();
            throw e;
        }
    }

    /** The history that the files in a directory tell, which need not be there. */
    static KeyHistory read(Path directory, String origin) throws VerificationException {
        KeyHistory history = new KeyHistory(origin);
        for (Path file : files(directory, LOGGED)) {
            try {
                history.append(index(file), envelope(file));
            } catch (VerificationException e) {
                throw new VerificationException(
                        e.code(),
                        file + ": " + e.getMessage() + "; restore the file from a copy",
                        e);
            }
        }
        return history;
    }

    /** The files of the statements in a directory, which need not be there, by their indexes. */
    static SortedMap<Long, Path> logged(Path directory) throws VerificationException {
        SortedMap<Long, Path> logged = new TreeMap<>();
        for (Path file : files(directory, LOGGED)) {
            logged.put(index(file), file);
        }
        return logged;
    }

    /** What the log says of keys so far. */
    public KeyHistory history() {
        return history;
    }

    /** The statements, as they are logged, in the log's order. */
    public List<LoggedEnvelope> statements() throws VerificationException {
        List<LoggedEnvelope> statements = new ArrayList<>();
        for (Path file : files(directory, LOGGED)) {
            statements.add(new LoggedEnvelope(Bytes.copyOf(envelope(file).bytes()), index(file)));
        }
        return statements;
    }

    /** Number of entries in the log. */
    public long size() {
        return log.checkpoint().size();
    }

    /**
     * Puts a statement into the log, unless it would be refused there. After a failure of the log
     * the journal is to be opened again.
     */
    public Entry append(Envelope envelope) throws VerificationException {
        VerifyingKey signer =
                KeyHistory.claimedSigner(envelope)
                        .orElseThrow(() -> new IllegalArgumentException("no key statement"));
        long next = size();
        KeyPeriod period = history.append(next, envelope);
        Path pending = directory.resolve(next + PENDING);
        write(pending, envelope.bytes());
        long index = log.append(List.of(LogLeaf.of(envelope, signer))).first();
        rename(pending, directory.resolve(index + LOGGED));
        return new Entry(index, period);
    }

    /** What a statement did, at its index. */
    public record Entry(long index, KeyPeriod period) {}

    @Override
    public void close() throws VerificationException {
        log.close();
    }

    /** Finds out what became of statements that were about to be logged. */
    private static void settle(Path directory, TransparencyLog log) throws VerificationException {
        for (Path pending : files(directory, PENDING)) {
            long index = index(pending);
            Optional<byte[]> leaf = writtenLeaf(pending);
            boolean logged =
                    index < log.checkpoint().size()
                            && leaf.isPresent()
                            && Arrays.equals(leaf.get(), log.leaf(index));
            if (logged) {
                rename(pending, directory.resolve(index + LOGGED));
            } else {
                delete(pending);
            }
        }
    }

    /** The leaf of a statement that was about to be logged; none when not all of it was written. */
    private static Optional<byte[]> writtenLeaf(Path pending) throws VerificationException {
        try {
            return leaf(envelope(pending));
        } catch (VerificationException e) {
            if (e.code() == Code.IO) {
                throw e;
            }
            return Optional.empty();
        }
    }

    private static void requireLogged(Path file, TransparencyLog log) throws VerificationException {
        long index = index(file);
        Optional<byte[]> leaf = leaf(envelope(file));
        if (index >= log.checkpoint().size()
                || leaf.isEmpty()
                || !Arrays.equals(leaf.get(), log.leaf(index))) {
            throw new VerificationException(
                    Code.LOG_CORRUPT,
                    file
                            + " is not what the log has as its entry "
                            + index
                            + "; restore both from one copy");
        }
    }

    private static Optional<byte[]> leaf(Envelope envelope) {
        return KeyHistory.claimedSigner(envelope).map(signer -> LogLeaf.of(envelope, signer));
    }

    private static List<Path> files(Path directory, String ending) throws VerificationException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> name(file).matches("[0-9]{1,18}\\" + ending))
                    .sorted(Comparator.comparingLong(KeyJournal::index))
                    .toList();
        } catch (IOException e) {
            throw failed("list", directory, e);
        }
    }

    private static long index(Path file) {
        return Long.parseLong(name(file).substring(0, name(file).indexOf('.')));
    }

    private static String name(Path file) {
        return file.getFileName().toString();
    }

    private static Envelope envelope(Path file) throws VerificationException {
        try (InputStream in = Files.newInputStream(file)) {
            return Envelope.parse(in.readNBytes(Envelope.MAX_BYTES + 1));
        } catch (IOException e) {
            throw failed("read", file, e);
        }
    }

    private static void write(Path file, byte[] bytes) throws VerificationException {
        try {
            Files.createDirectories(file.resolveSibling(""));
            try (FileChannel channel =
                    FileChannel.open(
                            file,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.TRUNCATE_EXISTING)) {
                ByteBuffer buffer = ByteBuffer.wrap(bytes);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(true);
            }
            Directories.sync(file.resolveSibling(""));
        } catch (IOException e) {
            throw failed("write", file, e);
        }
    }

    private static void rename(Path from, Path to) throws VerificationException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
            Directories.sync(to.resolveSibling(""));
        } catch (IOException e) {
            throw failed("rename", from, e);
        }
    }

    private static void delete(Path file) throws VerificationException {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw failed("delete", file, e);
        }
    }

    private static VerificationException failed(String what, Path path, IOException e) {
        return new VerificationException(
                Code.IO,
                "cannot " + what + " " + path + ": " + e + "; check its permissions and free space",
                e);
    }
}
