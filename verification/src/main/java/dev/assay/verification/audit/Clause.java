package dev.assay.verification.audit;

import dev.assay.verification.VerificationException;

import java.util.Locale;

/**
 * The rules that an audit checks, a closed set: every finding is about one of them. {@code
 * docs/audit.md} lists them with these sentences.
 */
public enum Clause {
    LAYOUT("Every file of the folder has a place in its layout, and every file that it needs."),
    INDEX("The tenant signed the digest of every file; none is changed, missing or added since."),
    SIZE("No file is larger than its kind may be."),
    ENCODING("A file has exactly the one accepted form of what it is."),
    KEY("A key is a valid key, and the one that the statements name."),
    SIGNATURE("What is signed verifies under its party's key."),
    STATEMENT("A statement's fields are well-formed, and agree with the other statements."),
    RANGE("No number and no instant is larger than can be computed with."),
    RECEIPT_CHAIN("Each receipt continues the one before: its number, its digest, its lease."),
    PERIOD(
            "The receipts' periods follow each other without gap or overlap, and none is ahead of"
                    + " its time."),
    USAGE_BOUNDS("What receipts count can be had by the lease's devices in the time they cover."),
    INCLUSION("A proof leads from the statement to the root that the log signed."),
    CHECKPOINT("A checkpoint is signed by the log's key; the proofs of a folder are of one."),
    LOG_ORDER(
            "The log holds the statements in the order in which they were made: commit, draw,"
                    + " verdict."),
    CONSISTENCY("Two checkpoints of a log are of one history."),
    SPLIT_VIEW("A log has one root at each size."),
    ROLLBACK("A log does not become smaller."),
    LOG_FILES("Every entry and every tile of a log leads to its checkpoint."),
    WITNESS("Witnesses cosigned the checkpoint, so that everyone is shown one history."),
    KEY_STATEMENT("Statements about keys are in the log, and count by its rules."),
    KEY_VALIDITY("A key was registered, and neither rotated away nor revoked, where it signed."),
    COMPLETENESS("Every statement of a provider's that the log holds is in its history."),
    REPETITION("No statement is in a history twice."),
    EQUIVOCATION("Nobody signed two statements for one place: one receipt a number, one result."),
    DEVICES("No device is in two leases at once."),
    LIFECYCLE("A lease is granted, then worked on, then settled once, and nothing comes after."),
    BUNDLE("The bundles for others' tools say the same as statements and proofs."),
    CONTENTS("The files of the work are there, and are those that the result names."),
    COMMITMENT("The output is the one that the provider committed to, unit by unit."),
    RESULT("The lease led to a result."),
    REPLAY("What the provider computed comes out the same when it is computed again."),
    VERDICT("The auditor's verdict was given, and is true."),
    SETTLEMENT("The settlement is the one that the lease's terms and the statements give."),
    BID_DEPOSIT("The deposit behind the bid went to whom it is due."),
    FAULT("Whoever is billed for a failed attempt caused the failure."),
    IDENTITY("The keys belong to the parties that they are said to belong to."),
    HARDWARE(
            "What hardware is named to have signed stands up, and is of its lease; the work ran on"
                    + " the hardware that was rented, and by clocks that were right.");

    private final String sentence;

    Clause(String sentence) {
        this.sentence = sentence;
    }

    /** Its name in reports, such as {@code usage-bounds}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What must hold. */
    public String sentence() {
        return sentence;
    }

    /** The rule that a refusal is about. */
    public static Clause of(VerificationException refusal) {
        return switch (refusal.code()) {
            case BAD_ENCODING -> ENCODING;
            case BAD_KEY -> KEY;
            case UNKNOWN_ROOT -> HARDWARE;
            case BAD_SIGNATURE -> SIGNATURE;
            case BAD_STATEMENT -> STATEMENT;
            case BROKEN_CHAIN -> RECEIPT_CHAIN;
            case BAD_PERIOD -> PERIOD;
            case IMPOSSIBLE_USAGE -> USAGE_BOUNDS;
            case BAD_CONTENTS, BAD_OUTPUT -> CONTENTS;
            case REPLAY_FAILED -> REPLAY;
            case BAD_PROOF -> INCLUSION;
            case BAD_CHECKPOINT -> CHECKPOINT;
            case LOG_CORRUPT, LOG_IN_USE -> LOG_FILES;
            case TOO_LARGE -> SIZE;
            case IO -> LAYOUT;
        };
    }
}
