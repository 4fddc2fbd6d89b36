package dev.assay.verification.history;

import java.util.Locale;

/** What a finding about a history is about; docs/formats/history.md says what each means. */
enum Clause {
    /** The folder's own files. */
    FOLDER,
    /** A line is not in the one form of a line. */
    LINE,
    /** Statements are not in the order of the log. */
    ORDER,
    /** The bytes are no statement. */
    STATEMENT,
    SIGNATURE,
    /** The key was not valid at that index, or is not the one that must sign. */
    KEY,
    /** The log does not hold the statement there, or does not stand itself. */
    LOG,
    /** The log holds a statement that the history lacks. */
    MISSING,
    /** The terms of a lease are not those of its order, or it is another provider's. */
    TERMS,
    /** A receipt names another statement before it than there is. */
    CHAIN,
    /** A number is left out. */
    SEQUENCE,
    /** A statement that appears twice. */
    DUPLICATE,
    /** Two statements in one place. */
    EQUIVOCATION,
    /** A cumulative quantity fell. */
    METERS,
    /** More than the time, the devices or the job allow. */
    BOUNDS,
    /** A period overlaps the one before, leaves a gap, or begins before the lease. */
    PERIOD,
    /** A time that is after the auditor's. */
    FUTURE,
    /** A time that is after what the log holds later. */
    LOG_TIME,
    /** One device in two leases at once. */
    DEVICE,
    /** A result does not agree with its lease and receipts. */
    RESULT,
    VERDICT,
    /** A settlement does not agree with what it cites. */
    SETTLEMENT,
    /** A statement about a lease that had ended. */
    CLOSED,
    /** A lease without an end, or an end without its lease. */
    OPEN,
    /** The history is larger than an audit takes. */
    LIMIT;

    /** As findings name it. */
    String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
