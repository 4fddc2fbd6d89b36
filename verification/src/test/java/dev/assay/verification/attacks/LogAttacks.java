package dev.assay.verification.attacks;

import static dev.assay.verification.attacks.Attack.ANYONE;
import static dev.assay.verification.attacks.Attack.LOG;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.attacks.Generator.Twin;
import dev.assay.verification.crypto.LogSigningKey;
import dev.assay.verification.log.LogCheckpoint;
import dev.assay.verification.log.SignedNote;
import dev.assay.verification.log.TransparencyLog;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Directories of a log that do not hold what its checkpoint says; whoever serves them can. */
final class LogAttacks {
    private static final int ENTRIES = 260;
    private static final String CHECKPOINT = "checkpoint";
    private static final String BUNDLE = "tile/entries/000";
    private static final String LAST_BUNDLE = "tile/entries/001.p/4";
    private static final String TILE = "tile/0/000";
    private static final String LAST_TILE = "tile/0/001.p/4";
    private static final String UPPER_TILE = "tile/1/000.p/1";

    /** Length of each entry in its bundle: two bytes of length and ten of text. */
    private static final int ENTRY = 12;

    private final Map<String, byte[]> honest;
    private final Twin twin;

    private LogAttacks(Generator generator) throws Exception {
        this.honest = log(entries(ENTRIES));
        this.twin =
                generator
                        .honest(Input.LOG, AttackFiles.HONEST, honest)
                        .from(Input.LOG, AttackFiles.HONEST);
    }

    static void add(Generator generator) throws Exception {
        LogAttacks attacks = new LogAttacks(generator);
        attacks.tiles();
        attacks.bundles();
        attacks.checkpoints();
        attacks.histories();
        attacks.afterTheHonestOne(generator);
    }

    private void tiles() {
        changed(
                "changed-tile",
                LAST_TILE,
                "a bit of a tile is flipped",
                flip(40),
                "it is not the tile that the entries have");
        changed(
                "changed-full-tile",
                TILE,
                "a bit of a full tile is flipped",
                flip(40),
                "it is not the tile that the entries have");
        changed(
                "changed-upper-tile",
                UPPER_TILE,
                "a bit of a tile of the level above is flipped",
                flip(3),
                "it is not the tile that the entries have");
        changed(
                "swapped-hashes",
                LAST_TILE,
                "two hashes of a tile change places",
                swap(32),
                "it is not the tile that the entries have");
        changed(
                "tile-too-wide",
                LAST_TILE,
                "a tile has a hash too many",
                bytes -> Arrays.copyOf(bytes, bytes.length + 32),
                "it is not the tile that the entries have");
        changed(
                "tile-too-narrow",
                LAST_TILE,
                "a tile has a hash too few",
                bytes -> Arrays.copyOf(bytes, bytes.length - 32),
                "it is not the tile that the entries have");
        removed(
                "missing-tile",
                LAST_TILE,
                "a tile is gone",
                "it is not the tile that the entries have");
        removed(
                "missing-full-tile",
                TILE,
                "a full tile is gone",
                "it is not the tile that the entries have");
    }

