package dev.assay.verification.log;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.LogSigningKey;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

class TransparencyLogTest {
    @TempDir Path directory;

    private LogSigningKey key = newKey();

    @BeforeEach
    void freshKey() {
        key = newKey();
    }

    @Test
    void open_emptyDirectory_publishesTheEmptyTree() throws Exception {
        try (TransparencyLog log = TransparencyLog.open(directory, key)) {
            assertThat(log.checkpoint().size()).isZero();
        }
        SignedNote note = SignedNote.parse(Files.readAllBytes(directory.resolve("checkpoint")));
        assertThat(note.verify(key.verifyingKey()).root()).isEqualTo(Digest.sha256(new byte[0]));
    }

    @Test
    void append_someLeaves_areReadableProvableAndThereAfterReopening() throws Exception {
        List<byte[]> leaves = MerkleTreeTest.leaves(10);
        try (TransparencyLog log = TransparencyLog.open(directory, key)) {
            assertThat(log.append(leaves.subList(0, 3)).first()).isEqualTo(0);
            assertThat(log.append(leaves.subList(3, 10)).first()).isEqualTo(3);
            checkEverything(log, leaves);
        }
        try (TransparencyLog log = TransparencyLog.open(directory, key)) {
            checkEverything(log, leaves);
            assertThat(log.append(List.of()).first()).isEqualTo(10);
        }
    }

    @Test
    void append_threeLeaves_laysOutTheFilesOfC2sp() throws Exception {
        try (TransparencyLog log = TransparencyLog.open(directory, key)) {
            log.append(List.of("a".getBytes(UTF_8), "bc".getBytes(UTF_8), new byte[0]));
        }

        assertThat(Files.readAllBytes(directory.resolve("tile/entries/000.p/3")))
                .isEqualTo(new byte[] {0, 1, 'a', 0, 2, 'b', 'c', 0, 0});
        assertThat(Files.readAllBytes(directory.resolve("tile/0/000.p/3")))
                .hasSize(96)
                .startsWith(MerkleTree.leafHash("a".getBytes(UTF_8)).bytes());
        assertThat(files())
                .containsExactly(".lock", "checkpoint", "tile/0/000.p/3", "tile/entries/000.p/3");
    }

    @Test
    void append_pastAFullTile_replacesItsPartialVersions() throws Exception {
        List<byte[]> leaves = MerkleTreeTest.leaves(300);
        try (TransparencyLog log = TransparencyLog.open(directory, key)) {
            log.append(leaves.subList(0, 255));
            log.append(leaves.subList(255, 256));
            assertThat(files())
                    .containsExactly(
                            ".lock",
                            "checkpoint",
                            "tile/0/000",
                            "tile/1/000.p/1",
                            "tile/entries/000");
            log.append(leaves.subList(256, 300));
            checkEverything(log, leaves);
        }
        try (TransparencyLog log = TransparencyLog.open(directory, key)) {
            checkEverything(log, leaves);
        }
    }

    /** The example of C2SP tlog-tiles: 273 full tiles, widths 112, 17 and 1. */
    @Test
    void append_seventyThousandLeaves_hasTheTilesOfTheSpecification() throws Exception {
        MemoryDisk disk = new MemoryDisk();
        List<byte[]> leaves = new ArrayList<>();
        for (int i = 0; i < 70_000; i++) {
            leaves.add(Integer.toString(i).getBytes(UTF_8));
        }
        try (TransparencyLog log = open(disk, key)) {
            for (int i = 0; i < leaves.size(); i += 7000) {
                log.append(leaves.subList(i, i + 7000));
            }
            checkTiles(disk, leaves, log);
        }
        try (TransparencyLog log = open(disk, key)) {
            checkTiles(disk, leaves, log);
            assertThat(log.check().size()).isEqualTo(70_000);
        }
    }

    private void checkTiles(MemoryDisk disk, List<byte[]> leaves, TransparencyLog log)
            throws Exception {
        assertThat(disk.files().keySet().stream().filter(file -> file.matches("tile/0/\\d+")))
                .hasSize(273);
        assertThat(disk.files().keySet())
                .contains("tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1")
                .contains("tile/entries/272", "tile/entries/273.p/112");
        Digest root = log.checkpoint().root();
        assertThat(root)
                .isEqualTo(
                        MerkleTreeTest.recursiveRoot(
                                leaves.stream().map(MerkleTree::leafHash).toList()));
        for (long index : new long[] {0, 255, 256, 65_535, 65_536, 69_887, 69_888, 69_999}) {
            byte[] leaf = log.leaf(index);
            assertThat(leaf).isEqualTo(leaves.get((int) index));
            log.inclusionProof(index, 70_000).verify(MerkleTree.leafHash(leaf), root);
            log.consistencyProof(index + 1, 70_000).verify(rootAt(leaves, index + 1), root);
        }
    }

