package dev.assay.verification.history;

import dev.assay.verification.VerificationException;
import dev.assay.verification.audit.Clause;
import dev.assay.verification.audit.Finding;
import dev.assay.verification.audit.Finding.Standing;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What an audit of a history finds, in the order in which it is found. Of each clause only the
 * first are kept, and all are counted. Not thread-safe.
 */
final class Findings {
    /** How many findings of a clause are kept. */
    static final int KEPT = 50;

    private final List<Finding> kept = new ArrayList<>();
    private final Map<Clause, Long> refuted = new EnumMap<>(Clause.class);
    private final Map<Clause, Long> unchecked = new EnumMap<>(Clause.class);
    private final Map<Clause, Long> told = new EnumMap<>(Clause.class);

    /** Something is wrong: the history fails. */
    void refuted(Clause clause, String place, String field, String message) {
        if (refuted.merge(clause, 1L, Long::sum) <= KEPT) {
            add(Standing.REFUTED, place, field, clause, message);
        }
    }

    /** The same, of what a rule of another package refuses. */
    void refuted(Clause clause, String place, VerificationException refusal) {
        refuted(clause, place, refusal.field().orElse(Finding.WHOLE), refusal.problem());
    }

    /** Something is not there that an answer would need: the history cannot pass. */
    void unchecked(Clause clause, String place, String field, String message) {
        if (unchecked.merge(clause, 1L, Long::sum) <= KEPT) {
            add(Standing.UNCHECKED, place, field, clause, message);
        }
    }

    /** What is beyond such an audit, and keeps no history from passing. */
    void note(Clause clause, String place, String message) {
        told(Standing.NOT_PROVED, clause, place, message);
    }

    /** Takes in what another part of the audit found. */
    void take(List<Finding> found) {
        for (Finding finding : found) {
            switch (finding.standing()) {
                case REFUTED ->
                        refuted(
                                finding.clause(),
                                finding.file(),
                                finding.field(),
                                finding.message());
                case UNCHECKED ->
                        unchecked(
                                finding.clause(),
                                finding.file(),
                                finding.field(),
                                finding.message());
                case NOT_PROVED, PROVED -> kept.add(finding);
            }
        }
    }

    void proved(Clause clause, String place, String message) {
        told(Standing.PROVED, clause, place, message);
    }

    /** All that was kept. */
    List<Finding> kept() {
        return List.copyOf(kept);
    }

    /** How many refutations there are of each clause, those included that were not kept. */
    Map<Clause, Long> refuted() {
        return new EnumMap<>(refuted);
    }

    /** How many of each clause were left unchecked. */
    Map<Clause, Long> unchecked() {
        return new EnumMap<>(unchecked);
    }

    private void told(Standing standing, Clause clause, String place, String message) {
        if (told.merge(clause, 1L, Long::sum) <= KEPT) {
            add(standing, place, Finding.WHOLE, clause, message);
        }
    }

    private void add(Standing standing, String place, String field, Clause clause, String message) {
        kept.add(new Finding(standing, place, field, clause, message));
    }
}
