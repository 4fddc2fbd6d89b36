package dev.assay.verification.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.LogSigningKey;
import dev.assay.verification.log.CheckpointStore;
import dev.assay.verification.log.Publication;
import dev.assay.verification.log.SignedNote;
import dev.assay.verification.log.TransparencyLog;
import dev.assay.verification.log.VerifiedCheckpoint;
import dev.assay.verification.witness.Witness;
import dev.assay.verification.witness.WitnessConnection;
import dev.assay.verification.witness.WitnessKey;
import dev.assay.verification.witness.WitnessRound;
import dev.assay.verification.witness.WitnessedPublication;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A log and its witnesses, as they meet: over HTTP. */
class WitnessedPublicationTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Duration PAUSE = Duration.ofMillis(1);

    @TempDir Path directory;

    private final SecureRandom random = new SecureRandom();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final BlockingQueue<WitnessRound> rounds = new LinkedBlockingQueue<>();
    private LogSigningKey logKey;
    private TransparencyLog log;

    @BeforeEach
    void open() throws Exception {
        logKey = LogSigningKey.create("log.example", random);
        log = TransparencyLog.open(path("log"), logKey, Publication.WHEN_WITNESSED);
        opened.push(log);
    }

    @AfterEach
    void close() throws Exception {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }

    @Test
    void allAnswer_checkpointIsPublishedWithTheirCosignatures() throws Exception {
        List<WitnessConnection> witnesses = List.of(witness("w1"), witness("w2"));
        append(3);
        publish(witnesses, 2);
        awaitPublished(3);
        append(4);

        SignedNote note = awaitPublished(7);

        for (WitnessConnection witness : witnesses) {
            assertThat(witness.key().verify(note).witness()).isEqualTo(witness.key());
        }
        assertThat(note.bytes()).isEqualTo(Files.readAllBytes(path("log").resolve("checkpoint")));
        VerifiedCheckpoint shown = log.published().orElseThrow();
        assertThat(log.proofs(List.of(6L), shown).getFirst().note()).isEqualTo(note);
    }

    @Test
    void oneOfThreeIsDown_twoNeededAreEnough() throws Exception {
        append(3);
        publish(List.of(witness("w1"), down("w2"), witness("w3")), 2);

        assertThat(awaitPublished(3).signatures()).hasSize(3);
        WitnessRound round = rounds.take();
        assertThat(round.cosignatures()).hasSize(2);
        assertThat(round.failures().get("w2")).contains("add-checkpoint failed: nobody listens");
    }

    @Test
    void tooFewAnswer_nothingIsPublishedAndTheLogGoesOn() throws Exception {
        append(3);
        publish(List.of(witness("w1"), down("w2")), 2);

        assertThat(rounds.take().published()).isFalse();
        append(2);
        WitnessRound round = rounds.take();
        while (round.checkpoint().size() < 5) {
            round = rounds.take();
        }

        assertThat(round.published()).isFalse();
        assertThat(log.published()).isEmpty();
        assertThat(path("log").resolve("checkpoint")).doesNotExist();
        assertThat(log.checkpoint().size()).isEqualTo(5);
    }

    @Test
    void rolledBackLog_isToldSo() throws Exception {
        WitnessConnection witness = witness("w1");
        try (TransparencyLog other =
                TransparencyLog.open(path("other"), logKey, Publication.WHEN_WITNESSED)) {
            other.append(List.of(new byte[] {1}, new byte[] {2}, new byte[] {3}));
            try (WitnessedPublication ahead =
                    new WitnessedPublication(other, List.of(witness), 1, PAUSE, rounds::add)) {
                ahead.start();
                assertThat(rounds.take().published()).isTrue();
            }
        }
        append(2);
        publish(List.of(witness), 1);

        WitnessRound round = rounds.take();
        assertThat(round.published()).isFalse();
        assertThat(round.failures().get("w1")).contains("rolled back or forked");
    }

    @Test
    void witnessOfAnotherName_isNotCounted() throws Exception {
        WitnessConnection impostor = witness("w1");
        WitnessKey expected = new WitnessKey(LogSigningKey.create("w1", random).verifyingKey());
        append(1);
        publish(List.of(renamed(impostor, expected)), 1);

        WitnessRound round = rounds.take();
        assertThat(round.published()).isFalse();
        assertThat(round.failures().get("w1")).contains("0 cosignatures");
    }

    /** As when the log's process ended after the last entry, before the witnesses answered. */
    @Test
    void publication_ofALogWithNothingNew_asksAtOnce() throws Exception {
        append(3);
        publish(List.of(witness("w1")), 1);
        awaitPublished(3);
        publish(List.of(witness("w2")), 1);

        WitnessRound round = rounds.take();
        while (round.cosignatures().getFirst().witness().name().equals("w1")) {
            round = rounds.take();
        }
        assertThat(round.checkpoint().size()).isEqualTo(3);
        assertThat(round.checkpoint().note().signatures()).hasSize(2);
    }

    @Test
    void witnessOfAnotherLog_saysHowToStartItForThisOne() throws Exception {
        LogSigningKey namesake = LogSigningKey.create("log.example", random);
        LogSigningKey other = LogSigningKey.create("other.example", random);
        append(1);
        publish(List.of(witness("w1", namesake), witness("w2", other), witness("w3")), 3);

        WitnessRound round = rounds.take();
        assertThat(round.failures().get("w1"))
                .contains("another log that is called log.example too")
                .endsWith("assay witness --name 'w1' --log '" + logKey.verifyingKey().vkey() + "'");
        assertThat(round.failures().get("w2"))
                .contains("does not follow log log.example")
                .endsWith("assay witness --name 'w2' --log '" + logKey.verifyingKey().vkey() + "'");
        assertThat(round.published()).isFalse();
        assertThat(round.checkpoint().note().signatures()).hasSize(2);
    }

    private void publish(List<WitnessConnection> witnesses, int needed) {
        WitnessedPublication publication =
                new WitnessedPublication(log, witnesses, needed, PAUSE, rounds::add);
        opened.push(publication);
        publication.start();
    }

    private SignedNote awaitPublished(long size) throws InterruptedException {
        while (log.published().map(VerifiedCheckpoint::size).orElse(0L) < size) {
            Thread.onSpinWait();
        }
        return log.published().orElseThrow().note();
    }

    private HttpWitness witness(String name) throws VerificationException {
        return witness(name, logKey);
    }

    private HttpWitness witness(String name, LogSigningKey followed) throws VerificationException {
        LogSigningKey key = LogSigningKey.create(name, random);
        CheckpointStore store = CheckpointStore.open(path(name));
        opened.push(store);
        Witness witness =
                Witness.of(key, List.of(followed.verifyingKey()), store, () -> Instant.EPOCH);
        HttpHost host = HttpHost.ofWitness(witness, loopback(), (_, _) -> {});
        opened.push(host);
        return connection(host.address().getPort(), witness.key());
    }

    /** A witness at a port where nobody listens any more. */
    private HttpWitness down(String name) throws VerificationException {
        HttpWitness witness = witness(name);
        HttpHost gone = HttpHost.ofLog(directory, loopback(), (_, _) -> {});
        int port = gone.address().getPort();
        gone.close();
        return connection(port, witness.key());
    }

    private HttpWitness renamed(WitnessConnection witness, WitnessKey key)
            throws VerificationException {
        return HttpWitness.at(((HttpWitness) witness).prefix(), key, LIMIT);
    }

    private HttpWitness connection(int port, WitnessKey key) throws VerificationException {
        HttpWitness connection = HttpWitness.at(URI.create("http://127.0.0.1:" + port), key, LIMIT);
        opened.push(connection);
        return connection;
    }

    private void append(int leaves) throws VerificationException {
        List<byte[]> more = new ArrayList<>();
        for (int i = 0; i < leaves; i++) {
            more.add(new byte[] {(byte) i});
        }
        log.append(more);
    }

    private Path path(String name) {
        return directory.resolve(name);
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }
}
