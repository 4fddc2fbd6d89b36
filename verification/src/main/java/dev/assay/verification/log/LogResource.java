package dev.assay.verification.log;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file of a log as everyone may ask for it (C2SP tlog-tiles): the checkpoint, a tile or an entry
 * bundle, named by its path from the log's root. No other path can be one.
 */
public final class LogResource {
    private static final Pattern TILE =
            Pattern.compile(
                    "tile/(entries|[0-7])/((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\\.p/([1-9][0-9]{0,2}))?");

    private final String path;
    private final Optional<Tile> tile;

    private LogResource(String path, Optional<Tile> tile) {
        this.path = path;
        this.tile = tile;
    }

    /** The resource at this path, without a leading slash. */
    public static Optional<LogResource> at(String path) {
        if (path.equals(CommittedLog.CHECKPOINT)) {
            return Optional.of(new LogResource(path, Optional.empty()));
        }
        Matcher form = TILE.matcher(path);
        if (!form.matches()) {
            return Optional.empty();
        }
        int level = form.group(1).equals("entries") ? Tile.ENTRIES : form.group(1).charAt(0) - '0';
        long index = Long.parseLong(form.group(2).replaceAll("[x/]", ""));
        int width = form.group(3) == null ? Tile.FULL : Integer.parseInt(form.group(3));
        Tile tile = new Tile(level, index, width);
        return width <= Tile.FULL && tile.path().equals(path)
                ? Optional.of(new LogResource(path, Optional.of(tile)))
                : Optional.empty();
    }

    /** Its path from the log's root. */
    public String path() {
        return path;
    }

    /** Whether it is the checkpoint, which changes; everything else never does. */
    public boolean isCheckpoint() {
        return tile.isEmpty();
    }

    /** Whether a log of this size has it. */
    public boolean isIn(long size) {
        return tile.map(t -> t.isIn(size)).orElse(true);
    }

    /** Length of the longest file that it can be. */
    public int maxBytes() {
        return tile.map(Tile::maxBytes).orElse(SignedNote.MAX_BYTES);
    }
}
