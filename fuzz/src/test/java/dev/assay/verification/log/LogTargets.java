package dev.assay.verification.log;

import dev.assay.fuzz.Target;
import dev.assay.verification.VerificationException;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/** What a log's files and its clients say. */
public final class LogTargets {
    private LogTargets() {}

    public static List<Target<?>> all() {
        return List.of(
                tile(), Target.of("tile", VerificationException.class, LogTargets::hashes), path());
    }

    /** The first byte says how many leaves there should be, and whether of a fuller tile. */
    private static Target<List<byte[]>> tile() {
        return Target.of("entries", VerificationException.class, LogTargets::entries)
                .checked(
                        (leaves, input) -> {
                            if (leaves.size() != 1 + (input[0] & 0x7f)) {
                                throw new AssertionError("as many leaves as the tile has");
                            }
                        });
    }

    private static List<byte[]> entries(byte[] input) throws VerificationException {
        if (input.length == 0) {
            throw new OneFile(input, 0).corrupt("", "it is empty");
        }
        Tile tile = new Tile(Tile.ENTRIES, 0, 1 + (input[0] & 0x7f));
        OneFile files = new OneFile(input, 1);
        return EntryBundle.split(tile.read(input[0] < 0 ? files.onlyFull() : files), tile, files);
    }

    private static byte[] hashes(byte[] input) throws VerificationException {
        if (input.length == 0) {
            throw new OneFile(input, 0).corrupt("", "it is empty");
        }
        Tile tile = new Tile(0, 0, 1 + (input[0] & 0x7f));
        OneFile files = new OneFile(input, 1);
        return tile.read(input[0] < 0 ? files.onlyFull() : files);
    }

    private static Target<LogResource> path() {
        return Target.of(
                        "log-path",
                        NoSuchElementException.class,
                        input -> LogResource.at(text(input)).orElseThrow())
                .checked(
                        (resource, input) -> {
                            if (!resource.path().equals(text(input)) || resource.maxBytes() < 1) {
                                throw new AssertionError("another resource: " + resource.path());
                            }
                        });
    }

    private static String text(byte[] input) {
        return new String(input, StandardCharsets.UTF_8);
    }

    /** A log of which there is one file. */
    private static final class OneFile implements LogFiles {
        private final byte[] bytes;
        private final int from;
        private boolean onlyFull;

        OneFile(byte[] bytes, int from) {
            this.bytes = bytes;
            this.from = from;
        }

        /** The tile is there only when it is full: partial ones are gone. */
        OneFile onlyFull() {
            onlyFull = true;
            return this;
        }

        @Override
        public String name(String file) {
            return file;
        }

        @Override
        public Optional<byte[]> read(String file, int maxBytes) throws VerificationException {
            if (onlyFull && file.contains(".p/")) {
                return Optional.empty();
            }
            if (bytes.length - from > maxBytes) {
                throw corrupt(file, "it is too long");
            }
            return Optional.of(java.util.Arrays.copyOfRange(bytes, from, bytes.length));
        }
    }
}
