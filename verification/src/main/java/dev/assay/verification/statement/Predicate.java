package dev.assay.verification.statement;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What a statement says of its subjects. Quantities, amounts and 64-bit integers are decimal
 * strings.
 */
public sealed interface Predicate
        permits OrderPredicate,
                LeasePredicate,
                UsagePredicate,
                ResultPredicate,
                VerdictPredicate,
                SettlementPredicate,
                EvidencePredicate,
                InventoryPredicate,
                AccessPredicate,
                KeyRegisterPredicate,
                KeyRotatePredicate,
                KeyRevokePredicate {
    /** Every predicate's type URI begins so. */
    String TYPE_PREFIX = "https://assay.dev/attestation/";

    /** The type URI, with its version. */
    String type();

    ObjectNode json();
}
