package dev.assay.verification.log;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.Map;

/**
 * Rebuilds a log from its entry bundles, bundle by bundle, and compares every tile and the root on
 * the way with what the files hold. Whatever was changed since it was committed is refused, and its
 * file named; files beyond the checkpoint's size are not looked at.
 */
final class LogReplay {
    private final LogFiles files;
    private final LogCheckpoint committed;
    private final RightEdge edge = new RightEdge();
    private @Nullable Tile firstDifferent;

    private LogReplay(LogFiles files, LogCheckpoint committed) {
        this.files = files;
        this.committed = committed;
    }

    /** The log's right edge at this checkpoint. */
    static RightEdge replay(LogFiles files, LogCheckpoint committed) throws VerificationException {
        return new LogReplay(files, committed).call();
    }

    private RightEdge call() throws VerificationException {
        for (long first = 0; first < committed.size(); first += Tile.FULL) {
            Tile bundle = Tile.in(committed.size(), Tile.ENTRIES, first / Tile.FULL);
            byte[] bytes = bundle.read(files);
            for (byte[] leaf : EntryBundle.split(bytes, bundle, files)) {
                edge.add(leaf, this::compare);
            }
        }
        for (Map.Entry<Tile, byte[]> partial : edge.partials().entrySet()) {
            compare(partial.getKey(), partial.getValue());
        }
        judge(edge.tree().root());
        return edge;
    }

    /**
     * Remembers the first tile that is not what the entries make it; a bundle is compared through
     * its tile.
     */
    private void compare(Tile tile, byte[] expected) throws VerificationException {
        if (tile.level() == Tile.ENTRIES || firstDifferent != null) {
            return;
        }
        if (!holds(tile, expected)) {
            firstDifferent = tile;
        }
    }

    private boolean holds(Tile tile, byte[] expected) throws VerificationException {
        try {
            return Arrays.equals(tile.read(files), expected);
        } catch (VerificationException e) {
            if (e.code() == Code.LOG_CORRUPT) {
                return false;
            }
            throw e;
        }
    }

    /**
     * When entries give the committed root, a different tile is at fault; otherwise the entries
     * below it are.
     */
    private void judge(Digest root) throws VerificationException {
        boolean entriesStand = root.equals(committed.root());
        Tile different = firstDifferent;
        if (different == null && !entriesStand) {
            throw files.corrupt(
                    CommittedLog.CHECKPOINT,
                    "its root is "
                            + committed.root().brief()
                            + ", but the entries and tiles have "
                            + root.brief());
        }
        if (different != null) {
            Tile bundle = new Tile(Tile.ENTRIES, different.index(), different.width());
            throw entriesStand || different.level() != 0
                    ? files.corrupt(different.path(), "it is not the tile that the entries have")
                    : files.corrupt(
                            bundle.path(), "its entries are not those of tile " + different.path());
        }
    }
}
