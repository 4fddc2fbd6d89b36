package dev.assay.verification.statement;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.job.JobSpec;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;
import dev.assay.protocol.money.FeeSchedule;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.Price;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code lease}: the terms on which a provider does an order's work. Signed by the market; its
 * subject is the job spec. The lease's id is the digest of this statement, so whatever names the
 * lease names these terms.
 *
 * @param spec digest of the job spec
 * @param price the winning bid
 * @param deposit locked for the lease, in the price's denom; the most that can be paid
 */
public record LeasePredicate(
        OrderId order,
        Digest spec,
        KeyId tenant,
        KeyId provider,
        KeyId auditor,
        Price price,
        MicroAmount deposit,
        FeeSchedule fees,
        Digest seedCommitment,
        Instant createdOn,
        Instant deadline)
        implements Predicate {
    static final String TYPE = TYPE_PREFIX + "lease/v1";

    @Override
    public String type() {
        return TYPE;
    }

    /** The statement of this lease. */
    public Statement statement() {
        return Statement.about("job-spec", spec, this);
    }

    @Override
    public ObjectNode json() {
        ObjectNode json =
                CanonicalJson.object()
                        .put("order", order.hex())
                        .put("spec", spec.toString())
                        .put("tenant", tenant.hex())
                        .put("provider", provider.hex())
                        .put("auditor", auditor.hex())
                        .put("deposit", Long.toString(deposit.micros()))
                        .put("seedCommitment", seedCommitment.toString())
                        .put("createdOn", createdOn.toString())
                        .put("deadline", deadline.toString());
        json.set("price", JobSpec.price(price));
        ObjectNode fee = json.putObject("fees").put("takeBasisPoints", fees.takeBasisPoints());
        ArrayNode pools = fee.putArray("pools");
        fees.pools()
                .forEach(
                        pool ->
                                pools.addObject()
                                        .put("name", pool.name())
                                        .put("basisPoints", pool.basisPoints()));
        return json;
    }

    static LeasePredicate parse(JsonFields json) throws JsonException {
        return new LeasePredicate(
                json.parsed("order", OrderId::parse),
                json.digest("spec"),
                json.parsed("tenant", KeyId::parse),
                json.parsed("provider", KeyId::parse),
                json.parsed("auditor", KeyId::parse),
                JobSpec.parsePrice(json.object("price")),
                MicroAmount.of(json.quantity("deposit")),
                fees(json.object("fees")),
                json.digest("seedCommitment"),
                json.instant("createdOn"),
                json.instant("deadline"));
    }

    private static FeeSchedule fees(JsonFields json) throws JsonException {
        try {
            List<FeeSchedule.Pool> pools = new ArrayList<>();
            for (JsonFields pool : json.objects("pools", FeeSchedule.MAX_POOLS)) {
                pools.add(
                        new FeeSchedule.Pool(
                                pool.text("name"),
                                pool.integer("basisPoints", 0, FeeSchedule.WHOLE)));
                pool.end();
            }
            int take = json.integer("takeBasisPoints", 0, FeeSchedule.WHOLE);
            json.end();
            return new FeeSchedule(take, pools);
        } catch (IllegalArgumentException e) {
            throw json.error(e.getMessage());
        }
    }
}
