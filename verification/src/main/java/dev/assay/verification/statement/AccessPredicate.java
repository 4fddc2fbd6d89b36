package dev.assay.verification.statement;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;

import java.time.Instant;

/**
 * {@code access}: a tenant asks for what is its alone while its order is worked on, its containers'
 * output and a shell in them. Signed by the tenant, good for a moment, and never logged; its
 * subject is the order statement.
 */
public record AccessPredicate(OrderId order, KeyId tenant, Instant createdOn) implements Predicate {
    static final String TYPE = TYPE_PREFIX + "access/v1";

    @Override
    public String type() {
        return TYPE;
    }

    /** The statement of this request. */
    public Statement statement() {
        return Statement.about("order", order.digest(), this);
    }

    @Override
    public ObjectNode json() {
        return CanonicalJson.object()
                .put("order", order.hex())
                .put("tenant", tenant.hex())
                .put("createdOn", createdOn.toString());
    }

    static AccessPredicate parse(JsonFields json) throws JsonException {
        return new AccessPredicate(
                json.parsed("order", OrderId::parse),
                json.parsed("tenant", KeyId::parse),
                json.instant("createdOn"));
    }
}
