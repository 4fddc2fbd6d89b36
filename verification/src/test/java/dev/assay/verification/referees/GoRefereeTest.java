package dev.assay.verification.referees;

import static dev.assay.verification.Refusals.assertRefused;
import static dev.assay.verification.referees.GoReferee.OK;
import static dev.assay.verification.referees.GoReferee.consistency;
import static dev.assay.verification.referees.GoReferee.entries;
import static dev.assay.verification.referees.GoReferee.inclusion;
import static dev.assay.verification.referees.GoReferee.leafHashes;
import static dev.assay.verification.referees.GoReferee.note;
import static dev.assay.verification.referees.Tampered.flipped;
import static dev.assay.verification.referees.Tampered.twins;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.LogSigningKey;
import dev.assay.verification.crypto.LogVerifyingKey;
import dev.assay.verification.log.MerkleTree;
import dev.assay.verification.log.SignedNote;
import dev.assay.verification.log.TransparencyLog;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Go's checksum database ({@code sumdb/note}, {@code sumdb/tlog}) judges what we log. */
class GoRefereeTest {
    private static final int APPEND = 8_000;

    private static final int LEAVES = 40;
    private static final long SEED = 20_260_101;

    @TempDir static Path built;
    private static GoReferee go;

    @TempDir Path directory;
    private LogSigningKey signer;
    private LogVerifyingKey key;

    @BeforeAll
    static void build() throws Exception {
        go = GoReferee.build(built);
    }

    @BeforeEach
    void aKey() throws Exception {
        signer = LogSigningKey.create("log.example/2026", new SecureRandom());
        key = signer.verifyingKey();
    }

    @Test
    void note_ofOurs_isVerified_andTamperedTwinsAreRejected() throws Exception {
        String note = checkpoint(5);
        String body = note.substring(0, note.indexOf("\n\n") + 2);
        String signature = note.substring(body.length());
        String other = checkpoint(6);
        int last = note.length() - 8;
        LogVerifyingKey stranger =
                LogSigningKey.create(key.origin(), new SecureRandom()).verifyingKey();

        assertThat(go.answers(List.of(note(key, note), note(key, other)))).containsOnly(OK);
        assertRejected(
                List.of(
                        note(key, note.replaceFirst("\n5\n", "\n6\n")),
                        note(key, note.replaceFirst("log", "lag")),
                        note(key, note.replaceFirst("\n\n", "\nmore\n\n")),
                        note(key, note.substring(0, note.length() - 1)),
                        note(key, note.replace("\u2014 log", "\u2014 lag")),
                        note(key, note.replace("\u2014", "-")),
                        note(key, body),
                        note(key, other.substring(0, other.indexOf("\n\n") + 2) + signature),
                        note(
                                key,
                                note.substring(0, last)
                                        + (note.charAt(last) == 'A' ? 'B' : 'A')
                                        + note.substring(last + 1)),
                        note(stranger, note)));
    }

    /** Go counts a signature once that stands there twice; we refuse the second form of a note. */
    @Test
    void note_signedTwiceTheSame_isTakenByGoAndRefusedByUs() throws Exception {
        String note = checkpoint(5);
        String twice = note + note.substring(note.indexOf("\n\n") + 2);

        assertThat(go.answers(List.of(note(key, twice)))).containsExactly(OK);
        assertRefused(
                Code.BAD_SIGNATURE, () -> SignedNote.parse(twice.getBytes(UTF_8)).verify(key));
    }

    @Test
    void inclusionProofs_ofOurs_areVerified_andTamperedTwinsAreRejected() throws Exception {
        List<ObjectNode> honest = new ArrayList<>();
        List<ObjectNode> tampered = new ArrayList<>();
        List<Digest> leaves = leafHashes(LEAVES);
        try (TransparencyLog log = log(LEAVES)) {
            for (int size = 1; size <= LEAVES; size++) {
                Digest root = MerkleTree.root(leaves.subList(0, size));
                for (int index = 0; index < size; index++) {
                    Digest leaf = leaves.get(index);
                    List<Digest> proof = log.inclusionProof(index, size).hashes();
                    honest.add(inclusion(index, size, leaf, root, proof));
                    tampered.add(inclusion(index, size, flipped(leaf), root, proof));
                    tampered.add(inclusion(index, size, leaf, flipped(root), proof));
                    tampered.add(inclusion(size, size, leaf, root, proof));
                    for (List<Digest> twin : twins(proof)) {
                        tampered.add(inclusion(index, size, leaf, root, twin));
                    }
                }
            }
        }

        assertThat(go.answers(honest)).hasSize(LEAVES * (LEAVES + 1) / 2).containsOnly(OK);
        assertRejected(tampered);
    }

