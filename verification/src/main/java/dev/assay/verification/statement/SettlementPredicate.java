package dev.assay.verification.statement;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * {@code settlement}: how a lease's deposit was divided. Signed by the market; its subject is the
 * lease statement. From the lease's price and fees and the statements named here anyone computes
 * the same transfers again.
 *
 * @param quantity verified cumulative quantity that was billed, in the price unit's metered
 *     quantity
 * @param owed {@code floor(rate × quantity ÷ divisor)}, at most the deposit
 * @param usageHead digest of the last verified receipt, when there is one
 * @param result digest of the result statement, when there is one
 * @param verdict digest of the verdict statement, when there is one
 * @param transfers every movement out of the lease's escrow and the bid's deposit
 */
public record SettlementPredicate(
        LeaseId lease,
        CloseReason reason,
        Denom denom,
        long quantity,
        MicroAmount owed,
        Optional<Digest> usageHead,
        Optional<Digest> result,
        Optional<Digest> verdict,
        List<Transfer> transfers,
        Instant createdOn)
        implements Predicate {
    static final String TYPE = TYPE_PREFIX + "settlement/v1";

    /** Why money moved. */
    public enum Purpose {
        /** To the provider, for verified work. */
        PAYMENT,
        /** To a pool, out of the payment. */
        FEE,
        /** What is left of the deposit, to the tenant. */
        REFUND,
        /** The bid's deposit, back to the provider. */
        BID_DEPOSIT,
        /** The bid's deposit, taken from a provider whose work failed its check. */
        SLASH
    }

    /** A movement between two accounts, in the settlement's denom. */
    public record Transfer(Purpose purpose, String from, String to, MicroAmount amount) {
        public Transfer {
            FreeText.require("from", from);
            FreeText.require("to", to);
        }
    }

    public SettlementPredicate {
        transfers = List.copyOf(transfers);
        FreeText.require("transfers", transfers);
    }

    @Override
    public String type() {
        return TYPE;
    }

    /** The statement of this settlement. */
    public Statement statement() {
        return Statement.about("lease", lease.digest(), this);
    }

    /** The sum of all transfers for one purpose. */
    public MicroAmount total(Purpose purpose) {
        return transfers.stream()
                .filter(transfer -> transfer.purpose() == purpose)
                .map(Transfer::amount)
                .reduce(MicroAmount.ZERO, MicroAmount::plus);
    }

    @Override
    public ObjectNode json() {
        ObjectNode json =
                CanonicalJson.object()
                        .put("leaseId", lease.hex())
                        .put("reason", reason.text())
                        .put("denom", denom.text())
                        .put("quantity", Long.toString(quantity))
                        .put("owed", Long.toString(owed.micros()))
                        .put("createdOn", createdOn.toString());
        usageHead.ifPresent(digest -> json.put("usageHead", digest.toString()));
        result.ifPresent(digest -> json.put("result", digest.toString()));
        verdict.ifPresent(digest -> json.put("verdict", digest.toString()));
        ArrayNode array = json.putArray("transfers");
        for (Transfer transfer : transfers) {
            array.addObject()
                    .put("purpose", transfer.purpose().name())
                    .put("from", transfer.from())
                    .put("to", transfer.to())
                    .put("amount", Long.toString(transfer.amount().micros()));
        }
        return json;
    }

    private static Transfer transfer(JsonFields json) throws JsonException {
        try {
            Transfer transfer =
                    new Transfer(
                            json.constant("purpose", Purpose.values()),
                            json.text("from"),
                            json.text("to"),
                            MicroAmount.of(json.quantity("amount")));
            json.end();
            return transfer;
        } catch (IllegalArgumentException e) {
            throw json.error(e.getMessage());
        }
    }

    static SettlementPredicate parse(JsonFields json) throws JsonException {
        List<Transfer> transfers = new ArrayList<>();
        for (JsonFields transfer : json.objects("transfers")) {
            transfers.add(transfer(transfer));
        }
        String reason = json.text("reason");
        String denom = json.text("denom");
        return new SettlementPredicate(
                json.parsed("leaseId", LeaseId::parse),
                Arrays.stream(CloseReason.values())
                        .filter(r -> r.text().equals(reason))
                        .findFirst()
                        .orElseThrow(
                                () -> json.error("reason", "'" + reason + "' is no close reason")),
                Denom.named(denom)
                        .orElseThrow(() -> json.error("denom", "'" + denom + "' is no denom")),
                json.quantity("quantity"),
                MicroAmount.of(json.quantity("owed")),
                json.optionalDigest("usageHead"),
                json.optionalDigest("result"),
                json.optionalDigest("verdict"),
                transfers,
                json.instant("createdOn"));
    }
}
