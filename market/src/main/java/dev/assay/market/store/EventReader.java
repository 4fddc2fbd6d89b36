package dev.assay.market.store;

import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.job.JobSpec;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;
import dev.assay.protocol.json.StrictJson;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.LoggedEnvelope;
import dev.assay.protocol.market.OrderEvent;
import dev.assay.protocol.market.OrderEvent.AttemptChanged;
import dev.assay.protocol.market.OrderEvent.Awarded;
import dev.assay.protocol.market.OrderEvent.BidDeclined;
import dev.assay.protocol.market.OrderEvent.BidPlaced;
import dev.assay.protocol.market.OrderEvent.Closed;
import dev.assay.protocol.market.OrderEvent.Fetching;
import dev.assay.protocol.market.OrderEvent.Locked;
import dev.assay.protocol.market.OrderEvent.Opened;
import dev.assay.protocol.market.OrderEvent.Progressed;
import dev.assay.protocol.market.OrderEvent.ReceiptLogged;
import dev.assay.protocol.market.OrderEvent.ResultLogged;
import dev.assay.protocol.market.OrderEvent.Settled;
import dev.assay.protocol.market.OrderEvent.VerdictLogged;
import dev.assay.protocol.market.Progress;
import dev.assay.protocol.market.RankedBid;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Reads what {@link EventWriter} writes. */
final class EventReader {
    private static final int MAX_BYTES = 4 << 20;

    private EventReader() {}

    static OrderEvent read(String text) throws JsonException {
        JsonFields json =
                JsonFields.of(
                        StrictJson.object(
                                text.getBytes(StandardCharsets.UTF_8), MAX_BYTES, "event"),
                        "event");
        try {
            OrderEvent event = event(json);
            json.end();
            return event;
        } catch (IllegalArgumentException e) {
            throw json.error(e.getMessage());
        }
    }

    private static OrderEvent event(JsonFields json) throws JsonException {
        String kind = json.text("event");
        return switch (kind) {
            case "opened" -> opened(json);
            case "bid-placed" ->
                    new BidPlaced(
                            KeyId.parse(json.text("provider")),
                            json.text("name"),
                            JobSpec.parsePrice(json.object("price")),
                            json.quantity("rowsPerSecond"));
            case "bid-declined" ->
                    new BidDeclined(
                            KeyId.parse(json.text("provider")),
                            json.text("name"),
                            json.text("reason"));
            case "awarded" -> awarded(json);
            case "locked" ->
                    new Locked(
                            LeaseId.parse(json.text("lease")),
                            MicroAmount.of(json.quantity("amount")),
                            denom(json));
            case "attempt-changed" ->
                    new AttemptChanged(
                            AttemptState.valueOf(json.text("state")),
                            cause(json),
                            json.text("detail"));
            case "progressed" ->
                    new Progressed(
                            new Progress(
                                    json.quantity("done"),
                                    json.quantity("total"),
                                    json.optionalText("loss").map(Float::valueOf)));
            case "fetching" ->
                    new Fetching(json.quantity("doneBytes"), json.quantity("totalBytes"));
            case "receipt-logged" -> new ReceiptLogged(document(json));
            case "result-logged" -> new ResultLogged(document(json));
            case "verdict-logged" -> new VerdictLogged(document(json));
            case "settled" -> new Settled(document(json));
            case "closed" ->
                    new Closed(
                            CloseReason.valueOf(json.text("reason")),
                            cause(json),
                            json.text("detail"));
            default -> throw json.error("unknown event '" + kind + "'");
        };
    }

    private static Opened opened(JsonFields json) throws JsonException {
        return new Opened(
                OrderId.parse(json.text("order")),
                document(json),
                MicroAmount.of(json.quantity("deposit")),
                denom(json),
                json.instant("deadline"));
    }

    private static Awarded awarded(JsonFields json) throws JsonException {
        List<RankedBid> ranking = new ArrayList<>();
        for (JsonFields bid : json.objects("ranking")) {
            ranking.add(
                    new RankedBid(
                            KeyId.parse(bid.text("provider")),
                            bid.text("name"),
                            JobSpec.parsePrice(bid.object("price")),
                            bid.quantity("rowsPerSecond"),
                            Double.parseDouble(bid.text("reputation")),
                            Double.parseDouble(bid.text("score"))));
            bid.end();
        }
        return new Awarded(LeaseId.parse(json.text("lease")), document(json), ranking);
    }

    private static LoggedEnvelope document(JsonFields json) throws JsonException {
        return new LoggedEnvelope(
                Bytes.copyOf(Base64.getDecoder().decode(json.text("envelope"))),
                json.quantity("index"));
    }

    private static Optional<Cause> cause(JsonFields json) throws JsonException {
        return json.optionalText("cause").map(Cause::valueOf);
    }

    private static Denom denom(JsonFields json) throws JsonException {
        String denom = json.text("denom");
        return Denom.named(denom).orElseThrow(() -> json.error("unknown denom '" + denom + "'"));
    }
}
