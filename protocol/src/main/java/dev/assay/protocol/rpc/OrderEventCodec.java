package dev.assay.protocol.rpc;

import static dev.assay.protocol.rpc.ValueCodec.ATTEMPT_STATE;
import static dev.assay.protocol.rpc.ValueCodec.CAUSE;
import static dev.assay.protocol.rpc.ValueCodec.CLOSE_REASON;
import static dev.assay.protocol.rpc.ValueCodec.DENOM;
import static dev.assay.protocol.rpc.ValueCodec.amount;
import static dev.assay.protocol.rpc.ValueCodec.document;
import static dev.assay.protocol.rpc.ValueCodec.in;
import static dev.assay.protocol.rpc.ValueCodec.instant;
import static dev.assay.protocol.rpc.ValueCodec.lease;
import static dev.assay.protocol.rpc.ValueCodec.order;
import static dev.assay.protocol.rpc.ValueCodec.price;
import static dev.assay.protocol.rpc.ValueCodec.provider;

import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.market.OrderEvent;
import dev.assay.protocol.rpc.proto.Wire;

import java.util.Optional;

/** What happens to an order, to protobuf and back. */
final class OrderEventCodec {
    private OrderEventCodec() {}

    static Wire.OrderEvent write(OrderEvent event) {
        Wire.OrderEvent.Builder wire = Wire.OrderEvent.newBuilder();
        switch (event) {
            case OrderEvent.Opened e -> wire.setOpened(opened(e));
            case OrderEvent.BidPlaced e -> wire.setBidPlaced(bidPlaced(e));
            case OrderEvent.BidDeclined e -> wire.setBidDeclined(bidDeclined(e));
            case OrderEvent.Awarded e -> wire.setAwarded(awarded(e));
            case OrderEvent.Locked e -> wire.setLocked(locked(e));
            case OrderEvent.AttemptChanged e -> wire.setAttemptChanged(attemptChanged(e));
            case OrderEvent.Progressed e -> wire.setProgress(ValueCodec.write(e.progress()));
            case OrderEvent.Fetching e ->
                    wire.getFetchingBuilder()
                            .setDoneBytes(e.doneBytes())
                            .setTotalBytes(e.totalBytes());
            case OrderEvent.ReceiptLogged e ->
                    wire.getReceiptLoggedBuilder().setDocument(ValueCodec.write(e.document()));
            case OrderEvent.ResultLogged e ->
                    wire.getResultLoggedBuilder().setDocument(ValueCodec.write(e.document()));
            case OrderEvent.VerdictLogged e ->
                    wire.getVerdictLoggedBuilder().setDocument(ValueCodec.write(e.document()));
            case OrderEvent.Settled e ->
                    wire.getSettledBuilder().setDocument(ValueCodec.write(e.document()));
            case OrderEvent.Closed e -> wire.setClosed(closed(e));
        }
        return wire.build();
    }

    static OrderEvent read(Wire.OrderEvent wire) {
        return in(
                "event." + wire.getEventCase(),
                () ->
                        switch (wire.getEventCase()) {
                            case OPENED -> opened(wire.getOpened());
                            case BID_PLACED -> bidPlaced(wire.getBidPlaced());
                            case BID_DECLINED -> bidDeclined(wire.getBidDeclined());
                            case AWARDED -> awarded(wire.getAwarded());
                            case LOCKED -> locked(wire.getLocked());
                            case ATTEMPT_CHANGED -> attemptChanged(wire.getAttemptChanged());
                            case PROGRESS ->
                                    new OrderEvent.Progressed(
                                            ValueCodec.progress(wire.getProgress()));
                            case FETCHING ->
                                    new OrderEvent.Fetching(
                                            wire.getFetching().getDoneBytes(),
                                            wire.getFetching().getTotalBytes());
                            case RECEIPT_LOGGED ->
                                    new OrderEvent.ReceiptLogged(
                                            document(wire.getReceiptLogged().getDocument()));
                            case RESULT_LOGGED ->
                                    new OrderEvent.ResultLogged(
                                            document(wire.getResultLogged().getDocument()));
                            case VERDICT_LOGGED ->
                                    new OrderEvent.VerdictLogged(
                                            document(wire.getVerdictLogged().getDocument()));
                            case SETTLED ->
                                    new OrderEvent.Settled(
                                            document(wire.getSettled().getDocument()));
                            case CLOSED -> closed(wire.getClosed());
                            case EVENT_NOT_SET ->
                                    throw new IllegalArgumentException(
                                            "no event of a kind this version knows");
                        });
    }

