package dev.assay.verification.log;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.LogSigningKey;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A durable, append-only log in a directory that can be served as it is (C2SP tlog-tiles):
 *
 * <pre>
 * checkpoint                  the signed checkpoint: what is committed
 * tile/L/N, tile/L/N.p/W      hashes: 256, or W while the tile is not full
 * tile/entries/N[.p/W]        leaves
 * .lock, .next                the owner's own
 * </pre>
 *
 * An append writes and syncs entries and tiles, then replaces the checkpoint, syncs, and only then
 * returns: after a crash the log is at the checkpoint before or after, and what lies beyond it is
 * overwritten. Opening replays all entries and refuses a log whose files contradict its signed
 * checkpoint. A wholesale return to an older state of the directory cannot be seen from within it;
 * witnesses and holders of newer checkpoints see it.
 *
 * <p>Thread-safe. Appends take turns; readers see the last published state and never wait.
 */
public final class TransparencyLog implements AutoCloseable {
    static final String CHECKPOINT = "checkpoint";

    private enum State {
        OPEN,
        FAILED,
        CLOSED
    }

    private final LogFiles files;
    private final LogSigningKey key;
    private final RightEdge edge;
    private volatile LogView published;
    private State state = State.OPEN;

    private TransparencyLog(
            LogFiles files, LogSigningKey key, RightEdge edge, VerifiedCheckpoint checkpoint) {
        this.files = files;
        this.key = key;
        this.edge = edge;
        this.published = new LogView(files, checkpoint, edge.partials());
    }

    /**
     * Opens the log in this directory, whose checkpoint this key must have signed, or starts one
     * there.
     */
    public static TransparencyLog open(Path directory, LogSigningKey key)
            throws VerificationException {
        LogFiles files = LogDirectory.open(directory);
        try {
            return open(files, key);
        } catch (VerificationException | RuntimeException e) {
            files.close();
            throw e;
        }
    }

    static TransparencyLog open(LogFiles files, LogSigningKey key) throws VerificationException {
        Optional<byte[]> found = files.read(CHECKPOINT, SignedNote.MAX_BYTES);
        if (found.isEmpty()) {
            if (Files.exists(files.path("tile"))) {
                throw files.corrupt(CHECKPOINT, "it is missing, yet there are tiles");
            }
            RightEdge edge = new RightEdge();
            return new TransparencyLog(files, key, edge, publish(files, key, edge));
        }
        VerifiedCheckpoint committed;
        try {
            committed = SignedNote.parse(found.get()).verify(key.verifyingKey());
        } catch (VerificationException e) {
            throw new VerificationException(
                    Code.LOG_CORRUPT,
                    "log file "
                            + files.path(CHECKPOINT)
                            + ": "
                            + e.getMessage()
                            + "; restore it from a copy, or open the log with the key that signed"
                            + " it",
                    e);
        }
        return new TransparencyLog(
                files, key, LogReplay.replay(files, committed.note().checkpoint()), committed);
    }

    /**
     * Appends these leaves in order and returns the index of the first; they are durable and under
     * a published checkpoint by then. After a failure the log takes no more appends until it is
     * opened again.
     */
    public synchronized long append(List<byte[]> leaves) throws VerificationException {
        checkAppend(leaves);
        LogView before = published;
        if (leaves.isEmpty()) {
            return before.checkpoint().size();
        }
        state = State.FAILED;
        for (byte[] leaf : leaves) {
            edge.add(leaf, (tile, bytes) -> files.write(tile.path(), bytes));
        }
        Map<Tile, byte[]> partials = edge.partials();
        for (Map.Entry<Tile, byte[]> partial : partials.entrySet()) {
            if (!before.partials().containsKey(partial.getKey())) {
                files.write(partial.getKey().path(), partial.getValue());
            }
        }
        files.sync();
        published = new LogView(files, publish(files, key, edge), partials);
        state = State.OPEN;
        discardSuperseded(before.partials().keySet());
        return before.checkpoint().size();
    }

    /** The last published checkpoint. */
    public VerifiedCheckpoint checkpoint() {
        return published.checkpoint();
    }

    /** The bytes of a leaf. */
    public byte[] leaf(long index) throws VerificationException {
        return published.leaf(index);
    }

    /** The proof that a leaf is in the tree of this size. */
    public InclusionProof inclusionProof(long index, long size) throws VerificationException {
        return published.inclusionProof(index, size);
    }

    /** The proof that the tree of size 1, at least one leaf, is a prefix of the tree of size 2. */
    public ConsistencyProof consistencyProof(long size1, long size2) throws VerificationException {
        return published.consistencyProof(size1, size2);
    }

    /** Proofs that the newest checkpoint covers these entries; all of that one checkpoint. */
    public List<TlogProof> proofs(List<Long> indexes) throws VerificationException {
        LogView view = published;
        List<TlogProof> proofs = new ArrayList<>();
        for (long index : indexes) {
            InclusionProof inclusion = view.inclusionProof(index, view.checkpoint().size());
            proofs.add(new TlogProof(index, inclusion.hashes(), view.checkpoint().note()));
        }
        return proofs;
    }

    /** Proof that the newest checkpoint covers an entry. */
    public TlogProof proof(long index) throws VerificationException {
        return proofs(List.of(index)).getFirst();
    }

    /** Gives the directory up. */
    @Override
    public synchronized void close() throws VerificationException {
        state = State.CLOSED;
        files.close();
    }

    /** Signs the tree as it is and replaces the checkpoint: the moment of commitment. */
    private static VerifiedCheckpoint publish(LogFiles files, LogSigningKey key, RightEdge edge)
            throws VerificationException {
        MerkleTree tree = edge.tree();
        SignedNote note =
                SignedNote.sign(new LogCheckpoint(key.origin(), tree.size(), tree.root()), key);
        VerifiedCheckpoint checkpoint = note.verify(key.verifyingKey());
        files.write(CHECKPOINT, note.bytes());
        files.sync();
        return checkpoint;
    }

    private void checkAppend(List<byte[]> leaves) throws VerificationException {
        if (state == State.CLOSED) {
            throw new IllegalStateException("the log is closed");
        }
        if (state == State.FAILED) {
            throw new VerificationException(
                    Code.IO,
                    "an append to "
                            + files.path("")
                            + " failed before; open the log again to see its state");
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

    /** A tile's partial versions may go once the full tile is published. */
    private void discardSuperseded(Set<Tile> partials) {
        for (Tile partial : partials) {
            if (Tile.in(edge.tree().size(), partial.level(), partial.index()).isFull()) {
                files.discard(partial.partials());
            }
        }
    }
}
