package dev.assay.verification.log;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.LogSigningKey;
import dev.assay.verification.crypto.LogVerifyingKey;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/** What an auditor remembers of logs. */
final class SeenCheckpointsTest {
    @TempDir private Path directory;

    private final LogSigningKey signer;
    private final LogVerifyingKey key;

    SeenCheckpointsTest() throws Exception {
        signer = LogSigningKey.create("log.example", new SecureRandom());
        key = signer.verifyingKey();
    }

    @Test
    void checkpoints_kept_areThereForTheNextAuditor() throws Exception {
        seen().keep(key, checkpoint(3, "root"));
        seen().keep(key, checkpoint(1, "other"));

        assertThat(seen().of(key)).extracting(VerifiedCheckpoint::size).containsExactly(1L, 3L);
        assertThat(seen().of(key)).extracting(VerifiedCheckpoint::origin).contains("log.example");
    }

    @Test
    void nothing_seen_isNothingMade() throws Exception {
        assertThat(seen().of(key)).isEmpty();
        assertThat(directory.resolve("seen")).doesNotExist();
    }

    @Test
    void logs_withOneOriginAndTwoKeys_areTwoLogs() throws Exception {
        LogSigningKey other = LogSigningKey.create("log.example", new SecureRandom());
        seen().keep(key, checkpoint(3, "root"));
        seen().keep(other.verifyingKey(), checkpoint(other, 3, "fork"));

        assertThat(seen().of(key)).hasSize(1);
        assertThat(seen().of(other.verifyingKey())).hasSize(1);
    }

    @Test
    void secondRoot_ofOneSize_isReportedAndDoesNotReplaceTheFirst() throws Exception {
        VerifiedCheckpoint first = checkpoint(3, "root");
        assertThat(seen().keep(key, first)).isEmpty();
        assertThat(seen().keep(key, first)).isEmpty();

        assertThat(seen().keep(key, checkpoint(3, "fork")).orElseThrow().root())
                .isEqualTo(first.root());
        assertThat(seen().of(key))
                .extracting(VerifiedCheckpoint::root)
                .containsExactly(first.root());
    }

    @Test
    void contradiction_keptAsEvidence_isBothNotesAsTheyWereSigned() throws Exception {
        VerifiedCheckpoint one = checkpoint(3, "root");
        VerifiedCheckpoint other = checkpoint(3, "fork");

        List<Path> kept = seen().accuse(key, one, other);

        assertThat(Files.readAllBytes(kept.getFirst())).isEqualTo(one.note().bytes());
        assertThat(Files.readAllBytes(kept.getLast())).isEqualTo(other.note().bytes());
        assertThat(seen().of(key)).as("evidence is no memory").isEmpty();
    }

    @Test
    void proved_forgotten_leavesTheOthers() throws Exception {
        VerifiedCheckpoint old = checkpoint(1, "a");
        seen().keep(key, old);
        seen().keep(key, checkpoint(2, "b"));

        seen().forget(key, List.of(old, checkpoint(7, "never kept")));

        assertThat(seen().of(key)).extracting(VerifiedCheckpoint::size).containsExactly(2L);
    }

    @Test
    void file_changedTornOrMoved_isRefusedAndNamed() throws Exception {
        seen().keep(key, checkpoint(3, "root"));
        Path file = file("3");
        byte[] note = Files.readAllBytes(file);
        for (byte[] bad : List.of(new byte[0], java.util.Arrays.copyOf(note, note.length / 2))) {
            Files.write(file, bad);
            assertRefused(Code.IO, () -> seen().of(key)).contains(file.toString(), "remove it");
        }
        Files.write(file, note);
        Files.move(file, file("4"));
        assertRefused(Code.IO, () -> seen().of(key)).contains(file("4").toString());
    }

    @Test
    void writers_atTheSameTime_loseNothing() throws Exception {
        Set<Long> sizes = ConcurrentHashMap.newKeySet();
        IntStream.range(0, 24)
                .parallel()
                .forEach(
                        i -> {
                            try {
                                assertThat(seen().keep(key, checkpoint(i % 12, "root"))).isEmpty();
                                seen().of(key).forEach(c -> sizes.add(c.size()));
                            } catch (Exception e) {
                                throw new AssertionError(e);
                            }
                        });

        assertThat(seen().of(key)).hasSize(12);
        assertThat(sizes).allMatch(size -> size < 12);
    }

    @Test
    void writer_thatAnotherProcessHoldsUp_findsItsLeftoverAndGoesOn() throws Exception {
        seen().keep(key, checkpoint(1, "a"));
        Files.createDirectories(file(".next"));
        Files.write(file(".next").resolve("0"), "torn".getBytes(UTF_8));

        seen().keep(key, checkpoint(2, "b"));

        assertThat(seen().of(key)).hasSize(2);
    }

    private SeenCheckpoints seen() {
        return SeenCheckpoints.in(directory.resolve("seen"));
    }

    private Path file(String name) {
        return directory.resolve("seen").resolve(key.checkpointKeyId().hex()).resolve(name);
    }

    private VerifiedCheckpoint checkpoint(long size, String root) throws Exception {
        return checkpoint(signer, size, root);
    }

    private static VerifiedCheckpoint checkpoint(LogSigningKey signer, long size, String root)
            throws Exception {
        LogCheckpoint claim =
                new LogCheckpoint(signer.origin(), size, MerkleTree.leafHash(root.getBytes(UTF_8)));
        return SignedNote.sign(claim, signer).verify(signer.verifyingKey());
    }
}
