package dev.assay.cli.tenant;

import dev.assay.verification.VerificationException;
import dev.assay.verification.log.SignedNote;
import dev.assay.verification.witness.VerifiedCosignature;
import dev.assay.verification.witness.WitnessKey;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The cosignatures of witnesses that a tenant wants on the checkpoint in its evidence.
 *
 * @param witnesses whose; none when the market's log has no witnesses
 * @param rounds of asking them
 */
public record Cosignatures(List<WitnessKey> witnesses, WitnessRounds rounds) {
    /** Less than an interrupted run has to end in. */
    private static final Duration LIMIT = Duration.ofSeconds(8);

    public Cosignatures {
        witnesses = List.copyOf(witnesses);
    }

    /** Those of a log without witnesses. */
    public static Cosignatures none() {
        return new Cosignatures(List.of(), new WitnessRounds());
    }

    /** Whether there are any to come. */
    boolean wanted() {
        return !witnesses.isEmpty();
    }

    /** Waits, not for long, until witnesses cosigned a checkpoint of at least this size. */
    void await(long size) throws InterruptedException {
        if (wanted()) {
            rounds.await(size, LIMIT);
        }
    }

    /** Which of the witnesses cosigned this checkpoint, and why the others did not. */
    RunEvent.Cosigned on(SignedNote note) {
        List<VerifiedCosignature> there = new ArrayList<>();
        Map<String, String> missing = new TreeMap<>();
        for (WitnessKey witness : witnesses) {
            try {
                there.add(witness.verify(note));
            } catch (VerificationException e) {
                missing.put(
                        witness.name(),
                        rounds.failures()
                                .getOrDefault(witness.name(), String.valueOf(e.getMessage())));
            }
        }
        return new RunEvent.Cosigned(note.checkpoint().size(), there, missing);
    }
}
