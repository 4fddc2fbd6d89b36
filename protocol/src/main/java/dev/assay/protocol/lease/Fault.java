package dev.assay.protocol.lease;

/** Whose fault a failure is; it decides the refund. */
public enum Fault {
    TENANT,
    PROVIDER,
    MARKET,
    NONE
}