    private void bundles() {
        changed(
                "changed-entry",
                LAST_BUNDLE,
                "a bit of an entry is flipped",
                flip(5),
                "its entries are not those of tile " + LAST_TILE);
        changed(
                "changed-old-entry",
                BUNDLE,
                "a bit of an entry in a full bundle is flipped",
                flip(5),
                "its entries are not those of tile " + TILE);
        changed(
                "swapped-entries",
                BUNDLE,
                "two entries change places",
                swap(ENTRY),
                "its entries are not those of tile " + TILE);
        changed(
                "replayed-entry",
                LAST_BUNDLE,
                "an entry is there again in the place of the next",
                bytes -> {
                    System.arraycopy(bytes, 0, bytes, ENTRY, ENTRY);
                    return bytes;
                },
                "its entries are not those of tile " + LAST_TILE);
        changed(
                "missing-entry",
                LAST_BUNDLE,
                "the last entry is cut off",
                bytes -> Arrays.copyOf(bytes, bytes.length - ENTRY),
                "it does not hold 4 whole leaves");
        changed(
                "extra-entry",
                LAST_BUNDLE,
                "an entry more than the checkpoint has",
                bytes -> {
                    byte[] more = Arrays.copyOf(bytes, bytes.length + ENTRY);
                    System.arraycopy(bytes, 0, more, bytes.length, ENTRY);
                    return more;
                },
                "it does not hold 4 whole leaves");
        changed(
                "entry-beyond-the-end",
                LAST_BUNDLE,
                "an entry's length runs beyond the file",
                bytes -> {
                    bytes[bytes.length - ENTRY] = (byte) 0xff;
                    return bytes;
                },
                "it does not hold 4 whole leaves");
        changed(
                "truncated-bundle",
                LAST_BUNDLE,
                "its last byte is cut off",
                bytes -> Arrays.copyOf(bytes, bytes.length - 1),
                "it does not hold 4 whole leaves");
        removed("missing-bundle", BUNDLE, "a bundle is gone", "it is missing");
    }

    private void checkpoints() {
        LogCheckpoint checkpoint = checkpoint();
        signed(
                "checkpoint-of-a-larger-log",
                LOG,
                "a size that the files do not reach",
                new LogCheckpoint(Parties.ORIGIN, ENTRIES + 40, checkpoint.root()),
                Parties.LOG,
                "LogReader.open",
                "tile/entries/001.p/44 was changed or lost: it is missing");
        signed(
                "checkpoint-with-another-root",
                LOG,
                "a root that nothing has",
                new LogCheckpoint(Parties.ORIGIN, ENTRIES, Digest.sha256(new byte[0])),
                Parties.LOG,
                "LogReader.open",
                "checkpoint was changed or lost: its root is");
        signed(
                "checkpoint-of-an-impostor",
                ANYONE,
                "signed by somebody who calls itself the log",
                checkpoint,
                Parties.IMPOSTOR,
                "LogReader.open",
                "has 0 signatures by the key of log");
        signed(
                "checkpoint-of-another-log",
                ANYONE,
                "signed by another log",
                new LogCheckpoint(Parties.OTHER_LOG.origin(), ENTRIES, checkpoint.root()),
                Parties.OTHER_LOG,
                "LogReader.open",
                "the checkpoint is of log other.example/log, not of");
        removed("missing-checkpoint", CHECKPOINT, "the checkpoint is gone", "it is missing");
        attack(
                "extension-line",
                LOG,
                "a line more in the checkpoint",
                files ->
                        files.put(
                                CHECKPOINT,
                                Generator.bytes(
                                        Generator.text(honest.getOrDefault(CHECKPOINT, new byte[0]))
                                                .replace("\n\n", "\nextension\n\n"))),
                "LogReader.open",
                "not a log checkpoint");
    }

    /** Consistent rewritings, by whoever serves the log but cannot sign for it. */
    private void histories() throws Exception {
        List<byte[]> other = entries(ENTRIES);
        other.set(7, Generator.bytes("a lie 0007"));
        Map<String, byte[]> rewritten = log(other);
        attack(
                "rewritten-history",
                ANYONE,
                "an entry, and all tiles above it, are another's; only the checkpoint is not",
                files -> {
                    files.putAll(rewritten);
                    files.put(CHECKPOINT, honest.getOrDefault(CHECKPOINT, new byte[0]));
                },
                "LogReader.open",
                "checkpoint was changed or lost: its root is");
        attack(
                "forked-log",
                LOG,
                "the checkpoint of another history over these entries",
                files -> files.put(CHECKPOINT, rewritten.getOrDefault(CHECKPOINT, new byte[0])),
                "LogReader.open",
                "checkpoint was changed or lost: its root is");
    }