    @Test
    void consistencyProofs_ofOurs_areVerified_andTamperedTwinsAreRejected() throws Exception {
        List<ObjectNode> honest = new ArrayList<>();
        List<ObjectNode> tampered = new ArrayList<>();
        List<Digest> leaves = leafHashes(LEAVES);
        try (TransparencyLog log = log(LEAVES)) {
            for (int size = 1; size <= LEAVES; size++) {
                Digest root = MerkleTree.root(leaves.subList(0, size));
                for (int old = 1; old <= size; old++) {
                    Digest oldRoot = MerkleTree.root(leaves.subList(0, old));
                    List<Digest> proof = log.consistencyProof(old, size).hashes();
                    honest.add(consistency(old, size, oldRoot, root, proof));
                    tampered.add(consistency(old, size, flipped(oldRoot), root, proof));
                    tampered.add(consistency(old, size, oldRoot, flipped(root), proof));
                    for (List<Digest> twin : twins(proof)) {
                        tampered.add(consistency(old, size, oldRoot, root, twin));
                    }
                }
            }
        }

        assertThat(go.answers(honest)).hasSize(LEAVES * (LEAVES + 1) / 2).containsOnly(OK);
        assertRejected(tampered);
    }

    /** Up to three levels of tiles; the first grows in steps that replace partial tiles. */
    @ParameterizedTest
    @ValueSource(strings = {"1", "1 254 1 2 510 17", "256", "65836"})
    void directory_ofOurs_isReadWhole(String steps) throws Exception {
        int[] counts = Stream.of(steps.split(" ")).mapToInt(Integer::parseInt).toArray();
        log(counts).close();

        assertThat(go.answers(List.of(GoReferee.log(key, place())))).containsExactly(OK);
    }

    @Test
    void directory_withOneBitFlipped_isRejected() throws Exception {
        log(600).close();
        List<Path> files = files();
        assertThat(files).hasSize(8);
        Random random = new Random(SEED);
        for (Path file : files) {
            byte[] bytes = Files.readAllBytes(file);
            byte[] changed = bytes.clone();
            changed[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, changed);
            assertThat(go.answers(List.of(GoReferee.log(key, place()))))
                    .as(file.toString())
                    .allMatch(answer -> answer.startsWith("refused: "));
            Files.write(file, bytes);
        }
        assertThat(go.answers(List.of(GoReferee.log(key, place())))).containsExactly(OK);
    }

    private void assertRejected(List<ObjectNode> requests) throws Exception {
        List<String> answers = go.answers(requests);
        for (int i = 0; i < answers.size(); i++) {
            assertThat(answers.get(i)).as(requests.get(i).toString()).startsWith("refused: ");
        }
    }

    private String checkpoint(int size) throws Exception {
        Path folder = Files.createTempDirectory(directory, "log");
        try (TransparencyLog log = TransparencyLog.open(folder, signer)) {
            log.append(entries(0, size));
            return new String(log.checkpoint().note().bytes(), UTF_8);
        }
    }

    /** A log that was appended to in these steps, a long one in several. */
    private TransparencyLog log(int... counts) throws Exception {
        TransparencyLog log = TransparencyLog.open(place(), signer);
        int size = 0;
        for (int count : counts) {
            for (int left = count; left > 0; ) {
                int now = Math.min(left, APPEND);
                log.append(entries(size, now));
                size += now;
                left -= now;
            }
        }
        return log;
    }

    private Path place() {
        return directory.resolve("log");
    }

    /** The log's public files. */
    private List<Path> files() throws Exception {
        try (Stream<Path> paths = Files.walk(place())) {
            return paths.filter(Files::isRegularFile)
                    .filter(file -> !file.getFileName().toString().startsWith("."))
                    .toList();
        }
    }
}
