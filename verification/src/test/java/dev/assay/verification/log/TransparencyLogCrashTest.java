package dev.assay.verification.log;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.LogSigningKey;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What a crash or a hostile hand leaves of a log's files, opened again. */
class TransparencyLogCrashTest {
    private static final int BEFORE = 250;
    private static final int AFTER = 530;

    @TempDir Path directory;

    private final LogSigningKey key = TransparencyLogTest.newKey();
    private final List<byte[]> leaves = MerkleTreeTest.leaves(AFTER + 1);

    @Test
    void powerLoss_atEveryStep_leavesTheLogBeforeOrAfterTheAppend() throws Exception {
        Random random = new Random(1);
        boolean finished = false;
        for (int step = 0; !finished; step++) {
            for (int loss = 0; loss < 8; loss++) {
                MemoryFiles files = new MemoryFiles();
                TransparencyLog log = TransparencyLog.open(files, key);
                log.append(leaves.subList(0, BEFORE));
                files.failAfter(step);
                finished = appends(log, leaves.subList(BEFORE, AFTER));

                MemoryFiles found = files.afterPowerLoss(random);
                TransparencyLog reopened = TransparencyLog.open(found, key);
                int size = (int) reopened.checkpoint().size();
                assertThat(size).isIn(finished ? List.of(AFTER) : List.of(BEFORE, AFTER));
                // Other leaves than those the crash lost: leftovers must not show through.
                List<byte[]> expected = new ArrayList<>(leaves.subList(0, size));
                List<byte[]> more = leaves.subList(3, 290);
                reopened.append(more);
                expected.addAll(more);
                assertThat(TransparencyLog.open(found, key).checkpoint().size())
                        .isEqualTo(expected.size());
                if (loss == 0) {
                    TransparencyLogTest.checkEverything(reopened, expected);
                }
            }
        }
    }

    @Test
    void append_afterAFailedOne_isRefusedAndReadersKeepTheOldState() throws Exception {
        MemoryFiles files = new MemoryFiles();
        TransparencyLog log = TransparencyLog.open(files, key);
        log.append(leaves.subList(0, 3));
        files.failAfter(1);
        assertThat(appends(log, leaves.subList(3, 5))).isFalse();
        files.failAfter(1000);

        assertRefused(Code.IO, () -> log.append(leaves.subList(3, 5)))
                .contains("open the log again");
        TransparencyLogTest.checkEverything(log, leaves.subList(0, 3));
    }

    @Test
    void crash_afterAnyPrefixOfTheWrites_opensAtTheLastCommittedSize() throws Exception {
        Map<String, byte[]> before = filesAt(BEFORE);
        List<Map.Entry<String, byte[]>> writes = writesTo(AFTER);
        for (int count = 0; count <= writes.size(); count++) {
            for (boolean torn : new boolean[] {false, true}) {
                Map<String, byte[]> found = new TreeMap<>(before);
                writes.subList(0, count)
                        .forEach(write -> found.put(write.getKey(), write.getValue()));
                if (torn && count < writes.size()) {
                    byte[] next = writes.get(count).getValue();
                    found.put(".next", Arrays.copyOf(next, next.length / 2));
                }
                put(found);
                try (TransparencyLog log = TransparencyLog.open(directory, key)) {
                    assertThat(log.checkpoint().size())
                            .isEqualTo(count < writes.size() ? BEFORE : AFTER);
                    log.append(leaves.subList(AFTER, AFTER + 1));
                }
                TransparencyLog.open(directory, key).close();
            }
        }
    }

