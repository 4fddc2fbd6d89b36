package dev.assay.verification.log;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The full tiles of hashes that were used last and are known to be the log's: at most 256 of them,
 * 2 MiB. A full tile never changes again, so it stays known however the log grows. Thread-safe.
 */
final class KnownTiles {
    private static final int MOST = 256;

    private final Map<Tile, byte[]> tiles =
            new LinkedHashMap<>(MOST, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Tile, byte[]> eldest) {
                    return size() > MOST;
                }
            };

    synchronized byte @Nullable [] find(Tile tile) {
        return tiles.get(tile);
    }

    synchronized void add(Tile tile, byte[] hashes) {
        tiles.put(tile, hashes);
    }
}
