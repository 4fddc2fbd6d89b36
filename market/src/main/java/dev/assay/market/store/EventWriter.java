package dev.assay.market.store;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.job.JobSpec;
import dev.assay.protocol.json.CanonicalJson;
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

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Writes an order's event as one JSON object, whose {@code event} names its kind. */
final class EventWriter {
    private EventWriter() {}

    static String write(OrderEvent event) {
        return new String(CanonicalJson.bytes(json(event)), StandardCharsets.UTF_8);
    }

    private static ObjectNode json(OrderEvent event) {
        return switch (event) {
            case Opened opened -> opened(opened);
            case BidPlaced bid -> bid(bid);
            case BidDeclined declined ->
                    kind("bid-declined")
                            .put("provider", declined.provider().hex())
                            .put("name", declined.providerName())
                            .put("reason", declined.reason());
            case Awarded awarded -> awarded(awarded);
            case Locked locked ->
                    kind("locked")
                            .put("lease", locked.lease().hex())
                            .put("amount", Long.toString(locked.amount().micros()))
                            .put("denom", locked.denom().text());
            case AttemptChanged changed -> attempt(changed);
            case Progressed progressed -> progress(progressed.progress());
            case Fetching fetching ->
                    kind("fetching")
                            .put("doneBytes", Long.toString(fetching.doneBytes()))
                            .put("totalBytes", Long.toString(fetching.totalBytes()));
            case ReceiptLogged receipt -> document("receipt-logged", receipt.document());
            case ResultLogged result -> document("result-logged", result.document());
            case VerdictLogged verdict -> document("verdict-logged", verdict.document());
            case Settled settled -> document("settled", settled.document());
            case Closed closed -> closed(closed);
        };
    }

    private static ObjectNode opened(Opened opened) {
        return document("opened", opened.document())
                .put("order", opened.order().hex())
                .put("deposit", Long.toString(opened.deposit().micros()))
                .put("denom", opened.denom().text())
                .put("deadline", opened.deadline().toString());
    }

    private static ObjectNode bid(BidPlaced bid) {
        ObjectNode json =
                kind("bid-placed")
                        .put("provider", bid.provider().hex())
                        .put("name", bid.providerName())
                        .put("rowsPerSecond", Long.toString(bid.rowsPerSecond()));
        json.set("price", JobSpec.price(bid.price()));
        return json;
    }

    private static ObjectNode awarded(Awarded awarded) {
        ObjectNode json =
                document("awarded", awarded.document()).put("lease", awarded.lease().hex());
        ArrayNode ranking = json.putArray("ranking");
        for (RankedBid bid : awarded.ranking()) {
            ranking.addObject()
                    .put("provider", bid.provider().hex())
                    .put("name", bid.providerName())
                    .put("rowsPerSecond", Long.toString(bid.rowsPerSecond()))
                    .put("reputation", Double.toString(bid.reputation()))
                    .put("score", Double.toString(bid.score()))
                    .set("price", JobSpec.price(bid.price()));
        }
        return json;
    }

    private static ObjectNode attempt(AttemptChanged changed) {
        ObjectNode json =
                kind("attempt-changed")
                        .put("state", changed.state().name())
                        .put("detail", changed.detail());
        changed.cause().ifPresent(cause -> json.put("cause", cause.name()));
        return json;
    }

    private static ObjectNode closed(Closed closed) {
        ObjectNode json =
                kind("closed").put("reason", closed.reason().name()).put("detail", closed.detail());
        closed.cause().ifPresent(cause -> json.put("cause", cause.name()));
        return json;
    }

    private static ObjectNode document(String kind, LoggedEnvelope document) {
        return kind(kind)
                .put("envelope", Base64.getEncoder().encodeToString(document.envelope().toArray()))
                .put("index", Long.toString(document.index()));
    }

    private static ObjectNode kind(String kind) {
        return CanonicalJson.object().put("event", kind);
    }

    private static ObjectNode progress(Progress progress) {
        ObjectNode json =
                kind("progressed")
                        .put("done", Long.toString(progress.done()))
                        .put("total", Long.toString(progress.total()));
        progress.loss().ifPresent(loss -> json.put("loss", Float.toString(loss)));
        return json;
    }
}
