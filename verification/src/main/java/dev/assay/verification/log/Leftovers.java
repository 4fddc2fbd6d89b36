package dev.assay.verification.log;

import dev.assay.verification.VerificationException;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The tiles beyond a log's checkpoint, which a reader could take for the log's own. A crash leaves
 * those of the one commit that it ended: at most so many full ones, and one at each level that is
 * not full. More than that means that a newer checkpoint was lost, and then nothing is removed.
 */
final class Leftovers {
    private static final int MOST_LEVELS = 8;

    /** Full tiles that one commit can complete at a level, at most. */
    private static final int MOST_FULL = Appender.MOST_LEAVES / Tile.FULL + 1;

    private final LogDirectory files;
    private final long size;
    private final List<String> found = new ArrayList<>();

    private Leftovers(LogDirectory files, long size) {
        this.files = files;
        this.size = size;
    }

    /** Removes them from a log of this size. */
    static void remove(LogDirectory files, long size) throws VerificationException {
        Leftovers leftovers = new Leftovers(files, size);
        for (int level = Tile.ENTRIES; level < MOST_LEVELS; level++) {
            leftovers.find(level);
        }
        files.remove(leftovers.found);
    }

    private void find(int level) throws VerificationException {
        Tile last = Tile.last(size, level);
        List<String> partials = new ArrayList<>();
        for (long index = last.index(); index <= last.index() + MOST_FULL + 1; index++) {
            Tile tile = new Tile(level, index, Tile.FULL);
            if (files.exists(tile.path())) {
                require(index <= last.index() + MOST_FULL, tile.path());
                found.add(tile.path());
            }
            int committed = index == last.index() ? last.width() : 0;
            for (String width : files.list(tile.partials())) {
                if (!isAtMost(width, committed)) {
                    partials.add(tile.partials() + "/" + width);
                }
            }
        }
        if (!partials.isEmpty()) {
            require(partials.size() == 1, partials.getLast());
            found.addAll(partials);
        }
        for (long index = Math.max(0, last.index() - MOST_FULL); index < last.index(); index++) {
            // The crash may have come before these were removed.
            files.discard(new Tile(level, index, Tile.FULL).partials());
        }
    }

    private void require(boolean ofOneCommit, String file) throws VerificationException {
        if (!ofOneCommit) {
            throw files.corrupt(
                    CommittedLog.CHECKPOINT,
                    "its size is "
                            + size
                            + ", yet "
                            + files.name(file)
                            + " is of a later commit than the next: a newer checkpoint was lost");
        }
    }

    private static boolean isAtMost(String width, int most) {
        return IntStream.rangeClosed(1, most).anyMatch(w -> width.equals(Integer.toString(w)));
    }
}
