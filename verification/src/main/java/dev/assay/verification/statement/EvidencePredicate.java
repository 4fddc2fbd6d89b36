package dev.assay.verification.statement;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;

import java.time.Instant;

/**
 * {@code evidence}: the index of an evidence folder. Signed by the tenant who put it together; its
 * subjects are all the folder's other files, by name and digest.
 */
public record EvidencePredicate(LeaseId lease, KeyId tenant, Instant createdOn)
        implements Predicate {
    static final String TYPE = TYPE_PREFIX + "evidence/v1";

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public ObjectNode json() {
        return CanonicalJson.object()
                .put("leaseId", lease.hex())
                .put("tenant", tenant.hex())
                .put("createdOn", createdOn.toString());
    }

    static EvidencePredicate parse(JsonFields json) throws JsonException {
        return new EvidencePredicate(
                json.parsed("leaseId", LeaseId::parse),
                json.parsed("tenant", KeyId::parse),
                json.instant("createdOn"));
    }
}
