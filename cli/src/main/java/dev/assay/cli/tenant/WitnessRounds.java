package dev.assay.cli.tenant;

import dev.assay.verification.witness.WitnessRound;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What became of asking a log's witnesses, for a tenant in the process that asks them. Thread-safe.
 */
public final class WitnessRounds implements Consumer<WitnessRound> {
    /** How often the witnesses are asked about what somebody waits for, before that is enough. */
    private static final int ENOUGH = 3;

    private Map<String, String> failures = Map.of();
    private long published;
    private long asked;
    private long askedAbout;

    /** Takes what a round brought. */
    @Override
    public synchronized void accept(WitnessRound round) {
        failures = round.failures();
        askedAbout = round.checkpoint().size();
        asked++;
        if (round.published()) {
            published = askedAbout;
        }
        notifyAll();
    }

    /** Why a witness's cosignature was missing in the last round, by its name. */
    public synchronized Map<String, String> failures() {
        return failures;
    }

    /**
     * Waits until enough witnesses cosigned a checkpoint of at least this size; or they were asked
     * about one three times, and too few did; or the time is up.
     */
    public synchronized void await(long size, Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        long seen = asked;
        int inVain = 0;
        while (published < size && inVain < ENOUGH) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
            if (asked > seen && askedAbout >= size) {
                inVain++;
            }
            seen = asked;
        }
    }
}
