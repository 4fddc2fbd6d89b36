package dev.assay.verification.history;

import dev.assay.verification.attest.ReceiptChain;
import dev.assay.verification.audit.Clause;
import dev.assay.verification.history.CheckedLine.Signed;

import java.time.Instant;

/**
 * The time of the log, as far as it is known. Entries have no times of their own; but the market
 * dates its statements, and whatever the log holds before one of them had happened by then. Not
 * thread-safe.
 */
final class LogTime {
    private final Instant now;
    private final Findings findings;
    private Instant market = Instant.MIN;
    private Instant latest = Instant.MIN;
    private long latestLine;
    private String latestField = "";

    /**
     * A log of which nothing is known yet.
     *
     * @param now the auditor's time
     */
    LogTime(Instant now, Findings findings) {
        this.now = now;
        this.findings = findings;
    }

    /** Something that a statement says has happened. */
    void happened(Signed line, Instant at, String field) {
        if (at.isAfter(now.plus(ReceiptChain.CLOCK_SKEW))) {
            findings.refuted(
                    Clause.PERIOD,
                    HistoryLayout.line(line.number()),
                    field,
                    at + " is in the future");
        } else if (at.isAfter(latest)) {
            latest = at;
            latestLine = line.number();
            latestField = field;
        }
    }

    /** The market dated a statement: everything before it has happened by then. */
    void passed(Signed line, Instant at, String field) {
        if (at.isAfter(now.plus(ReceiptChain.CLOCK_SKEW))) {
            findings.refuted(
                    Clause.PERIOD,
                    HistoryLayout.line(line.number()),
                    field,
                    at + " is in the future");
            return;
        }
        market = at.isAfter(market) ? at : market;
        if (latest.isAfter(market.plus(ReceiptChain.CLOCK_SKEW))) {
            findings.refuted(
                    Clause.PERIOD,
                    HistoryLayout.line(latestLine),
                    latestField,
                    latest
                            + " is after "
                            + market
                            + ", when the market signed what the log holds later, as entry "
                            + line.index());
            latest = market;
        }
    }
}
