package dev.assay.verification.attest;

import dev.assay.protocol.id.OrderId;
import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.OrderPredicate;

/** Evidence that a tenant placed an order. */
public final class VerifiedOrder {
    private final SignedStatement<OrderPredicate> statement;

    private VerifiedOrder(SignedStatement<OrderPredicate> statement) {
        this.statement = statement;
    }

    /** Verifies that the order is signed by the tenant it names. */
    public static VerifiedOrder verify(Envelope envelope, VerifyingKey tenantKey)
            throws VerificationException {
        SignedStatement<OrderPredicate> statement =
                SignedStatement.verify(envelope, tenantKey, OrderPredicate.class);
        OrderPredicate order = statement.predicate();
        Require.equal(order.tenant(), tenantKey.keyId(), "order.tenant");
        Require.that(
                order.deadline().isAfter(order.createdOn()),
                "order.deadline",
                "is not after the order was created");
        return new VerifiedOrder(statement);
    }

    public OrderId id() {
        return new OrderId(statement.digest());
    }

    public OrderPredicate order() {
        return statement.predicate();
    }

    public SignedStatement<OrderPredicate> statement() {
        return statement;
    }
}
