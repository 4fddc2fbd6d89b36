package dev.assay.verification.log;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.LogSigningKey;

import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** What a hostile hand, or a disk that lies, leaves of a log's files. */
class TransparencyLogDamageTest {
    private static final int BEFORE = 250;
    private static final int AFTER = 530;

    @TempDir Path directory;

    private final LogSigningKey key = TransparencyLogTest.newKey();
    private final List<byte[]> leaves = MerkleTreeTest.leaves(AFTER + 1);

    @Test
    void open_anyFileCutFlippedLengthenedOrLost_isRefusedByName() throws Exception {
        MemoryDisk written = diskAt(AFTER);
        assertThat(written.files().keySet()).hasSize(8);
        Random random = new Random(2);
        for (Map.Entry<String, byte[]> file : written.files().entrySet()) {
            byte[] bytes = file.getValue();
            byte[] flipped = bytes.clone();
            flipped[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            refusedByName(written, file.getKey(), flipped);
            refusedByName(
                    written, file.getKey(), Arrays.copyOf(bytes, random.nextInt(bytes.length)));
            refusedByName(written, file.getKey(), Arrays.copyOf(bytes, bytes.length + 1));
            MemoryDisk lost = copy(written);
            lost.lose(file.getKey());
            refusedByName(lost, file.getKey());
        }
    }

    @Test
    void open_anyByteOfASmallLogFlipped_isRefusedByName() throws Exception {
        MemoryDisk written = new MemoryDisk();
        fill(written, leaves.subList(0, 3));
        for (Map.Entry<String, byte[]> file : written.files().entrySet()) {
            for (int at = 0; at < file.getValue().length; at++) {
                byte[] bytes = file.getValue().clone();
                bytes[at] ^= 0x01;
                refusedByName(written, file.getKey(), bytes);
            }
        }
    }

    @Test
    void open_checkpointOfALargerLog_isRefused() throws Exception {
        MemoryDisk disk = diskAt(BEFORE);
        disk.put("checkpoint", diskAt(AFTER).files().get("checkpoint"));

        refusedByName(disk, "tile/entries/000");
    }

    @Test
    void open_signedRootOfOtherEntries_namesTheCheckpoint() throws Exception {
        MemoryDisk disk = new MemoryDisk();
        fill(disk, leaves.subList(0, 3));
        MemoryDisk fork = new MemoryDisk();
        fill(fork, leaves.subList(1, 4));
        disk.put("checkpoint", fork.files().get("checkpoint"));

        refusedByName(disk, "checkpoint");
    }

    @Test
    void open_checkpointRolledBackByTwoCommits_isRefusedAndNothingIsRemoved() throws Exception {
        MemoryDisk disk = new MemoryDisk();
        byte[] old;
        try (TransparencyLog log = TransparencyLogTest.open(disk, key)) {
            log.append(leaves.subList(0, 10));
            old = disk.files().get("checkpoint");
            log.append(leaves.subList(10, 11));
            log.append(leaves.subList(11, 12));
        }
        disk.put("checkpoint", old);
        Map<String, byte[]> before = disk.files();

        refusedByName(disk, "checkpoint").contains("a newer checkpoint was lost");
        assertThat(disk.files()).containsAllEntriesOf(before);
    }

    @Test
    void open_checkpointRolledBackFar_isRefused() throws Exception {
        MemoryDisk disk = new MemoryDisk();
        byte[] old;
        try (TransparencyLog log = TransparencyLogTest.open(disk, key)) {
            log.append(leaves.subList(0, 256));
            old = disk.files().get("checkpoint");
            for (int i = 0; i < 40; i++) {
                log.append(leaves.subList(0, 256));
            }
        }
        disk.put("checkpoint", old);

        refusedByName(disk, "checkpoint").contains("a newer checkpoint was lost");
    }

    @Test
    void open_publicAndCommittedCheckpointsOfTwoHistories_isRefused() throws Exception {
        MemoryDisk fork = new MemoryDisk();
        fill(fork, leaves.subList(1, 4));
        MemoryDisk disk = new MemoryDisk();
        try (TransparencyLog log =
                TransparencyLog.open(disk.directory(), key, Publication.WHEN_WITNESSED)) {
            log.append(leaves.subList(0, 9));
        }
        disk.put("checkpoint", fork.files().get("checkpoint"));

        refusedByName(disk, "checkpoint").contains("another history");
    }

    @Test
    void oldTileOrBundleChanged_isRefusedByNameWhenUsedAndWhenChecked() throws Exception {
        for (String file : List.of("tile/0/001", "tile/entries/001")) {
            MemoryDisk disk = new MemoryDisk();
            try (TransparencyLog log = TransparencyLogTest.open(disk, key)) {
                for (int i = 0; i < 20; i++) {
                    log.append(leaves.subList(0, 256));
                }
            }
            byte[] bytes = disk.files().get(file);
            bytes[100] ^= 0x10;
            disk.put(file, bytes);
            String name = MemoryDisk.ROOT.resolve(file).toString();

            try (TransparencyLog log = TransparencyLogTest.open(disk, key)) {
                assertThat(log.leaf(0)).isEqualTo(leaves.get(0));
                long size = log.append(leaves.subList(0, 9)).checkpoint().size();
                log.inclusionProof(5, size)
                        .verify(MerkleTree.leafHash(leaves.get(5)), log.checkpoint().root());
                assertRefused(Code.LOG_CORRUPT, () -> everyLeafAndProof(log, 256, 512))
                        .contains(name);
                assertRefused(Code.LOG_CORRUPT, log::check).contains(name);
            }
        }
    }

    @Test
    void open_leftoversOfACrash_areRemoved() throws Exception {
        try (TransparencyLog log = TransparencyLog.open(directory, key)) {
            log.append(leaves.subList(0, BEFORE));
        }
        Files.createDirectories(directory.resolve(".next"));
        for (String file : List.of(".next/0", "tile/0/000", "tile/0/001", "tile/entries/000")) {
            Files.write(directory.resolve(file), new byte[] {1, 2, 3});
        }
        Files.createDirectories(directory.resolve("tile/1/000.p"));
        Files.write(directory.resolve("tile/1/000.p/1"), new byte[32]);

        try (TransparencyLog log = TransparencyLog.open(directory, key)) {
            for (String file : List.of(".next", "tile/0/000", "tile/0/001", "tile/1/000.p/1")) {
                assertThat(directory.resolve(file)).doesNotExist();
            }
            assertThat(directory.resolve("tile/0/000.p/" + BEFORE)).exists();
            log.append(leaves.subList(BEFORE, AFTER));
            TransparencyLogTest.checkEverything(log, leaves.subList(0, AFTER));
        }
    }

    private static void everyLeafAndProof(TransparencyLog log, long from, long to)
            throws VerificationException {
        for (long index = from; index < to; index++) {
            log.leaf(index);
            log.inclusionProof(index, log.checkpoint().size());
        }
    }

    private void refusedByName(MemoryDisk written, String file, byte[] bytes) {
        MemoryDisk changed = copy(written);
        changed.put(file, bytes);
        refusedByName(changed, file);
    }

    private AbstractStringAssert<?> refusedByName(MemoryDisk disk, String file) {
        return assertRefused(Code.LOG_CORRUPT, () -> TransparencyLogTest.open(disk, key).close())
                .contains("log file " + MemoryDisk.ROOT.resolve(file));
    }

    private static MemoryDisk copy(MemoryDisk disk) {
        MemoryDisk copy = new MemoryDisk();
        disk.files().forEach(copy::put);
        return copy;
    }

    private void fill(MemoryDisk disk, List<byte[]> with) throws VerificationException {
        try (TransparencyLog log = TransparencyLogTest.open(disk, key)) {
            log.append(with);
        }
    }

    /** A log that was filled to its old size, then to this one. */
    private MemoryDisk diskAt(int size) throws VerificationException {
        MemoryDisk disk = new MemoryDisk();
        try (TransparencyLog log = TransparencyLogTest.open(disk, key)) {
            log.append(leaves.subList(0, BEFORE));
            log.append(leaves.subList(BEFORE, size));
        }
        return disk;
    }
}
