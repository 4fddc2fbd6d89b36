package dev.assay.verification.audit;

import dev.assay.verification.VerificationException;
import dev.assay.verification.audit.Finding.Standing;
import dev.assay.verification.crypto.LogVerifyingKey;
import dev.assay.verification.log.LogReader;
import dev.assay.verification.log.SeenCheckpoints;
import dev.assay.verification.log.VerifiedCheckpoint;
import dev.assay.verification.witness.WitnessKey;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Compares the checkpoints of evidence with what else is at hand: those that the auditor saw
 * before, the log itself, and the witnesses that the auditor knows.
 *
 * @param memory what the auditor saw before; none to look at nothing else than the evidence
 * @param log the log itself, when it is at hand
 * @param witnesses whose cosignatures must be there
 */
public record CheckpointAudit(
        Optional<SeenCheckpoints> memory, Optional<LogAtHand> log, List<WitnessKey> witnesses) {
    /** With nothing else at hand. */
    public static final CheckpointAudit ALONE =
            new CheckpointAudit(Optional.empty(), Optional.empty(), List.of());

    private static final String CHECKPOINT = "checkpoint";

    public CheckpointAudit {
        witnesses = List.copyOf(witnesses);
    }

    /**
     * Compares the checkpoints of a folder or a bundle, which the log signed.
     *
     * @param file what of the evidence they are from
     * @param held the newest first
     * @return whether all of them are proved to be of the history that the log shows
     */
    boolean evidence(
            LogVerifyingKey key,
            String file,
            List<VerifiedCheckpoint> held,
            List<Finding> findings) {
        CosignatureCheck.run(witnesses, held.getFirst(), file, findings);
        Optional<LogReader> reader = log.flatMap(at -> open(key, at, findings));
        HistoryCheck check = new HistoryCheck(key, file, memory, findings);
        return check.evidence(held, reader, log.map(LogAtHand::place).orElse(""));
    }

    /** Compares the log itself, as this reader read it. */
    void log(LogVerifyingKey key, LogReader reader, String place, List<Finding> findings) {
        CosignatureCheck.run(witnesses, reader.checkpoint(), CHECKPOINT, findings);
        new HistoryCheck(key, CHECKPOINT, memory, findings).log(reader, place);
    }

    /**
     * Compares the checkpoint of the log that a history was held against; what was found.
     *
     * @param place where the log is, for reports
     */
    public List<Finding> history(LogVerifyingKey key, LogReader reader, String place) {
        List<Finding> findings = new ArrayList<>();
        CosignatureCheck.run(witnesses, reader.checkpoint(), place, findings);
        if (memory.isPresent()) {
            new HistoryCheck(key, place, memory, findings)
                    .evidence(List.of(reader.checkpoint()), Optional.of(reader), place);
        }
        return findings;
    }

    private static Optional<LogReader> open(
            LogVerifyingKey key, LogAtHand at, List<Finding> findings) {
        try {
            return Optional.of(LogReader.open(at, key));
        } catch (VerificationException e) {
            findings.add(
                    Finding.of(
                            Standing.UNCHECKED,
                            "proofs",
                            Clause.CONSISTENCY,
                            "the log at " + at.place() + " could not be used: " + e.getMessage()));
            return Optional.empty();
        }
    }
}