    /** Whole and consistent directories of logs that did not only grow. */
    private void afterTheHonestOne(Generator generator) throws Exception {
        List<byte[]> more = entries(ENTRIES + 1);
        Map<String, byte[]> grown = log(more);
        Twin seen =
                generator
                        .honest(Input.SEEN_LOG, AttackFiles.HONEST, grown)
                        .from(Input.SEEN_LOG, AttackFiles.HONEST);
        seen.attack(
                "rolled-back-log",
                LOG,
                "the whole directory as it was with three entries",
                Patch.between(grown, log(entries(3))).bytes(),
                seen("rollback", "shows 3 entries and signed 260"));
        List<byte[]> forked = entries(ENTRIES + 1);
        forked.set(ENTRIES - 2, Generator.bytes("a lie %04d".formatted(ENTRIES - 2)));
        seen.attack(
                "forked-log",
                LOG,
                "an entry that was seen is another now, and there is one more",
                Patch.between(grown, log(forked)).bytes(),
                seen("consistency", "the log signed two histories"));
        seen.attack(
                "split-view",
                LOG,
                "the same number of entries, one of them another",
                Patch.between(grown, log(forked.subList(0, ENTRIES))).bytes(),
                seen("split-view", "the log signed two roots"));
    }

    private static Expected seen(String clause, String says) {
        return new Expected("LogAudit.audit", CHECKPOINT, "", clause, says);
    }

    private void changed(
            String name, String file, String change, UnaryOperator<byte[]> edit, String says) {
        String at =
                name.contains("full") || file.equals(BUNDLE) ? "LogReader.check" : "LogReader.open";
        attack(
                name,
                ANYONE,
                change,
                files -> files.computeIfPresent(file, (_, bytes) -> edit.apply(bytes.clone())),
                at,
                file + " was changed or lost: " + says);
    }

    private void removed(String name, String file, String change, String says) {
        String at = file.equals(TILE) || file.equals(BUNDLE) ? "LogReader.check" : "LogReader.open";
        attack(
                name,
                ANYONE,
                change,
                files -> files.remove(file),
                at,
                file + " was changed or lost: " + says);
    }

    private void signed(
            String name,
            String who,
            String change,
            LogCheckpoint checkpoint,
            LogSigningKey key,
            String at,
            String says) {
        attack(
                name,
                who,
                change,
                files -> files.put(CHECKPOINT, SignedNote.sign(checkpoint, key).bytes()),
                at,
                says);
    }

    /** Changes files in place. */
    private interface Change {
        void make(Map<String, byte[]> files);
    }

    private void attack(
            String name, String who, String change, Change made, String at, String says) {
        Map<String, byte[]> files = new TreeMap<>(honest);
        made.make(files);
        twin.attack(
                name,
                who,
                change,
                Patch.between(honest, files).bytes(),
                Expected.of(at, "log-files", says));
    }

    private LogCheckpoint checkpoint() {
        try {
            return SignedNote.parse(honest.getOrDefault(CHECKPOINT, new byte[0])).checkpoint();
        } catch (dev.assay.verification.VerificationException e) {
            throw new AssertionError("the log's own checkpoint", e);
        }
    }

    private static UnaryOperator<byte[]> flip(int at) {
        return bytes -> {
            bytes[at] ^= 1;
            return bytes;
        };
    }

    /** Swaps the first two parts of this length. */
    private static UnaryOperator<byte[]> swap(int length) {
        return bytes -> {
            byte[] first = Arrays.copyOf(bytes, length);
            System.arraycopy(bytes, length, bytes, 0, length);
            System.arraycopy(first, 0, bytes, length, length);
            return bytes;
        };
    }

    private static List<byte[]> entries(int count) {
        return new ArrayList<>(
                IntStream.range(0, count)
                        .mapToObj(i -> Generator.bytes("entry %04d".formatted(i)))
                        .toList());
    }

    /** The public files of a log with these entries. */
    private static Map<String, byte[]> log(List<byte[]> entries) throws Exception {
        Path directory = Files.createTempDirectory("attacked-log");
        try (TransparencyLog log = TransparencyLog.open(directory, Parties.LOG)) {
            log.append(entries);
        }
        Map<String, byte[]> files = AttackFiles.tree(directory);
        files.keySet().removeIf(name -> name.startsWith("."));
        delete(directory);
        return files;
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
