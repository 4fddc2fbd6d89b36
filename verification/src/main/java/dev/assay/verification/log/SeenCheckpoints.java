package dev.assay.verification.log;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.LogVerifyingKey;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The checkpoints that an auditor has seen of each log, as long as they are not proved to be of one
 * history with a later one that is here too. So no two histories go unnoticed because the auditor
 * forgot the first.
 *
 * <pre>
 * HEX/SIZE             the checkpoint of so many entries, a signed note; HEX is the log's
 *                      {@link LogVerifyingKey#checkpointKeyId}
 * HEX/fork-SIZE-ROOT   notes that contradict each other, kept as evidence
 * HEX/.lock, .next     the writer's own
 * </pre>
 *
 * A file is replaced whole and durable on return; one that is being written is never read. Any
 * number of processes and threads may use one directory: writers take turns.
 */
public final class SeenCheckpoints {
    /** How many may wait to be proved of one history, of one log. */
    public static final int MOST = 1_000;

    /** A process's file locks do not keep its own threads apart. */
    private static final Object TURN = new Object();

    private final Path root;

    private SeenCheckpoints(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    /** The checkpoints in this directory, which is created when the first is kept. */
    public static SeenCheckpoints in(Path directory) {
        return new SeenCheckpoints(directory);
    }

    /** Those of the log with this key, which must have signed them; the smallest log first. */
    public List<VerifiedCheckpoint> of(LogVerifyingKey key) throws VerificationException {
        Path directory = directory(key);
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        LogFiles files = LogDirectory.reading(directory);
        List<VerifiedCheckpoint> seen = new ArrayList<>();
        for (String name : names(directory)) {
            Optional<byte[]> note = files.read(name, SignedNote.MAX_BYTES);
            if (note.isPresent()) {
                seen.add(read(files.name(name), note.get(), name, key));
            }
        }
        seen.sort(Comparator.comparingLong(VerifiedCheckpoint::size));
        return seen;
    }

    /**
     * Keeps a checkpoint, unless {@link #MOST} are kept.
     *
     * @return the one that is here of the same size, when its root is another
     */
    public Optional<VerifiedCheckpoint> keep(LogVerifyingKey key, VerifiedCheckpoint checkpoint)
            throws VerificationException {
        synchronized (TURN) {
            try (LogDirectory files = open(key)) {
                List<VerifiedCheckpoint> seen = of(key);
                Optional<VerifiedCheckpoint> same =
                        seen.stream().filter(s -> s.size() == checkpoint.size()).findFirst();
                if (same.isEmpty() && seen.size() < MOST) {
                    files.commit(Map.of(), name(checkpoint), checkpoint.note().bytes());
                }
                return same.filter(s -> !s.root().equals(checkpoint.root()));
            }
        }
    }

    /** Forgets checkpoints, of which a later one that is kept is proved to be the continuation. */
    public void forget(LogVerifyingKey key, List<VerifiedCheckpoint> proved)
            throws VerificationException {
        if (proved.isEmpty()) {
            return;
        }
        synchronized (TURN) {
            try (LogDirectory files = open(key)) {
                files.remove(
                        proved.stream()
                                .map(SeenCheckpoints::name)
                                .distinct()
                                .filter(files::exists)
                                .toList());
            }
        }
    }

    /** Keeps two notes that contradict each other as evidence; returns where. */
    public List<Path> accuse(LogVerifyingKey key, VerifiedCheckpoint one, VerifiedCheckpoint other)
            throws VerificationException {
        List<Path> kept = new ArrayList<>();
        synchronized (TURN) {
            try (LogDirectory files = open(key)) {
                for (VerifiedCheckpoint checkpoint : List.of(one, other)) {
                    String name = "fork-" + checkpoint.size() + "-" + checkpoint.root().hex();
                    files.commit(Map.of(), name, checkpoint.note().bytes());
                    kept.add(directory(key).resolve(name));
                }
            }
        }
        return kept;
    }

    /** Waits for its turn among processes. */
    private LogDirectory open(LogVerifyingKey key) throws VerificationException {
        Path directory = directory(key);
        try {
            Files.createDirectories(
                    directory,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
            FileChannel lock =
                    FileChannel.open(
                            directory.resolve(".lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            lock.lock();
            return LogDirectory.on(directory, new FileDisk(), lock);
        } catch (IOException e) {
            throw new VerificationException(
                    Code.IO, "cannot keep checkpoints in " + directory + ": " + e, e);
        }
    }

    private static List<String> names(Path directory) throws VerificationException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches("[0-9]{1,19}"))
                    .toList();
        } catch (IOException e) {
            throw new VerificationException(Code.IO, "cannot list " + directory + ": " + e, e);
        }
    }

    private static VerifiedCheckpoint read(
            String file, byte[] note, String name, LogVerifyingKey key)
            throws VerificationException {
        try {
            VerifiedCheckpoint checkpoint = SignedNote.parse(note).verify(key);
            if (name(checkpoint).equals(name)) {
                return checkpoint;
            }
        } catch (VerificationException e) {
            throw changed(file, e);
        }
        throw changed(file, null);
    }

    private static VerificationException changed(
            String file, @org.jspecify.annotations.Nullable VerificationException why) {
        return new VerificationException(
                Code.IO,
                file
                        + ", a checkpoint seen before, was changed"
                        + (why == null ? "" : " (" + why.getMessage() + ")")
                        + "; restore it from a copy, or remove it to forget it",
                why);
    }

    private Path directory(LogVerifyingKey key) {
        return root.resolve(key.checkpointKeyId().hex());
    }

    private static String name(VerifiedCheckpoint checkpoint) {
        return Long.toString(checkpoint.size());
    }
}
