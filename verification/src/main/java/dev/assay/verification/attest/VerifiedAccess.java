package dev.assay.verification.attest;

import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.AccessPredicate;

import java.time.Duration;
import java.time.Instant;

/** Evidence that an order's tenant asked for access to it just now. */
public final class VerifiedAccess {
    /** How long a request is good for, and how far clocks may differ. */
    public static final Duration LIFETIME = Duration.ofMinutes(1);

    private final VerifiedOrder order;

    private VerifiedAccess(VerifiedOrder order) {
        this.order = order;
    }

    /** Verifies a request for access to this order, signed by its tenant. */
    public static VerifiedAccess verify(
            Envelope envelope, VerifyingKey tenantKey, VerifiedOrder order, Instant now)
            throws VerificationException {
        AccessPredicate access =
                SignedStatement.verify(envelope, tenantKey, AccessPredicate.class).predicate();
        Require.equal(order.order().tenant(), tenantKey.keyId(), "order.tenant");
        Require.equal(access.tenant(), tenantKey.keyId(), "access.tenant");
        Require.equal(access.order(), order.id(), "access.order");
        Require.that(
                Duration.between(access.createdOn(), now).abs().compareTo(LIFETIME) <= 0,
                "access.createdOn",
                "is not within a minute of " + now + "; sign it anew, or set the clock");
        return new VerifiedAccess(order);
    }

    public VerifiedOrder order() {
        return order;
    }
}
