package dev.assay.verification.audit;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.audit.Finding.Standing;
import dev.assay.verification.crypto.LogVerifyingKey;
import dev.assay.verification.log.LogReader;
import dev.assay.verification.log.SeenCheckpoints;
import dev.assay.verification.log.VerifiedCheckpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether the checkpoints of one log are of one history: those at hand, those seen before, and what
 * the log's tiles show.
 *
 * <p>Two roots of one size are a split view whatever else is at hand. Checkpoints of two sizes need
 * the tiles; without them nothing is proved, and both are kept until tiles are there. That evidence
 * is older than what was seen before says nothing against it: evidence is kept. A log that shows
 * less than it signed before was rolled back.
 */
final class HistoryCheck {
    private final LogVerifyingKey key;
    private final String file;
    private final Optional<SeenCheckpoints> memory;
    private final List<Finding> findings;

    HistoryCheck(
            LogVerifyingKey key,
            String file,
            Optional<SeenCheckpoints> memory,
            List<Finding> findings) {
        this.key = key;
        this.file = file;
        this.memory = memory;
        this.findings = findings;
    }

    /** Whether all that is held is proved to be of the history that the log shows. */
    boolean evidence(List<VerifiedCheckpoint> held, Optional<LogReader> reader, String place) {
        List<VerifiedCheckpoint> seen = seen();
        if (split(held, seen)) {
            return false;
        }
        if (reader.isEmpty()) {
            withoutTiles(held.getFirst(), seen);
            keep(held);
            return false;
        }
        VerifiedCheckpoint shown = reader.get().checkpoint();
        if (split(List.of(shown), held) || split(List.of(shown), seen)) {
            return false;
        }
        boolean linked = link(held, reader.get(), Standing.UNCHECKED, "of the evidence", place);
        boolean continued = link(seen, reader.get(), Standing.UNCHECKED, "seen before", place);
        keepWhatIsOf(shown, held, seen, linked, continued);
        return linked;
    }

    /** Compares a log that is itself what is audited. */
    void log(LogReader reader, String place) {
        List<VerifiedCheckpoint> seen = seen();
        VerifiedCheckpoint shown = reader.checkpoint();
        if (split(List.of(shown), seen)) {
            return;
        }
        if (memory.isPresent() && seen.isEmpty()) {
            firstSight(shown);
        }
        boolean continued = link(seen, reader, Standing.REFUTED, "seen before", place);
        keepWhatIsOf(shown, List.of(), seen, true, continued);
    }

    private void keepWhatIsOf(
            VerifiedCheckpoint shown,
            List<VerifiedCheckpoint> held,
            List<VerifiedCheckpoint> seen,
            boolean linked,
            boolean continued) {
        if (linked && continued) {
            keep(List.of(shown));
            forget(seen.stream().filter(old -> old.size() < shown.size()).toList());
        } else if (linked) {
            keep(held);
        }
    }

    private List<VerifiedCheckpoint> seen() {
        if (memory.isEmpty()) {
            return List.of();
        }
        try {
            return memory.get().of(key);
        } catch (VerificationException e) {
            findings.add(forgetful(e));
            return List.of();
        }
    }

    /** Reports each two of one size with two roots; whether there are any. */
    private boolean split(List<VerifiedCheckpoint> ones, List<VerifiedCheckpoint> others) {
        boolean found = false;
        for (VerifiedCheckpoint one : ones) {
            for (VerifiedCheckpoint other : others) {
                if (one.size() == other.size() && !one.root().equals(other.root())) {
                    contradict(one, other, Clause.SPLIT_VIEW, "the log signed two roots");
                    found = true;
                }
            }
        }
        return found;
    }

    private void withoutTiles(VerifiedCheckpoint newest, List<VerifiedCheckpoint> seen) {
        if (memory.isEmpty()) {
            return;
        }
        if (seen.isEmpty()) {
            firstSight(newest);
        } else if (seen.stream().anyMatch(old -> old.size() == newest.size())) {
            proved("the checkpoint of " + newest.size() + " entries is one that was seen before");
        } else {
            findings.add(
                    Finding.of(
                            Standing.NOT_PROVED,
                            file,
                            Clause.CONSISTENCY,
                            "that the "
                                    + newest.size()
                                    + " entries are of one history with the "
                                    + seen.getLast().size()
                                    + " seen before: that takes the log itself; name it with"
                                    + " --log"));
        }
    }