    @Test
    void proof_takenOffline_verifiesAgainstTheKeyAlone() throws Exception {
        List<byte[]> leaves = MerkleTreeTest.leaves(20);
        byte[] proof;
        try (TransparencyLog log = TransparencyLog.open(directory, key)) {
            log.append(leaves);
            proof = log.proof(13).bytes();
        }

        LoggedLeaf logged = TlogProof.parse(proof).verify(leaves.get(13), key.verifyingKey());

        assertThat(logged.index()).isEqualTo(13);
        assertThat(logged.checkpoint().size()).isEqualTo(20);
    }

    @Test
    void append_leafOverTheLimit_isRefusedAndNothingChanges() throws Exception {
        try (TransparencyLog log = TransparencyLog.open(directory, key)) {
            log.append(List.of(new byte[LogLeaf.MAX_BYTES]));
            assertRefused(
                            Code.TOO_LARGE,
                            () -> log.append(List.of(new byte[1], new byte[LogLeaf.MAX_BYTES + 1])))
                    .contains("65535");
            assertThat(log.append(List.of(new byte[] {1})).first()).isEqualTo(1);
        }
        try (TransparencyLog log = TransparencyLog.open(directory, key)) {
            assertThat(log.checkpoint().size()).isEqualTo(2);
            assertThat(log.leaf(0)).hasSize(LogLeaf.MAX_BYTES);
        }
    }

    @Test
    void open_directoryInUse_isRefusedUntilItIsClosed() throws Exception {
        try (TransparencyLog log = TransparencyLog.open(directory, key)) {
            assertThat(log.checkpoint().size()).isZero();
            assertRefused(Code.LOG_IN_USE, () -> TransparencyLog.open(directory, key))
                    .contains(directory.toString());
        }
        TransparencyLog.open(directory, key).close();
    }

    @Test
    void open_withAnotherKeyOrOrigin_isRefused() throws Exception {
        TransparencyLog.open(directory, key).close();

        assertRefused(Code.LOG_CORRUPT, () -> TransparencyLog.open(directory, newKey()))
                .contains("0 signatures");
        LogSigningKey renamed = LogSigningKey.fromPem("other.example", key.toPem());
        assertRefused(Code.LOG_CORRUPT, () -> TransparencyLog.open(directory, renamed))
                .contains("other.example");
    }

