package dev.assay.verification.log;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.LogSigningKey;
import dev.assay.verification.crypto.LogVerifyingKey;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A durable, append-only log in a directory that can be served as it is (C2SP tlog-tiles):
 *
 * <pre>
 * checkpoint                  the signed checkpoint
 * tile/L/N, tile/L/N.p/W      hashes: 256, or W while the tile is not full
 * tile/entries/N[.p/W]        leaves
 * .committed                  a newer checkpoint, when the public one waits for witnesses
 * .lock, .next                the owner's own
 * </pre>
 *
 * Many threads may append at once: one thread of the log's writes what they hand in, together, and
 * tells each its index when the entries, the tiles above them and the signed checkpoint are on the
 * disk. After a crash the log is at the last checkpoint or at the one that was being written; what
 * lies beyond it is removed.
 *
 * <p>Opening compares the tiles that are not full with the signed checkpoint, and the newest full
 * ones with the entries below them; the work does not grow with the log. Every other tile is
 * compared when it is read, before anything from it is given out. {@link #check} replays all of it.
 * A wholesale return to an older state of the directory cannot be seen from within it; witnesses
 * and holders of newer checkpoints see it.
 *
 * <p>Thread-safe. Readers see the last committed state and never wait. The owner closes it, which
 * ends its thread.
 */
public final class TransparencyLog implements AutoCloseable {
    private final LogDirectory files;
    private final LogSigningKey key;
    private final Publication publication;
    private final RightEdge edge;
    private final KnownTiles known = new KnownTiles();
    private final Appender appender;
    private volatile LogView committed;
    private volatile Optional<VerifiedCheckpoint> published;

    private TransparencyLog(
            LogDirectory files,
            LogSigningKey key,
            Publication publication,
            RightEdge edge,
            VerifiedCheckpoint committed,
            Optional<VerifiedCheckpoint> published) {
        this.files = files;
        this.key = key;
        this.publication = publication;
        this.edge = edge;
        this.committed = new LogView(files, committed, edge, known);
        this.published = published;
        this.appender = new Appender(files.name(""), this::commit);
    }

    /**
     * Opens the log in this directory, whose checkpoint this key must have signed, or starts one
     * there. Every commit is published.
     */
    public static TransparencyLog open(Path directory, LogSigningKey key)
            throws VerificationException {
        return open(directory, key, Publication.EVERY_COMMIT);
    }

    /** Opens a log whose checkpoints are published as said. */
    public static TransparencyLog open(Path directory, LogSigningKey key, Publication publication)
            throws VerificationException {
        LogDirectory files = LogDirectory.open(directory);
        try {
            return open(files, key, publication);
        } catch (VerificationException | RuntimeException e) {
            files.close();
            throw e;
        }
    }

    /**
     * The newest checkpoint of the log in this directory, which nobody writes to now: the public
     * one, or a newer one that waits for witnesses.
     */
    public static Optional<VerifiedCheckpoint> newestIn(Path directory, LogVerifyingKey key)
            throws VerificationException {
        return CommittedLog.newest(LogDirectory.reading(directory), key);
    }

    static TransparencyLog open(LogDirectory files, LogSigningKey key, Publication publication)
            throws VerificationException {
        Optional<CommittedLog> found = CommittedLog.in(files, key.verifyingKey());
        RightEdge edge = found.map(CommittedLog::edge).orElseGet(RightEdge::new);
        VerifiedCheckpoint committed =
                found.isPresent() ? found.get().newest() : sign(edge.tree(), key);
        Optional<VerifiedCheckpoint> published = found.flatMap(CommittedLog::published);
        if (found.isEmpty()) {
            files.commit(Map.of(), mark(publication), committed.note().bytes());
        }
        boolean behind =
                publication == Publication.EVERY_COMMIT
                        && published.map(VerifiedCheckpoint::size).orElse(-1L) < committed.size();
        if (behind) {
            files.commit(Map.of(), CommittedLog.CHECKPOINT, committed.note().bytes());
            published = Optional.of(committed);
        }
        TransparencyLog log =
                new TransparencyLog(files, key, publication, edge, committed, published);
        log.appender.start();
        return log;
    }

    /**
     * Appends these leaves in order, next to each other, and waits until they are durable under a
     * signed checkpoint. After a failure the log takes no more appends until it is opened again.
     *
     * @param leaves at most 8,192, of at most {@link LogLeaf#MAX_BYTES} each
     */
    public Appended append(List<byte[]> leaves) throws VerificationException {
        checkAppend(leaves);
        return appender.append(leaves);
    }

    /** Makes leaves durable; only the appender's thread calls it. */
    private Appended commit(List<byte[]> leaves) throws VerificationException {
        LogView before = committed;
        long first = before.checkpoint().size();
        if (leaves.isEmpty()) {
            return new Appended(first, before.checkpoint());
        }
        Map<String, byte[]> changed = new LinkedHashMap<>();
        for (byte[] leaf : leaves) {
            edge.add(leaf, (tile, bytes) -> changed.put(tile.path(), bytes));
        }
        VerifiedCheckpoint checkpoint = sign(edge.tree(), key);
        LogView after = new LogView(files, checkpoint, edge, known);
        after.partials()
                .forEach(
                        (tile, bytes) -> {
                            if (!before.partials().containsKey(tile)) {
                                changed.put(tile.path(), bytes);
                            }
                        });
        files.commit(changed, mark(publication), checkpoint.note().bytes());
        show(after);
        if (publication == Publication.EVERY_COMMIT) {
            published = Optional.of(checkpoint);
        }
        discardSuperseded(before.partials().keySet());
        return new Appended(first, checkpoint);
    }

    private synchronized void show(LogView view) {
        committed = view;
        notifyAll();
    }

    /** Waits for a checkpoint that is larger than this, and gives the newest one. */
    public synchronized VerifiedCheckpoint awaitLarger(long size) throws InterruptedException {
        while (committed.checkpoint().size() <= size) {
            wait();
        }
        return committed.checkpoint();
    }

    /**
     * Shows everyone this checkpoint of the log's, with the cosignatures it has. It must not be
     * older than the one that is shown.
     */
    public synchronized void publish(SignedNote note) throws VerificationException {
        VerifiedCheckpoint checkpoint = note.verify(key.verifyingKey());
        LogView view = committed;
        long size = checkpoint.size();
        long shown = published.map(VerifiedCheckpoint::size).orElse(0L);
        if (size < shown || size > view.checkpoint().size()) {
            throw new VerificationException(
                    Code.BAD_CHECKPOINT,
                    "a checkpoint of size "
                            + size
                            + " cannot follow the published one of size "
                            + shown
                            + " of a log with "
                            + view.checkpoint().size()
                            + " leaves");
        }
        if (size > 0) {
            view.consistencyProof(size, view.checkpoint().size())
                    .verify(checkpoint.root(), view.checkpoint().root());
        }
        files.commit(Map.of(), CommittedLog.CHECKPOINT, note.bytes());
        published = Optional.of(checkpoint);
    }

    /** The checkpoint that everyone is shown, if there is one yet. */
    public Optional<VerifiedCheckpoint> published() {
        return published;
    }

    /** How many callers wait for a commit that has not begun yet. */
    int waiting() {
        return appender.waiting();
    }

    /** The public half of the key that signs the log's checkpoints. */
    public LogVerifyingKey key() {
        return key.verifyingKey();
    }

    /** The newest checkpoint. */
    public VerifiedCheckpoint checkpoint() {
        return committed.checkpoint();
    }

    /** The bytes of a leaf. */
    public byte[] leaf(long index) throws VerificationException {
        return committed.leaf(index);
    }

    /** The proof that a leaf is in the tree of this size. */
    public InclusionProof inclusionProof(long index, long size) throws VerificationException {
        return committed.inclusionProof(index, size);
    }

    /** The proof that the tree of size 1, at least one leaf, is a prefix of the tree of size 2. */
    public ConsistencyProof consistencyProof(long size1, long size2) throws VerificationException {
        return committed.consistencyProof(size1, size2);
    }

    /** Proofs that the newest checkpoint covers these entries; all of that one checkpoint. */
    public List<TlogProof> proofs(List<Long> indexes) throws VerificationException {
        return proofs(indexes, committed.checkpoint());
    }

    /** Proofs that this checkpoint of the log's covers these entries, with its cosignatures. */
    public List<TlogProof> proofs(List<Long> indexes, VerifiedCheckpoint checkpoint)
            throws VerificationException {
        LogView view = committed;
        List<TlogProof> proofs = new ArrayList<>();
        for (long index : indexes) {
            InclusionProof inclusion = view.inclusionProof(index, checkpoint.size());
            proofs.add(new TlogProof(index, inclusion.hashes(), checkpoint.note()));
        }
        return proofs;
    }

    /** Proof that the newest checkpoint covers an entry. */
    public TlogProof proof(long index) throws VerificationException {
        return proofs(List.of(index)).getFirst();
    }

    /**
     * Evidence that all entries and tiles lead to the newest checkpoint; reads and hashes the whole
     * log.
     */
    public VerifiedCheckpoint check() throws VerificationException {
        VerifiedCheckpoint checkpoint = checkpoint();
        LogReplay.replay(files, checkpoint.note().checkpoint());
        return checkpoint;
    }

    /** Commits what was handed in, and gives the directory up. */
    @Override
    public void close() throws VerificationException {
        appender.close();
        files.close();
    }

    private static VerifiedCheckpoint sign(MerkleTree tree, LogSigningKey key)
            throws VerificationException {
        return SignedNote.sign(new LogCheckpoint(key.origin(), tree.size(), tree.root()), key)
                .verify(key.verifyingKey());
    }

    private static String mark(Publication publication) {
        return switch (publication) {
            case EVERY_COMMIT -> CommittedLog.CHECKPOINT;
            case WHEN_WITNESSED -> CommittedLog.COMMITTED;
        };
    }

    private static void checkAppend(List<byte[]> leaves) throws VerificationException {
        if (leaves.size() > Appender.MOST_LEAVES) {
            throw new VerificationException(
                    Code.TOO_LARGE,
                    "an append of "
                            + leaves.size()
                            + " leaves is over the limit of "
                            + Appender.MOST_LEAVES
                            + "; divide it");
        }
        for (byte[] leaf : leaves) {
            if (leaf.length > LogLeaf.MAX_BYTES) {
                throw new VerificationException(
                        Code.TOO_LARGE,
                        "a leaf of "
                                + leaf.length
                                + " bytes is over the limit of "
                                + LogLeaf.MAX_BYTES
                                + "; log a digest of it");
            }
        }
    }

    /** A tile's partial versions may go once the full tile is committed. */
    private void discardSuperseded(Set<Tile> partials) {
        for (Tile partial : partials) {
            if (Tile.in(edge.tree().size(), partial.level(), partial.index()).isFull()) {
                files.discard(partial.partials());
            }
        }
    }
}
