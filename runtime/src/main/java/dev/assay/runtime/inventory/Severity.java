package dev.assay.runtime.inventory;

/** How much a finding matters. */
public enum Severity {
    /** Good to know. */
    NOTE,
    /** Something is not as it should be, and work can go on. */
    WARNING,
    /** What the finding is about must not be used as it is. */
    ERROR
}
