package dev.assay.protocol.rpc;

import com.google.protobuf.InvalidProtocolBufferException;

import dev.assay.fuzz.Target;
import dev.assay.protocol.market.AgentMessage;
import dev.assay.protocol.market.MarketMessage;
import dev.assay.protocol.market.OrderEvent;
import dev.assay.protocol.rpc.proto.Wire;

import java.util.List;

/** What agents, tenants and markets say to each other. */
public final class RpcTargets {
    private static final List<Class<? extends Exception>> REFUSALS =
            List.of(InvalidProtocolBufferException.class, IllegalArgumentException.class);

    private RpcTargets() {}

    public static List<Target<?>> all() {
        return List.of(
                target(
                        "agent-message",
                        input -> AgentMessageCodec.read(Wire.AgentMessage.parseFrom(input)),
                        (AgentMessage message, byte[] _) ->
                                same(
                                        message,
                                        AgentMessageCodec.read(AgentMessageCodec.write(message)))),
                target(
                        "market-message",
                        input -> MarketMessageCodec.read(Wire.MarketMessage.parseFrom(input)),
                        (MarketMessage message, byte[] _) ->
                                same(
                                        message,
                                        MarketMessageCodec.read(
                                                MarketMessageCodec.write(message)))),
                target(
                        "order-event",
                        input -> OrderEventCodec.read(Wire.OrderEvent.parseFrom(input)),
                        (OrderEvent event, byte[] _) ->
                                same(event, OrderEventCodec.read(OrderEventCodec.write(event)))));
    }

    private static <T> Target<T> target(
            String name, Target.Parser<T> parser, Target.Check<T> check) {
        return new Target<>(name, REFUSALS, parser, check, Target.Bound.USUAL, List::of);
    }

    private static void same(Object first, Object second) {
        if (!first.equals(second)) {
            throw new AssertionError("written and read again it is another: " + first);
        }
    }
}
