package dev.assay.verification.log;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.LogVerifyingKey;

import java.util.Optional;

/**
 * What a log's files say was committed, as found when it is opened: the newer of its two
 * checkpoints, the right edge that leads to its root, and the newest full tiles. What was written
 * after it by a commit that a crash ended is removed.
 *
 * <p>That takes the same few files however large the log is. When they do not lead to the root, all
 * entries are replayed to name the file at fault.
 */
final class CommittedLog {
    /** The public checkpoint. */
    static final String CHECKPOINT = "checkpoint";

    /** The newest checkpoint of a log whose public one waits for witnesses. */
    static final String COMMITTED = ".committed";

    /** How many of the newest full bundles are compared with their tiles. */
    private static final int RECENT = 16;

    private final LogDirectory files;
    private final VerifiedCheckpoint newest;
    private final Optional<VerifiedCheckpoint> published;
    private final RightEdge edge;
    private final LogView view;

    private CommittedLog(
            LogDirectory files,
            VerifiedCheckpoint newest,
            Optional<VerifiedCheckpoint> published,
            RightEdge edge) {
        this.files = files;
        this.newest = newest;
        this.published = published;
        this.edge = edge;
        this.view = new LogView(files, newest, edge, new KnownTiles());
    }

    /** What is in these files; empty when there is no log yet. */
    static Optional<CommittedLog> in(LogDirectory files, LogVerifyingKey key)
            throws VerificationException {
        Optional<VerifiedCheckpoint> published = checkpoint(files, CHECKPOINT, key);
        Optional<VerifiedCheckpoint> committed = checkpoint(files, COMMITTED, key);
        if (published.isEmpty() && committed.isEmpty()) {
            if (files.exists("tile")) {
                throw files.corrupt(CHECKPOINT, "it is missing, yet there are tiles");
            }
            return Optional.empty();
        }
        VerifiedCheckpoint newest = newer(published, committed).orElseThrow();
        CommittedLog log = new CommittedLog(files, newest, published, edge(files, newest));
        Leftovers.remove(files, newest.size());
        log.checkRecent();
        log.checkPrefix(CHECKPOINT, published);
        log.checkPrefix(COMMITTED, committed);
        return Optional.of(log);
    }

    VerifiedCheckpoint newest() {
        return newest;
    }

    Optional<VerifiedCheckpoint> published() {
        return published;
    }

    RightEdge edge() {
        return edge;
    }

    /** The edge of the log in these files at this checkpoint, compared with its root. */
    static RightEdge edge(LogFiles files, VerifiedCheckpoint at) throws VerificationException {
        long size = at.size();
        try {
            RightEdge edge = new RightEdge(size, tile -> tile.read(files));
            if (edge.tree().root().equals(at.root()) && entriesStand(files, edge)) {
                return edge;
            }
        } catch (VerificationException e) {
            if (e.code() != Code.LOG_CORRUPT) {
                throw e;
            }
        }
        return LogReplay.replay(files, at.note().checkpoint());
    }

    /** Whether the leaves of the last bundle have the hashes of the tile beside it. */
    private static boolean entriesStand(LogFiles files, RightEdge edge)
            throws VerificationException {
        Tile bundle = Tile.last(edge.tree().size(), Tile.ENTRIES);
        if (bundle.width() == 0) {
            return true;
        }
        byte[] entries = edge.partials().getOrDefault(bundle, new byte[0]);
        MerkleTree tree = new MerkleTree();
        EntryBundle.split(entries, bundle, files).forEach(tree::add);
        MerkleTree hashes = new MerkleTree();
        byte[] tile = edge.partials().getOrDefault(bundle.beside(), new byte[0]);
        for (int i = 0; i < bundle.width(); i++) {
            hashes.addHash(tile, i * Digest.BYTES);
        }
        return tree.root().equals(hashes.root());
    }

    /**
     * The newest full bundles are the ones that a disk which lied about being synced would lose.
     */
    private void checkRecent() throws VerificationException {
        long full = newest.size() / Tile.FULL;
        for (long bundle = Math.max(0, full - RECENT); bundle < full; bundle++) {
            view.leaves(bundle * Tile.FULL);
        }
    }

    /** Both checkpoints are of one log. */
    private void checkPrefix(String file, Optional<VerifiedCheckpoint> checkpoint)
            throws VerificationException {
        if (checkpoint.isPresent() && checkpoint.get().size() > 0) {
            VerifiedCheckpoint older = checkpoint.get();
            try {
                view.consistencyProof(older.size(), newest.size())
                        .verify(older.root(), newest.root());
            } catch (VerificationException e) {
                throw e.code() == Code.BAD_PROOF
                        ? files.corrupt(file, "it is of another history than the tiles")
                        : e;
            }
        }
    }

    /** The checkpoint in this file, signed by this key, if there is such a file. */
    static Optional<VerifiedCheckpoint> checkpoint(LogFiles files, String file, LogVerifyingKey key)
            throws VerificationException {
        Optional<byte[]> found = files.read(file, SignedNote.MAX_BYTES);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(SignedNote.parse(found.get()).verify(key));
        } catch (VerificationException e) {
            throw new VerificationException(
                    Code.LOG_CORRUPT,
                    "log file "
                            + files.name(file)
                            + ": "
                            + e.getMessage()
                            + "; restore it from a copy, or open the log with the key that signed"
                            + " it",
                    e);
        }
    }

    /** The newest checkpoint in these files, be it public or not; none when there is no log yet. */
    static Optional<VerifiedCheckpoint> newest(LogFiles files, LogVerifyingKey key)
            throws VerificationException {
        return newer(checkpoint(files, CHECKPOINT, key), checkpoint(files, COMMITTED, key));
    }

    /** The larger of two; of two of one size the first. */
    private static Optional<VerifiedCheckpoint> newer(
            Optional<VerifiedCheckpoint> a, Optional<VerifiedCheckpoint> b) {
        if (a.isEmpty() || b.isEmpty()) {
            return a.or(() -> b);
        }
        return a.get().size() >= b.get().size() ? a : b;
    }
}
