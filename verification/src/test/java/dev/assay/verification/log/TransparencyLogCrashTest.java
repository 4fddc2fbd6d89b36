package dev.assay.verification.log;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.LogSigningKey;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** What is left of a log when power fails: at any step, of any subset of what was not forced. */
class TransparencyLogCrashTest {
    private static final int BEFORE = 250;
    private static final int AFTER = 530;
    private static final int LOSSES = 8;

    private final LogSigningKey key = TransparencyLogTest.newKey();
    private final List<byte[]> leaves = MerkleTreeTest.leaves(AFTER + 1);
    private final Random random = new Random(1);

    @Test
    void powerLoss_atEveryStep_leavesTheLogBeforeOrAfterTheAppend() throws Exception {
        boolean finished = false;
        for (int step = 0; !finished; step++) {
            for (int loss = 0; loss < LOSSES; loss++) {
                MemoryDisk disk = new MemoryDisk();
                finished = appendWithPowerFor(step, disk);

                MemoryDisk found = disk.afterPowerLoss(random);
                List<byte[]> expected = goOn(found, finished);
                try (TransparencyLog again = TransparencyLogTest.open(found, key)) {
                    assertThat(again.check().size()).isEqualTo(expected.size());
                    if (loss == 0) {
                        TransparencyLogTest.checkEverything(again, expected);
                    }
                }
            }
        }
    }

    @Test
    void powerLoss_atEveryStepOfOpeningAfterOne_losesNoMore() throws Exception {
        boolean finished = false;
        for (int step = 0; !finished; step++) {
            MemoryDisk disk = new MemoryDisk();
            finished = appendWithPowerFor(step, disk);
            MemoryDisk found = disk.afterPowerLoss(random);
            boolean opened = false;
            for (int openStep = 0; !opened; openStep++) {
                found.failAfter(openStep);
                opened = opens(found);
                found = found.afterPowerLoss(random);
            }
            goOn(found, finished);
        }
    }

    @Test
    void powerLoss_atEveryStepOfTheFirstOpening_leavesAnEmptyLog() throws Exception {
        boolean opened = false;
        for (int step = 0; !opened; step++) {
            for (int loss = 0; loss < LOSSES; loss++) {
                MemoryDisk disk = new MemoryDisk();
                disk.failAfter(step);
                opened = opens(disk);
                try (TransparencyLog log =
                        TransparencyLogTest.open(disk.afterPowerLoss(random), key)) {
                    assertThat(log.append(leaves.subList(0, 3)).first()).isZero();
                    TransparencyLogTest.checkEverything(log, leaves.subList(0, 3));
                }
            }
        }
    }

    @Test
    void powerLoss_whileManyThreadsAppend_losesNoAcknowledgedLeaf() throws Exception {
        for (int round = 0; round < 60; round++) {
            MemoryDisk disk = new MemoryDisk();
            Map<Long, String> acknowledged = new ConcurrentHashMap<>();
            try (TransparencyLog log = TransparencyLogTest.open(disk, key);
                    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                disk.failAfter(random.nextInt(20, 400));
                for (int writer = 0; writer < 24; writer++) {
                    String name = "writer " + writer;
                    threads.submit(() -> appendUntilPowerIsLost(log, name, acknowledged));
                }
            }
            try (TransparencyLog log = TransparencyLogTest.open(disk.afterPowerLoss(random), key)) {
                assertThat(log.checkpoint().size()).isGreaterThanOrEqualTo(acknowledged.size());
                for (Map.Entry<Long, String> each : acknowledged.entrySet()) {
                    assertThat(new String(log.leaf(each.getKey()), UTF_8))
                            .isEqualTo(each.getValue());
                }
                log.check();
            }
        }
    }

