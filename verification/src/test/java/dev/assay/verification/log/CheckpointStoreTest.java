package dev.assay.verification.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.verification.Refusals;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.LogSigningKey;

import org.junit.jupiter.api.Test;

import java.security.SecureRandom;
import java.util.List;
import java.util.Random;

class CheckpointStoreTest {
    private final LogSigningKey key = TransparencyLogTest.newKey();
    private final Random random = new Random(3);

    @Test
    void keep_severalLogs_findsTheNewestOfEach() throws Exception {
        LogSigningKey other = LogSigningKey.create("other.example", new SecureRandom());
        MemoryDisk disk = new MemoryDisk();
        try (CheckpointStore store = CheckpointStore.in(disk.directory())) {
            store.keep(checkpoint(key, 3));
            store.keep(checkpoint(other, 5));
            store.keep(checkpoint(key, 4));
        }
        try (CheckpointStore store = CheckpointStore.in(disk.directory())) {
            assertThat(store.find(key.verifyingKey()).orElseThrow().size()).isEqualTo(4);
            assertThat(store.find(other.verifyingKey()).orElseThrow().size()).isEqualTo(5);
            assertThat(store.find(TransparencyLogTest.newKey("third").verifyingKey())).isEmpty();
        }
    }

    @Test
    void keep_powerLostAtEveryStep_leavesTheOldOrTheNew() throws Exception {
        boolean kept = false;
        for (int step = 0; !kept; step++) {
            for (int loss = 0; loss < 8; loss++) {
                MemoryDisk disk = new MemoryDisk();
                try (CheckpointStore store = CheckpointStore.in(disk.directory())) {
                    store.keep(checkpoint(key, 3));
                    disk.failAfter(step);
                    kept = keeps(store, checkpoint(key, 4));
                }
                try (CheckpointStore store =
                        CheckpointStore.in(disk.afterPowerLoss(random).directory())) {
                    assertThat(store.find(key.verifyingKey()).orElseThrow().size())
                            .isIn(kept ? List.of(4L) : List.of(3L, 4L));
                }
            }
        }
    }

    @Test
    void find_changedFile_isRefusedByName() throws Exception {
        MemoryDisk disk = new MemoryDisk();
        try (CheckpointStore store = CheckpointStore.in(disk.directory())) {
            store.keep(checkpoint(key, 3));
            String file = disk.files().keySet().iterator().next();
            byte[] bytes = disk.files().get(file);
            bytes[key.origin().length() + 1] = '2';
            disk.put(file, bytes);

            Refusals.assertRefused(Code.LOG_CORRUPT, () -> store.find(key.verifyingKey()))
                    .contains(file);
        }
    }

    private static boolean keeps(CheckpointStore store, VerifiedCheckpoint checkpoint) {
        try {
            store.keep(checkpoint);
            return true;
        } catch (VerificationException e) {
            return false;
        }
    }

    private static VerifiedCheckpoint checkpoint(LogSigningKey key, int size)
            throws VerificationException {
        MerkleTree tree = new MerkleTree();
        MerkleTreeTest.leaves(size).forEach(tree::add);
        return SignedNote.sign(new LogCheckpoint(key.origin(), size, tree.root()), key)
                .verify(key.verifyingKey());
    }
}