    private static Wire.OrderEvent.Opened opened(OrderEvent.Opened event) {
        return Wire.OrderEvent.Opened.newBuilder()
                .setOrder(ValueCodec.write(event.order().digest()))
                .setDocument(ValueCodec.write(event.document()))
                .setDepositMicros(event.deposit().micros())
                .setDenom(DENOM.write(event.denom()))
                .setDeadline(ValueCodec.write(event.deadline()))
                .build();
    }

    private static OrderEvent opened(Wire.OrderEvent.Opened wire) {
        return new OrderEvent.Opened(
                order("order", wire.getOrder()),
                document(wire.getDocument()),
                amount("deposit_micros", wire.getDepositMicros()),
                DENOM.read("denom", wire.getDenom()),
                instant("deadline", wire.getDeadline()));
    }

    private static Wire.OrderEvent.BidPlaced bidPlaced(OrderEvent.BidPlaced event) {
        return Wire.OrderEvent.BidPlaced.newBuilder()
                .setProvider(ValueCodec.write(event.provider().digest()))
                .setProviderName(event.providerName())
                .setPrice(ValueCodec.write(event.price()))
                .setRowsPerSecond(event.rowsPerSecond())
                .build();
    }

    private static OrderEvent bidPlaced(Wire.OrderEvent.BidPlaced wire) {
        return new OrderEvent.BidPlaced(
                provider(wire.getProvider()),
                wire.getProviderName(),
                price(wire.getPrice()),
                wire.getRowsPerSecond());
    }

    private static Wire.OrderEvent.BidDeclined bidDeclined(OrderEvent.BidDeclined event) {
        return Wire.OrderEvent.BidDeclined.newBuilder()
                .setProvider(ValueCodec.write(event.provider().digest()))
                .setProviderName(event.providerName())
                .setReason(event.reason())
                .build();
    }

    private static OrderEvent bidDeclined(Wire.OrderEvent.BidDeclined wire) {
        return new OrderEvent.BidDeclined(
                provider(wire.getProvider()), wire.getProviderName(), wire.getReason());
    }

    private static Wire.OrderEvent.Awarded awarded(OrderEvent.Awarded event) {
        return Wire.OrderEvent.Awarded.newBuilder()
                .setLease(ValueCodec.write(event.lease().digest()))
                .setDocument(ValueCodec.write(event.document()))
                .addAllRanking(event.ranking().stream().map(ValueCodec::write).toList())
                .build();
    }

    private static OrderEvent awarded(Wire.OrderEvent.Awarded wire) {
        return new OrderEvent.Awarded(
                lease("lease", wire.getLease()),
                document(wire.getDocument()),
                wire.getRankingList().stream().map(ValueCodec::rankedBid).toList());
    }

    private static Wire.OrderEvent.Locked locked(OrderEvent.Locked event) {
        return Wire.OrderEvent.Locked.newBuilder()
                .setLease(ValueCodec.write(event.lease().digest()))
                .setAmountMicros(event.amount().micros())
                .setDenom(DENOM.write(event.denom()))
                .build();
    }

    private static OrderEvent locked(Wire.OrderEvent.Locked wire) {
        return new OrderEvent.Locked(
                lease("lease", wire.getLease()),
                amount("amount_micros", wire.getAmountMicros()),
                DENOM.read("denom", wire.getDenom()));
    }

    private static Wire.OrderEvent.AttemptChanged attemptChanged(OrderEvent.AttemptChanged event) {
        Wire.OrderEvent.AttemptChanged.Builder wire =
                Wire.OrderEvent.AttemptChanged.newBuilder()
                        .setState(ATTEMPT_STATE.write(event.state()))
                        .setDetail(event.detail());
        event.cause().map(CAUSE::write).ifPresent(wire::setCause);
        return wire.build();
    }

    private static OrderEvent attemptChanged(Wire.OrderEvent.AttemptChanged wire) {
        return new OrderEvent.AttemptChanged(
                ATTEMPT_STATE.read("state", wire.getState()),
                cause(wire.hasCause(), wire.getCause()),
                wire.getDetail());
    }

    private static Wire.OrderEvent.Closed closed(OrderEvent.Closed event) {
        Wire.OrderEvent.Closed.Builder wire =
                Wire.OrderEvent.Closed.newBuilder()
                        .setReason(CLOSE_REASON.write(event.reason()))
                        .setDetail(event.detail());
        event.cause().map(CAUSE::write).ifPresent(wire::setCause);
        return wire.build();
    }

    private static OrderEvent closed(Wire.OrderEvent.Closed wire) {
        return new OrderEvent.Closed(
                CLOSE_REASON.read("reason", wire.getReason()),
                cause(wire.hasCause(), wire.getCause()),
                wire.getDetail());
    }

    private static Optional<Cause> cause(boolean present, Wire.Cause wire) {
        return present ? Optional.of(CAUSE.read("cause", wire)) : Optional.empty();
    }
}