    @Test
    void append_byManyThreads_givesEveryLeafItsOwnIndex() throws Exception {
        try (TransparencyLog log = open(new MemoryDisk(), key);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Long>> appends = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                byte[] leaf = Integer.toString(i).getBytes(UTF_8);
                appends.add(
                        () -> {
                            long index = log.append(List.of(leaf)).first();
                            assertThat(log.leaf(index)).isEqualTo(leaf);
                            log.proof(index).verify(leaf, key.verifyingKey());
                            return index;
                        });
            }
            List<Future<Long>> indexes = threads.invokeAll(appends);

            assertThat(indexes).extracting(Future::get).doesNotHaveDuplicates().hasSize(300);
            assertThat(log.checkpoint().size()).isEqualTo(300);
        }
    }

    @Test
    void append_byManyThreads_sharesWaitsForTheDisk() throws Exception {
        MemoryDisk disk = new MemoryDisk();
        try (TransparencyLog log = open(disk, key);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CountDownLatch commitBegun = new CountDownLatch(1);
            CountDownLatch allHandedIn = new CountDownLatch(1);
            disk.beforeNextForce(
                    () -> {
                        commitBegun.countDown();
                        allHandedIn.await();
                    });
            List<Future<Appended>> appended = new ArrayList<>();
            appended.add(threads.submit(() -> log.append(List.of(new byte[] {0}))));
            commitBegun.await();
            for (int i = 1; i <= 100; i++) {
                byte[] leaf = {(byte) i};
                appended.add(threads.submit(() -> log.append(List.of(leaf))));
            }
            awaitWaiting(log, 100);
            allHandedIn.countDown();

            assertThat(appended.getFirst().get().checkpoint().size()).isEqualTo(1);
            for (Future<Appended> each : appended.subList(1, 101)) {
                assertThat(each.get().checkpoint().size()).isEqualTo(101);
                assertThat(log.leaf(each.get().first())).isNotNull();
            }
            assertThat(appended).extracting(each -> each.get().first()).doesNotHaveDuplicates();
        }
    }

    @Test
    void close_withAppendsWaiting_commitsThemFirst() throws Exception {
        MemoryDisk disk = new MemoryDisk();
        CountDownLatch commitBegun = new CountDownLatch(1);
        CountDownLatch closing = new CountDownLatch(1);
        Future<Appended> last;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            try (TransparencyLog log = open(disk, key)) {
                disk.beforeNextForce(
                        () -> {
                            commitBegun.countDown();
                            closing.await();
                        });
                threads.submit(() -> log.append(List.of(new byte[] {1})));
                commitBegun.await();
                last = threads.submit(() -> log.append(List.of(new byte[] {2})));
                awaitWaiting(log, 1);
                closing.countDown();
            }
            assertThat(last.get().first()).isEqualTo(1);
        }
        try (TransparencyLog log = open(disk, key)) {
            checkEverything(log, List.of(new byte[] {1}, new byte[] {2}));
        }
    }

    @Test
    void publish_whenWitnessed_showsNothingEarlier() throws Exception {
        MemoryDisk disk = new MemoryDisk();
        try (TransparencyLog log = witnessed(disk)) {
            VerifiedCheckpoint three = log.append(MerkleTreeTest.leaves(3)).checkpoint();
            log.append(MerkleTreeTest.leaves(2));
            assertThat(log.published()).isEmpty();
            assertThat(disk.files()).doesNotContainKey("checkpoint");

            log.publish(three.note());

            assertThat(disk.files().get("checkpoint")).isEqualTo(three.note().bytes());
            assertThat(log.proofs(List.of(2L), log.published().orElseThrow()).getFirst().note())
                    .isEqualTo(three.note());
        }
        try (TransparencyLog log = witnessed(disk)) {
            assertThat(log.checkpoint().size()).isEqualTo(5);
            assertThat(log.published().orElseThrow().size()).isEqualTo(3);
            VerifiedCheckpoint older = rootOfOne(log);
            assertRefused(Code.BAD_CHECKPOINT, () -> log.publish(older.note()))
                    .contains("size 1 cannot follow");
        }
        try (TransparencyLog log = open(disk, key)) {
            assertThat(log.published().orElseThrow().size()).isEqualTo(5);
        }
    }

    @Test
    void publish_ofAnotherHistory_isRefused() throws Exception {
        VerifiedCheckpoint other;
        try (TransparencyLog fork = open(new MemoryDisk(), key)) {
            other = fork.append(MerkleTreeTest.leaves(4).subList(1, 4)).checkpoint();
        }
        try (TransparencyLog log = witnessed(new MemoryDisk())) {
            log.append(MerkleTreeTest.leaves(4));
            assertRefused(Code.BAD_PROOF, () -> log.publish(other.note())).contains("consistency");
            assertThat(log.published()).isEmpty();
        }
    }

    private static void awaitWaiting(TransparencyLog log, int callers) {
        while (log.waiting() < callers) {
            Thread.onSpinWait();
        }
    }

    private TransparencyLog witnessed(MemoryDisk disk) throws VerificationException {
        return TransparencyLog.open(disk.directory(), key, Publication.WHEN_WITNESSED);
    }

    private VerifiedCheckpoint rootOfOne(TransparencyLog log) throws VerificationException {
        Digest root = MerkleTree.leafHash(log.leaf(0));
        return SignedNote.sign(new LogCheckpoint(key.origin(), 1, root), key)
                .verify(key.verifyingKey());
    }

    @Test
    void readers_askedBeyondTheLog_areToldSo() throws Exception {
        try (TransparencyLog log = TransparencyLog.open(directory, key)) {
            log.append(MerkleTreeTest.leaves(5));
            assertThatThrownBy(() -> log.leaf(5)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> log.inclusionProof(4, 6))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> log.inclusionProof(3, 3))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> log.consistencyProof(0, 5))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void append_afterClose_isAProgrammingError() throws Exception {
        TransparencyLog log = TransparencyLog.open(directory, key);
        log.close();

        assertThatThrownBy(() -> log.append(List.of())).isInstanceOf(IllegalStateException.class);
    }

    /** Every leaf, and every leaf's proofs at its own and at the final size. */
    static void checkEverything(TransparencyLog log, List<byte[]> leaves) throws Exception {
        int size = leaves.size();
        MerkleTree tree = new MerkleTree();
        leaves.forEach(tree::add);
        Digest root = tree.root();
        assertThat(log.checkpoint().size()).isEqualTo(size);
        assertThat(log.checkpoint().root()).isEqualTo(root);
        MerkleTree prefix = new MerkleTree();
        for (int i = 0; i < size; i++) {
            prefix.add(leaves.get(i));
            Digest leafHash = MerkleTree.leafHash(leaves.get(i));
            assertThat(log.leaf(i)).isEqualTo(leaves.get(i));
            log.inclusionProof(i, size).verify(leafHash, root);
            log.inclusionProof(i, i + 1).verify(leafHash, prefix.root());
            log.consistencyProof(i + 1, size).verify(prefix.root(), root);
        }
    }

    static TransparencyLog open(MemoryDisk disk, LogSigningKey key) throws VerificationException {
        return TransparencyLog.open(disk.directory(), key, Publication.EVERY_COMMIT);
    }

    static LogSigningKey newKey() {
        return newKey("log.example/2026");
    }

    static LogSigningKey newKey(String origin) {
        try {
            return LogSigningKey.create(origin, new SecureRandom());
        } catch (VerificationException e) {
            throw new AssertionError(e);
        }
    }

    private static Digest rootAt(List<byte[]> leaves, long size) {
        return MerkleTree.root(
                leaves.subList(0, (int) size).stream().map(MerkleTree::leafHash).toList());
    }

    private List<String> files() throws Exception {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> directory.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }
}
