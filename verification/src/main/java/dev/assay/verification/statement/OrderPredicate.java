package dev.assay.verification.statement;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.job.JobSpec;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;
import dev.assay.protocol.money.MicroAmount;

import java.time.Instant;

/**
 * {@code order}: a tenant asks for work and promises a deposit. Signed by the tenant; its subject
 * is the job spec.
 *
 * @param auditor whose verdict releases the escrow
 * @param deposit locked for the order, in the denom of the spec's price
 * @param seedCommitment SHA-256 of the auditor's secret, from which the audited units are drawn
 *     later
 * @param nonce makes every order distinct
 */
public record OrderPredicate(
        KeyId tenant,
        KeyId auditor,
        JobSpec spec,
        MicroAmount deposit,
        Instant createdOn,
        Instant deadline,
        Digest seedCommitment,
        Digest nonce)
        implements Predicate {
    static final String TYPE = TYPE_PREFIX + "order/v1";

    @Override
    public String type() {
        return TYPE;
    }

    /** The statement of this order. */
    public Statement statement() {
        return Statement.about("job-spec", spec.digest(), this);
    }

    @Override
    public ObjectNode json() {
        ObjectNode json =
                CanonicalJson.object()
                        .put("tenant", tenant.hex())
                        .put("auditor", auditor.hex())
                        .put("deposit", Long.toString(deposit.micros()))
                        .put("createdOn", createdOn.toString())
                        .put("deadline", deadline.toString())
                        .put("seedCommitment", seedCommitment.toString())
                        .put("nonce", nonce.hex());
        json.set("spec", spec.json());
        return json;
    }

    static OrderPredicate parse(JsonFields json) throws JsonException {
        return new OrderPredicate(
                json.parsed("tenant", KeyId::parse),
                json.parsed("auditor", KeyId::parse),
                JobSpec.parse(json.object("spec")),
                MicroAmount.of(json.quantity("deposit")),
                json.instant("createdOn"),
                json.instant("deadline"),
                json.digest("seedCommitment"),
                json.digest("nonce"));
    }
}
