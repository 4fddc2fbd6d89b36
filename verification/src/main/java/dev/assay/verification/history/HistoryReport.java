package dev.assay.verification.history;

import dev.assay.protocol.id.KeyId;
import dev.assay.verification.audit.Finding;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an audit of a history found.
 *
 * @param findings those that were kept: of each clause the first
 * @param refuted how many refutations there are of each clause, kept or not
 * @param unresolved how many questions of each clause stay open, kept or not
 */
public record HistoryReport(
        Outcome outcome,
        KeyId provider,
        Counts counts,
        List<Finding> findings,
        Map<String, Long> refuted,
        Map<String, Long> unresolved) {
    /** What an audit concludes. */
    public enum Outcome {
        /** Everything is there and stands. */
        PASS,
        /** Something is wrong. */
        FAIL,
        /** Nothing is wrong in what is there, and something is not there. */
        INCONCLUSIVE
    }

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
            long open) {}

    public HistoryReport {
        findings = List.copyOf(findings);
        refuted = Map.copyOf(new TreeMap<>(refuted));
        unresolved = Map.copyOf(new TreeMap<>(unresolved));
    }

    /** Findings that were counted and not kept. */
    public long leftOut() {
        long all = sum(refuted) + sum(unresolved);
        long kept = Math.min(all, keptOf(refuted) + keptOf(unresolved));
        return all - kept;
    }

    static HistoryReport of(KeyId provider, Counts counts, Findings findings) {
        Outcome outcome =
                !findings.refuted().isEmpty()
                        ? Outcome.FAIL
                        : findings.unresolved().isEmpty() ? Outcome.PASS : Outcome.INCONCLUSIVE;
        return new HistoryReport(
                outcome,
                provider,
                counts,
                findings.kept(),
                byText(findings.refuted()),
                byText(findings.unresolved()));
    }

    private static Map<String, Long> byText(Map<Clause, Long> counts) {
        Map<String, Long> texts = new TreeMap<>();
        new EnumMap<>(counts).forEach((clause, count) -> texts.put(clause.text(), count));
        return texts;
    }

    private static long sum(Map<String, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    private static long keptOf(Map<String, Long> counts) {
        return counts.values().stream().mapToLong(n -> Math.min(n, Findings.KEPT)).sum();
    }
}
