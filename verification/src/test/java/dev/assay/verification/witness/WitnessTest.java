package dev.assay.verification.witness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.LogSigningKey;
import dev.assay.verification.log.CheckpointStore;
import dev.assay.verification.log.LogCheckpoint;
import dev.assay.verification.log.MerkleTree;
import dev.assay.verification.log.SignedNote;
import dev.assay.verification.log.TransparencyLog;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The clauses of C2SP tlog-witness, add-checkpoint, one by one. */
class WitnessTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_679_315_147);

    @TempDir Path directory;

    private LogSigningKey logKey;
    private LogSigningKey witnessKey;
    private CheckpointStore store;
    private Witness witness;
    private TransparencyLog log;

    @BeforeEach
    void open() throws Exception {
        SecureRandom random = new SecureRandom();
        logKey = LogSigningKey.create("log.example", random);
        witnessKey = LogSigningKey.create("witness.example/w1", random);
        log = TransparencyLog.open(directory.resolve("log"), logKey);
        openWitness();
    }

    private void openWitness() throws VerificationException {
        store = CheckpointStore.open(directory.resolve("witness"));
        witness = Witness.of(witnessKey, List.of(logKey.verifyingKey()), store, () -> NOW);
    }

    @AfterEach
    void close() throws Exception {
        store.close();
        log.close();
    }

    @Test
    void answer_growingLog_cosignsEachCheckpointAtItsTime() throws Exception {
        SignedNote three = append(3);
        verify(three, ask(0, List.of(), three));
        SignedNote eight = append(5);
        verify(eight, ask(3, proof(3, 8), eight));
        verify(eight, ask(8, List.of(), eight));
    }

    @Test
    void answer_oldSizeOfAnotherCheckpoint_isAConflictThatTellsTheSize() throws Exception {
        ask(0, List.of(), append(3));
        SignedNote five = append(2);

        assertThat(ask(0, List.of(), five)).isEqualTo(new WitnessAnswer.Conflict(3));
        assertThat(ask(2, proof(2, 5), five)).isEqualTo(new WitnessAnswer.Conflict(3));
        assertThat(new WitnessAnswer.Conflict(3).status()).isEqualTo(409);
    }

    @Test
    void answer_rolledBackLog_isAConflict() throws Exception {
        SignedNote three = append(3);
        SignedNote five = append(2);
        ask(0, List.of(), five);

        assertThat(ask(0, List.of(), three)).isEqualTo(new WitnessAnswer.Conflict(5));
        assertThat(ask(3, List.of(), three)).isEqualTo(new WitnessAnswer.Conflict(5));
    }

    @Test
    void answer_forkOfTheSameSize_isAConflict() throws Exception {
        ask(0, List.of(), append(3));

        assertThat(ask(3, List.of(), sign(3, Digest.sha256(new byte[] {1}))))
                .isEqualTo(new WitnessAnswer.Conflict(3));
    }

    @Test
    void answer_forkOfALargerSize_isNotConsistent() throws Exception {
        ask(0, List.of(), append(3));
        append(2);
        SignedNote fork = sign(5, Digest.sha256(new byte[] {1}));

        assertStatus(422, ask(3, proof(3, 5), fork));
        assertStatus(422, ask(3, List.of(), fork));
        verify(log.checkpoint().note(), ask(3, proof(3, 5), log.checkpoint().note()));
    }

    @Test
    void answer_proofFromSizeZero_isNotConsistent() throws Exception {
        SignedNote three = append(3);

        assertStatus(422, ask(0, List.of(Digest.sha256(new byte[0])), three));
        assertStatus(422, ask(0, List.of(), sign(0, Digest.sha256(new byte[] {1}))));
    }

    @Test
    void answer_emptyLog_isCosigned() throws Exception {
        SignedNote empty = log.checkpoint().note();
        verify(empty, ask(0, List.of(), empty));
        verify(append(2), ask(0, List.of(), log.checkpoint().note()));
    }

    @Test
    void answer_unknownLog_isNotFound() throws Exception {
        LogSigningKey other = LogSigningKey.create("other.example", new SecureRandom());
        Digest root = new MerkleTree().root();

        assertStatus(
                404,
                ask(
                        0,
                        List.of(),
                        SignedNote.sign(new LogCheckpoint("other.example", 0, root), other)));
    }

    @Test
    void answer_signatureOfAnotherKey_isForbidden() throws Exception {
        LogSigningKey impostor = LogSigningKey.create("log.example", new SecureRandom());
        SignedNote three = append(3);
        SignedNote forged = SignedNote.sign(three.checkpoint(), impostor);

        assertStatus(403, ask(0, List.of(), forged));
        verify(three, ask(0, List.of(), three.with(forged.signatures())));
    }

    @Test
    void answer_oldSizeAboveTheCheckpoints_isMalformed() throws Exception {
        assertStatus(400, ask(4, List.of(), append(3)));
    }

    @Test
    void answer_anythingElseThanARequest_isMalformed() throws Exception {
        String good =
                new String(
                        new AddCheckpoint(0, List.of(), append(3)).bytes(), StandardCharsets.UTF_8);
        List<String> bad = new ArrayList<>();
        bad.add("");
        bad.add("old 0\n");
        bad.add(good.substring(1));
        bad.add(good.replace("old 0", "old 00"));
        bad.add(good.replace("old 0", "old -1"));
        bad.add(good.replace("old 0", "old 99999999999999999999"));
        bad.add(good.replace("old 0\n", "old 0\r\n"));
        bad.add(good.replace("old 0\n", "old 0\nnot base64\n"));
        bad.add(good.replace("old 0\n", "old 0\nAAAA\n"));
        bad.add(good.replace("old 0\n", "old 0\n" + "A".repeat(43).concat("=\n").repeat(64)));
        bad.add(good + good);
        bad.add(good.substring(0, good.length() - 1));
        bad.add(good + "x".repeat(AddCheckpoint.MAX_BYTES));
        for (String body : bad) {
            assertStatus(400, witness.answer(body.getBytes(StandardCharsets.UTF_8)));
        }
        assertStatus(200, witness.answer(good.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void reopened_witness_stillRefusesARollback() throws Exception {
        SignedNote three = append(3);
        SignedNote five = append(2);
        ask(0, List.of(), five);
        store.close();
        openWitness();

        assertThat(ask(0, List.of(), three)).isEqualTo(new WitnessAnswer.Conflict(5));
        verify(five, ask(5, List.of(), five));
    }

    @Test
    void answer_manyForksAtOnce_cosignsOneHistory() throws Exception {
        List<Callable<WitnessAnswer>> requests = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            SignedNote fork = sign(1, Digest.sha256(new byte[] {(byte) i}));
            requests.add(() -> ask(0, List.of(), fork));
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<WitnessAnswer> answers = new ArrayList<>();
            for (Future<WitnessAnswer> answer : threads.invokeAll(requests)) {
                answers.add(answer.get());
            }
            assertThat(answers).filteredOn(WitnessAnswer.Cosigned.class::isInstance).hasSize(1);
            assertThat(answers)
                    .filteredOn(new WitnessAnswer.Conflict(1)::equals)
                    .hasSize(answers.size() - 1);
        }
    }

    @Test
    void key_roundTrip_keepsNameAndKey() throws Exception {
        WitnessKey key = witness.key();

        assertThat(WitnessKey.parse(key.vkey())).isEqualTo(key);
        assertThatThrownBy(() -> WitnessKey.parse(logKey.verifyingKey().vkey()))
                .hasMessageContaining("type 04");
        assertThatThrownBy(() -> WitnessKey.parse(key.vkey().replace("/w1", "/w2")))
                .isInstanceOf(VerificationException.class);
    }

    @Test
    void verify_cosignatureOfAnotherTimeOrCheckpoint_isRefused() throws Exception {
        SignedNote three = append(3);
        var line = ((WitnessAnswer.Cosigned) ask(0, List.of(), three)).signature();
        SignedNote five = append(2);

        assertThatThrownBy(() -> witness.key().verify(five.with(List.of(line))))
                .hasMessageContaining("not by the key");
        assertThatThrownBy(() -> witness.key().verify(three))
                .hasMessageContaining("0 cosignatures");
        assertThatThrownBy(() -> witness.key().verify(three.with(List.of(line, line))))
                .hasMessageContaining("2 cosignatures");
    }

    private SignedNote append(int leaves) throws VerificationException {
        List<byte[]> more = new ArrayList<>();
        for (int i = 0; i < leaves; i++) {
            more.add(new byte[] {(byte) i});
        }
        return log.append(more).checkpoint().note();
    }

    private List<Digest> proof(long from, long to) throws VerificationException {
        return log.consistencyProof(from, to).hashes();
    }

    private SignedNote sign(long size, Digest root) {
        return SignedNote.sign(new LogCheckpoint("log.example", size, root), logKey);
    }

    private WitnessAnswer ask(long old, List<Digest> proof, SignedNote note)
            throws VerificationException {
        return witness.answer(new AddCheckpoint(old, proof, note).bytes());
    }

    private static void assertStatus(int status, WitnessAnswer answer) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
    }

    private void verify(SignedNote note, WitnessAnswer answer) throws VerificationException {
        assertStatus(200, answer);
        SignedNote cosigned = note.with(List.of(((WitnessAnswer.Cosigned) answer).signature()));
        assertThat(witness.key().verify(SignedNote.parse(cosigned.bytes())).time()).isEqualTo(NOW);
    }
}
