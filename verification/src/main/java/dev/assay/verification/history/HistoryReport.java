package dev.assay.verification.history;

import dev.assay.protocol.id.KeyId;
import dev.assay.verification.audit.Clause;
import dev.assay.verification.audit.Finding;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an audit of a history found.
 *
 * @param verdict as of every audit: FAIL when something was refuted, else INCONCLUSIVE when
 *     something was left unchecked
 * @param findings those that were kept: of each clause the first
 * @param refuted how many refutations there are of each clause, kept or not
 * @param unchecked how much of each clause could not be checked, kept or not
 */
public record HistoryReport(
        Outcome verdict,
        KeyId provider,
        Counts counts,
        List<Finding> findings,
        Map<String, Long> refuted,
        Map<String, Long> unchecked) {
    /**
     * How much was audited.
     *
     * @param logEntries entries of the log at the checkpoint
     * @param lines lines of the history
     * @param settled leases with a settlement
     * @param open leases without one
     */
    public record Counts(
            long logEntries,
            long lines,
            long receipts,
            long leases,
            long results,
            long verdicts,
            long settled,
            long open) {
        static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0, 0, 0);
    }

    public HistoryReport {
        findings = List.copyOf(findings);
        refuted = Collections.unmodifiableMap(new TreeMap<>(refuted));
        unchecked = Collections.unmodifiableMap(new TreeMap<>(unchecked));
    }

    /** Findings that were counted and not kept. */
    public long leftOut() {
        long all = sum(refuted) + sum(unchecked);
        long kept = Math.min(all, keptOf(refuted) + keptOf(unchecked));
        return all - kept;
    }

    static HistoryReport of(KeyId provider, Counts counts, Findings findings) {
        Outcome verdict =
                !findings.refuted().isEmpty()
                        ? Outcome.FAIL
                        : findings.unchecked().isEmpty() ? Outcome.PASS : Outcome.INCONCLUSIVE;
        return new HistoryReport(
                verdict,
                provider,
                counts,
                findings.kept(),
                byId(findings.refuted()),
                byId(findings.unchecked()));
    }

    private static Map<String, Long> byId(Map<Clause, Long> counts) {
        Map<String, Long> ids = new TreeMap<>();
        new EnumMap<>(counts).forEach((clause, count) -> ids.put(clause.id(), count));
        return ids;
    }

    private static long sum(Map<String, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    private static long keptOf(Map<String, Long> counts) {
        return counts.values().stream().mapToLong(n -> Math.min(n, Findings.KEPT)).sum();
    }
}
