package dev.assay.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.assay.protocol.lease.AttemptState;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * An agent that is killed (SIGKILL) 200 times, at every state of its attempts and at random
 * moments, with each kind of work. Whenever it is started again nothing is leaked or held twice,
 * nothing of the dead process runs, every micro-unit is accounted for; and whatever can go on does,
 * to a result that an audit of all of it upholds.
 *
 * <p>{@code -Dassay.kills=N} changes the number, {@code -Dassay.seed=N} repeats a run's delays.
 */
@Timeout(value = 40, unit = TimeUnit.MINUTES)
final class KillTest {
    private static final int KILLS = Integer.getInteger("assay.kills", 200);
    private static final long SEED = Long.getLong("assay.seed", new SecureRandom().nextInt());

    /** The states in which an attempt is killed. */
    static final List<AttemptState> STATES =
            List.of(
                    AttemptState.ASSIGNED,
                    AttemptState.PREPARING,
                    AttemptState.RUNNING,
                    AttemptState.RECOVERING,
                    AttemptState.FINISHING,
                    AttemptState.ATTESTING);

    /** How many of a hundred kills each kind gets. */
    private static final Map<KillJob, Integer> SHARES =
            new EnumMap<>(
                    Map.of(
                            KillJob.EXACT, 35,
                            KillJob.TRAINING, 25,
                            KillJob.RUNNER, 15,
                            KillJob.CONTAINERS, 25));

    @TempDir private Path folder;

    @Test
    void agent_killedAtEveryState_leaksNothingAndGoesOn() throws Exception {
        assumeTrue(runs("gcc", "--version"), "no gcc here to build the fake driver with");
        boolean containers = runs("docker", "version") && Files.exists(KillJob.BUSYBOX);
        System.out.println("kills: " + KILLS + ", seed: " + SEED);
        KillDriver driver = KillDriver.build(folder.resolve("driver"));
        List<KillRound> rounds = new ArrayList<>();
        int left = KILLS;
        for (KillJob job : KillJob.values()) {
            if (job != KillJob.EXACT && (job != KillJob.CONTAINERS || containers)) {
                int kills = KILLS * SHARES.get(job) / 100;
                left -= kills;
                rounds.add(round(job, kills, driver));
            }
        }
        rounds.add(round(KillJob.EXACT, left, driver));
        try (ExecutorService two = Executors.newFixedThreadPool(2)) {
            List<Future<Void>> running = new ArrayList<>();
            for (KillRound round : rounds) {
                running.add(two.submit(round));
            }
            for (Future<Void> round : running) {
                round.get();
            }
        }
        Map<AttemptState, Integer> hits = new EnumMap<>(AttemptState.class);
        rounds.forEach(round -> round.hits().forEach((s, n) -> hits.merge(s, n, Integer::sum)));
        int kills = rounds.stream().mapToInt(KillRound::kills).sum();
        System.out.println("killed " + kills + " times, with an attempt at " + hits);
        assertThat(kills).isEqualTo(KILLS);
        int least = KILLS >= 200 ? 5 : 0; // fewer kills are a look only
        for (AttemptState state : STATES) {
            assertThat(hits.getOrDefault(state, 0))
                    .as("kills at " + state)
                    .isGreaterThanOrEqualTo(least);
        }
    }

    /**
     * The checks are worth something: a restart that does not end what was left open is noticed.
     */
    @Test
    void claim_thatARestartLeavesOpen_isNoticed() throws Exception {
        assumeTrue(runs("gcc", "--version"), "no gcc here to build the fake driver with");
        KillDriver driver = KillDriver.build(folder.resolve("driver"));
        KillRound round =
                round(KillJob.EXACT, 1, driver)
                        .sabotaged(
                                "CREATE TRIGGER sabotage BEFORE UPDATE OF outcome ON claim WHEN"
                                        + " NEW.outcome = 'RECONCILED' BEGIN SELECT RAISE(IGNORE);"
                                        + " END");
        assertThatThrownBy(round::call)
                .isInstanceOf(AssertionError.class)
                .hasStackTraceContaining("no ended lease holds a GPU");
    }

    private KillRound round(KillJob job, int kills, KillDriver driver) throws Exception {
        Path home = folder.resolve(job.name().toLowerCase(Locale.ROOT));
        return new KillRound(job, Files.createDirectories(home), kills, SEED, driver);
    }

    private static boolean runs(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