    @Test
    void powerLoss_atEveryStepOfAPublication_leavesTheOldOrTheNewCheckpoint() throws Exception {
        boolean finished = false;
        for (int step = 0; !finished; step++) {
            MemoryDisk disk = new MemoryDisk();
            try (TransparencyLog log = witnessed(disk)) {
                log.publish(log.append(leaves.subList(0, 3)).checkpoint().note());
                VerifiedCheckpoint newest = log.append(leaves.subList(3, 9)).checkpoint();
                disk.failAfter(step);
                finished = succeeds(() -> log.publish(newest.note()));
            }
            try (TransparencyLog log = witnessed(disk.afterPowerLoss(random))) {
                assertThat(log.checkpoint().size()).isEqualTo(9);
                assertThat(log.published().orElseThrow().size())
                        .isIn(finished ? List.of(9L) : List.of(3L, 9L));
            }
        }
    }

    @Test
    void append_afterAFailedOne_isRefusedAndReadersKeepTheOldState() throws Exception {
        MemoryDisk disk = new MemoryDisk();
        try (TransparencyLog log = TransparencyLogTest.open(disk, key)) {
            log.append(leaves.subList(0, 3));
            disk.failAfter(1);
            assertRefused(Code.IO, () -> log.append(leaves.subList(3, 5))).contains("power lost");
            disk.failAfter(Integer.MAX_VALUE);

            assertRefused(Code.IO, () -> log.append(leaves.subList(3, 5)))
                    .contains("open the log again");
            TransparencyLogTest.checkEverything(log, leaves.subList(0, 3));
        }
    }

    /** Opens the log of old size, whatever of the append is there, and appends other leaves. */
    private List<byte[]> goOn(MemoryDisk found, boolean finished) throws VerificationException {
        try (TransparencyLog reopened = TransparencyLogTest.open(found, key)) {
            int size = (int) reopened.checkpoint().size();
            assertThat(size).isIn(finished ? List.of(AFTER) : List.of(BEFORE, AFTER));
            List<byte[]> expected = new ArrayList<>(leaves.subList(0, size));
            assertNothingBeyond(found, size);
            List<byte[]> more = leaves.subList(3, 290);
            reopened.append(more);
            expected.addAll(more);
            return expected;
        }
    }

    /** Whoever reads the files sees nothing that was never committed. */
    private static void assertNothingBeyond(MemoryDisk disk, int size) {
        assertThat(disk.files().keySet().stream().filter(file -> file.startsWith("tile/0")))
                .isSubsetOf(
                        size == BEFORE
                                ? List.of("tile/0/000.p/" + BEFORE)
                                : List.of("tile/0/000", "tile/0/001", "tile/0/002.p/18"));
    }

    /** Whether an append to the log of old size was acknowledged before power was lost. */
    private boolean appendWithPowerFor(int steps, MemoryDisk disk) throws VerificationException {
        try (TransparencyLog log = TransparencyLogTest.open(disk, key)) {
            log.append(leaves.subList(0, BEFORE));
            disk.failAfter(steps);
            return succeeds(() -> log.append(leaves.subList(BEFORE, AFTER)));
        }
    }

    private boolean opens(MemoryDisk disk) {
        return succeeds(() -> TransparencyLogTest.open(disk, key).close());
    }

    private TransparencyLog witnessed(MemoryDisk disk) throws VerificationException {
        return TransparencyLog.open(disk.directory(), key, Publication.WHEN_WITNESSED);
    }

    private static Optional<VerificationException> appendUntilPowerIsLost(
            TransparencyLog log, String name, Map<Long, String> acknowledged) {
        for (int i = 0; ; i++) {
            String leaf = name + ", leaf " + i;
            try {
                long index = log.append(List.of(leaf.getBytes(UTF_8))).first();
                acknowledged.put(index, leaf);
            } catch (VerificationException e) {
                return Optional.of(e);
            }
        }
    }

    private interface Attempt {
        void run() throws VerificationException;
    }

    private static boolean succeeds(Attempt attempt) {
        try {
            attempt.run();
            return true;
        } catch (VerificationException e) {
            assertThat(e.code()).isEqualTo(Code.IO);
            return false;
        }
    }
}
