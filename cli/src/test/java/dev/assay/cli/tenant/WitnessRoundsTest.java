package dev.assay.cli.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.verification.crypto.LogSigningKey;
import dev.assay.verification.log.LogCheckpoint;
import dev.assay.verification.log.MerkleTree;
import dev.assay.verification.log.SignedNote;
import dev.assay.verification.log.VerifiedCheckpoint;
import dev.assay.verification.witness.WitnessRound;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What a tenant waits for, and what it does not. */
@Timeout(60)
final class WitnessRoundsTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final LogSigningKey key;
    private final WitnessRounds rounds = new WitnessRounds();

    WitnessRoundsTest() throws Exception {
        key = LogSigningKey.create("log.example", new SecureRandom());
    }

    @Test
    void await_whatIsPublishedAlready_returns() throws Exception {
        rounds.accept(round(7, true));
        rounds.accept(round(9, false));

        rounds.await(7, LONG);

        assertThat(rounds.failures()).containsExactly(Map.entry("w1", "asleep"));
    }

    @Test
    void await_whatIsPublishedLater_returns() throws Exception {
        WitnessRound small = round(6, true);
        WitnessRound large = round(7, true);
        Thread asking =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    for (int i = 0; i < 10; i++) {
                                        rounds.accept(small);
                                    }
                                    rounds.accept(large);
                                });

        rounds.await(7, LONG);

        asking.join();
        assertThat(rounds.failures()).isEmpty();
    }

    /** Whoever goes on asking in vain does not keep the tenant for the whole time. */
    @Test
    void await_whatIsAskedAboutInVain_returnsAfterAFewRounds() throws Exception {
        WitnessRound vain = round(7, false);
        Thread asking =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    while (!Thread.currentThread().isInterrupted()) {
                                        rounds.accept(vain);
                                        Thread.yield();
                                    }
                                });

        rounds.await(7, LONG);

        asking.interrupt();
        asking.join();
        assertThat(rounds.failures()).containsKey("w1");
    }

    @Test
    void await_whatNobodyAsksAbout_returnsWhenTheTimeIsUp() throws Exception {
        rounds.accept(round(6, true));

        rounds.await(7, Duration.ofMillis(1));

        assertThat(rounds.failures()).isEmpty();
    }

    private WitnessRound round(long size, boolean published) throws Exception {
        VerifiedCheckpoint checkpoint =
                SignedNote.sign(new LogCheckpoint(key.origin(), size, new MerkleTree().root()), key)
                        .verify(key.verifyingKey());
        return new WitnessRound(
                checkpoint, List.of(), published ? Map.of() : Map.of("w1", "asleep"), published);
    }
}