    @Test
    void open_anyFileCutFlippedLengthenedOrLost_isRefusedByName() throws Exception {
        Map<String, byte[]> files = filesAt(AFTER);
        files.keySet().removeIf(file -> file.startsWith("."));
        assertThat(files.keySet()).hasSize(8);
        Random random = new Random(2);
        for (String file : files.keySet()) {
            byte[] bytes = files.get(file);
            byte[] flipped = bytes.clone();
            flipped[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            refusedByName(files, file, flipped);
            refusedByName(files, file, Arrays.copyOf(bytes, random.nextInt(bytes.length)));
            refusedByName(files, file, Arrays.copyOf(bytes, bytes.length + 1));
            refusedByName(files, file, null);
        }
    }

    @Test
    void open_anyByteOfASmallLogFlipped_isRefusedByName() throws Exception {
        MemoryFiles written = new MemoryFiles();
        TransparencyLog.open(written, key).append(leaves.subList(0, 3));
        for (Map.Entry<String, byte[]> file : written.files().entrySet()) {
            for (int at = 0; at < file.getValue().length; at++) {
                MemoryFiles changed = new MemoryFiles();
                for (Map.Entry<String, byte[]> each : written.files().entrySet()) {
                    changed.write(each.getKey(), each.getValue());
                }
                byte[] bytes = file.getValue().clone();
                bytes[at] ^= 0x01;
                changed.write(file.getKey(), bytes);
                assertRefused(Code.LOG_CORRUPT, () -> TransparencyLog.open(changed, key))
                        .contains(changed.path(file.getKey()).toString());
            }
        }
    }

    @Test
    void open_checkpointOfALargerLog_isRefused() throws Exception {
        Map<String, byte[]> files = filesAt(BEFORE);
        files.put("checkpoint", filesAt(AFTER).get("checkpoint"));
        put(files);

        assertRefused(Code.LOG_CORRUPT, () -> TransparencyLog.open(directory, key))
                .contains("tile/entries/000");
    }

    @Test
    void open_signedRootOfOtherEntries_namesTheCheckpoint() throws Exception {
        MemoryFiles files = new MemoryFiles();
        TransparencyLog.open(files, key).append(leaves.subList(0, 3));
        MemoryFiles fork = new MemoryFiles();
        TransparencyLog.open(fork, key).append(leaves.subList(1, 4));
        files.write("checkpoint", fork.require("checkpoint", SignedNote.MAX_BYTES));

        assertRefused(Code.LOG_CORRUPT, () -> TransparencyLog.open(files, key))
                .contains(files.path("checkpoint").toString());
    }

    private void refusedByName(Map<String, byte[]> files, String file, byte @Nullable [] bytes)
            throws Exception {
        Map<String, byte[]> changed = new TreeMap<>(files);
        if (bytes == null) {
            changed.remove(file);
        } else {
            changed.put(file, bytes);
        }
        put(changed);
        assertRefused(Code.LOG_CORRUPT, () -> TransparencyLog.open(directory, key))
                .contains("log file " + directory.resolve(file));
    }

    private boolean appends(TransparencyLog log, List<byte[]> more) {
        try {
            log.append(more);
            return true;
        } catch (VerificationException e) {
            assertThat(e.code()).isEqualTo(Code.IO);
            return false;
        }
    }

    /** The files of a log that was filled to its old size, then to this one. */
    private Map<String, byte[]> filesAt(int size) throws VerificationException {
        MemoryFiles files = new MemoryFiles();
        TransparencyLog log = TransparencyLog.open(files, key);
        log.append(leaves.subList(0, BEFORE));
        log.append(leaves.subList(BEFORE, size));
        return new TreeMap<>(files.files());
    }

    /** The writes of the append from the old to the new size, in their order. */
    private List<Map.Entry<String, byte[]>> writesTo(int size) throws VerificationException {
        List<Map.Entry<String, byte[]>> writes = new ArrayList<>();
        MemoryFiles files = new MemoryFiles(writes);
        TransparencyLog log = TransparencyLog.open(files, key);
        log.append(leaves.subList(0, BEFORE));
        writes.clear();
        log.append(leaves.subList(BEFORE, size));
        return writes;
    }

    private void put(Map<String, byte[]> files) throws IOException {
        try (Stream<Path> old = Files.walk(directory)) {
            for (Path path : old.sorted(Comparator.reverseOrder()).toList()) {
                if (!path.equals(directory)) {
                    Files.delete(path);
                }
            }
        }
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path path = directory.resolve(file.getKey());
            Files.createDirectories(path.resolveSibling(""));
            Files.write(path, file.getValue());
        }
    }
}