    private void firstSight(VerifiedCheckpoint shown) {
        findings.add(
                Finding.of(
                        Standing.NOT_PROVED,
                        file,
                        Clause.CONSISTENCY,
                        "that the log had the same history before: this checkpoint, of "
                                + shown.size()
                                + " entries, is the first that was seen here; later audits will"
                                + " be held to it"));
    }

    /**
     * Proves checkpoints to be of the log's history; whether all are.
     *
     * @param behind what it is when the log shows less
     */
    private boolean link(
            List<VerifiedCheckpoint> checkpoints,
            LogReader reader,
            Standing behind,
            String whose,
            String place) {
        VerifiedCheckpoint shown = reader.checkpoint();
        List<Long> linked = new ArrayList<>();
        for (VerifiedCheckpoint checkpoint : checkpoints) {
            if (checkpoint.size() > shown.size()) {
                rolledBack(checkpoint, shown, behind, whose, place);
            } else if (linked(checkpoint, reader)) {
                linked.add(checkpoint.size());
            }
        }
        if (!linked.isEmpty()) {
            proved(
                    "the checkpoints "
                            + whose
                            + ", of "
                            + linked
                            + " entries, are of the history of the "
                            + shown.size()
                            + " that the log at "
                            + place
                            + " shows");
        }
        return linked.size() == checkpoints.size();
    }

    private boolean linked(VerifiedCheckpoint older, LogReader reader) {
        VerifiedCheckpoint shown = reader.checkpoint();
        if (older.size() == 0) {
            return true;
        }
        try {
            reader.consistencyProof(older.size(), shown.size()).verify(older.root(), shown.root());
            return true;
        } catch (VerificationException e) {
            if (e.code() == Code.BAD_PROOF) {
                contradict(older, shown, Clause.CONSISTENCY, "the log signed two histories");
            } else {
                findings.add(Finding.of(file, Clause.CONSISTENCY, e));
            }
            return false;
        }
    }

    private void rolledBack(
            VerifiedCheckpoint signed,
            VerifiedCheckpoint shown,
            Standing behind,
            String whose,
            String place) {
        findings.add(
                Finding.of(
                        behind,
                        file,
                        Clause.ROLLBACK,
                        "the log at "
                                + place
                                + " shows "
                                + shown.size()
                                + " entries and signed "
                                + signed.size()
                                + " in a checkpoint "
                                + whose
                                + ": it was rolled back, or this is an old copy of it"));
    }

    private void contradict(
            VerifiedCheckpoint one, VerifiedCheckpoint other, Clause clause, String what) {
        findings.add(
                Finding.of(
                        Standing.REFUTED,
                        file,
                        clause,
                        what
                                + ": "
                                + one.size()
                                + " entries with root "
                                + one.root().hex()
                                + ", "
                                + other.size()
                                + " entries with root "
                                + other.root().hex()
                                + evidenceOf(one, other)));
    }

    private String evidenceOf(VerifiedCheckpoint one, VerifiedCheckpoint other) {
        if (memory.isEmpty()) {
            return "";
        }
        try {
            List<Path> kept = memory.get().accuse(key, one, other);
            return "; both signed notes are kept: " + kept.getFirst() + " and " + kept.getLast();
        } catch (VerificationException e) {
            return "; the notes could not be kept: " + e.getMessage();
        }
    }

    private void keep(List<VerifiedCheckpoint> checkpoints) {
        if (memory.isEmpty()) {
            return;
        }
        for (VerifiedCheckpoint checkpoint : checkpoints) {
            try {
                memory.get()
                        .keep(key, checkpoint)
                        .ifPresent(
                                other ->
                                        contradict(
                                                checkpoint,
                                                other,
                                                Clause.SPLIT_VIEW,
                                                "the log signed two roots"));
            } catch (VerificationException e) {
                findings.add(forgetful(e));
                return;
            }
        }
    }

    private void forget(List<VerifiedCheckpoint> proved) {
        try {
            if (memory.isPresent()) {
                memory.get().forget(key, proved);
            }
        } catch (VerificationException e) {
            findings.add(forgetful(e));
        }
    }

    private Finding forgetful(VerificationException e) {
        return Finding.of(
                Standing.UNCHECKED,
                file,
                Clause.CONSISTENCY,
                e.getMessage() + "; or audit with --no-memory");
    }

    private void proved(String message) {
        findings.add(Finding.of(Standing.PROVED, file, Clause.CONSISTENCY, message));
    }
}
