package dev.assay.protocol.rpc;

import static dev.assay.protocol.rpc.ValueCodec.CLOSE_REASON;
import static dev.assay.protocol.rpc.ValueCodec.bytes;
import static dev.assay.protocol.rpc.ValueCodec.in;
import static dev.assay.protocol.rpc.ValueCodec.lease;
import static dev.assay.protocol.rpc.ValueCodec.order;

import dev.assay.protocol.market.MarketMessage;
import dev.assay.protocol.rpc.proto.Wire;

/** What the market says to an agent, to protobuf and back. */
final class MarketMessageCodec {
    private MarketMessageCodec() {}

    static Wire.MarketMessage write(MarketMessage message) {
        Wire.MarketMessage.Builder wire = Wire.MarketMessage.newBuilder();
        switch (message) {
            case MarketMessage.Offer m ->
                    wire.getOfferBuilder()
                            .setOrder(ValueCodec.write(m.order().digest()))
                            .setOrderEnvelope(ValueCodec.write(m.orderEnvelope()));
            case MarketMessage.NotAwarded m ->
                    wire.getNotAwardedBuilder().setOrder(ValueCodec.write(m.order().digest()));
            case MarketMessage.Award m ->
                    wire.getAwardBuilder()
                            .setLease(ValueCodec.write(m.lease().digest()))
                            .setLeaseEnvelope(ValueCodec.write(m.leaseEnvelope()))
                            .setOrderEnvelope(ValueCodec.write(m.orderEnvelope()));
            case MarketMessage.Accepted m ->
                    wire.getAcceptedBuilder()
                            .setLease(ValueCodec.write(m.lease().digest()))
                            .setEnvelope(ValueCodec.write(m.envelope()))
                            .setIndex(m.index());
            case MarketMessage.Refused m ->
                    wire.getRefusedBuilder()
                            .setLease(ValueCodec.write(m.lease().digest()))
                            .setEnvelope(ValueCodec.write(m.envelope()))
                            .setReason(m.reason());
            case MarketMessage.Stop m ->
                    wire.getStopBuilder()
                            .setLease(ValueCodec.write(m.lease().digest()))
                            .setReason(CLOSE_REASON.write(m.reason()));
            case MarketMessage.OpenShell m ->
                    wire.getOpenShellBuilder()
                            .setLease(ValueCodec.write(m.lease().digest()))
                            .setSession(m.session())
                            .setRequest(LiveCodec.write(m.request()));
            case MarketMessage.TellShell m ->
                    wire.getTellShellBuilder()
                            .setLease(ValueCodec.write(m.lease().digest()))
                            .setSession(m.session())
                            .setInput(LiveCodec.write(m.input()));
            case MarketMessage.LeaseClosed m ->
                    wire.getLeaseClosedBuilder()
                            .setLease(ValueCodec.write(m.lease().digest()))
                            .setReason(CLOSE_REASON.write(m.reason()))
                            .setSettlementEnvelope(ValueCodec.write(m.settlementEnvelope()));
        }
        return wire.build();
    }

    static MarketMessage read(Wire.MarketMessage wire) {
        return in(
                "message." + wire.getMessageCase(),
                () ->
                        switch (wire.getMessageCase()) {
                            case OFFER -> offer(wire.getOffer());
                            case NOT_AWARDED ->
                                    new MarketMessage.NotAwarded(
                                            order("order", wire.getNotAwarded().getOrder()));
                            case AWARD -> award(wire.getAward());
                            case ACCEPTED -> accepted(wire.getAccepted());
                            case REFUSED -> refused(wire.getRefused());
                            case STOP -> stop(wire.getStop());
                            case OPEN_SHELL ->
                                    new MarketMessage.OpenShell(
                                            lease("lease", wire.getOpenShell().getLease()),
                                            wire.getOpenShell().getSession(),
                                            LiveCodec.read(wire.getOpenShell().getRequest()));
                            case TELL_SHELL ->
                                    new MarketMessage.TellShell(
                                            lease("lease", wire.getTellShell().getLease()),
                                            wire.getTellShell().getSession(),
                                            LiveCodec.read(wire.getTellShell().getInput()));
                            case LEASE_CLOSED -> leaseClosed(wire.getLeaseClosed());
                            case MESSAGE_NOT_SET ->
                                    throw new IllegalArgumentException(
                                            "no message of a kind this version knows");
                        });
    }

    private static MarketMessage offer(Wire.MarketMessage.Offer wire) {
        return new MarketMessage.Offer(
                order("order", wire.getOrder()), bytes(wire.getOrderEnvelope()));
    }

    private static MarketMessage award(Wire.MarketMessage.Award wire) {
        return new MarketMessage.Award(
                lease("lease", wire.getLease()),
                bytes(wire.getLeaseEnvelope()),
                bytes(wire.getOrderEnvelope()));
    }

    private static MarketMessage accepted(Wire.MarketMessage.Accepted wire) {
        return new MarketMessage.Accepted(
                lease("lease", wire.getLease()), bytes(wire.getEnvelope()), wire.getIndex());
    }

    private static MarketMessage refused(Wire.MarketMessage.Refused wire) {
        return new MarketMessage.Refused(
                lease("lease", wire.getLease()), bytes(wire.getEnvelope()), wire.getReason());
    }

    private static MarketMessage stop(Wire.MarketMessage.Stop wire) {
        return new MarketMessage.Stop(
                lease("lease", wire.getLease()), CLOSE_REASON.read("reason", wire.getReason()));
    }

    private static MarketMessage leaseClosed(Wire.MarketMessage.LeaseClosed wire) {
        return new MarketMessage.LeaseClosed(
                lease("lease", wire.getLease()),
                CLOSE_REASON.read("reason", wire.getReason()),
                bytes(wire.getSettlementEnvelope()));
    }
}
