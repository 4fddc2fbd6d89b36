package dev.assay.protocol.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.Timestamp;

import dev.assay.protocol.market.AgentHello;
import dev.assay.protocol.market.AgentMessage;
import dev.assay.protocol.market.MarketMessage;
import dev.assay.protocol.market.OrderEvent;
import dev.assay.protocol.market.RankedBid;
import dev.assay.protocol.rpc.proto.Wire;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Arrays;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;

class CodecTest {
    private static final int SAMPLES = 200;

    private static final Codec<OrderEvent, Wire.OrderEvent> EVENTS =
            new Codec<>(OrderEventCodec::write, OrderEventCodec::read, Wire.OrderEvent.parser());
    private static final Codec<AgentMessage, Wire.AgentMessage> AGENT =
            new Codec<>(
                    AgentMessageCodec::write, AgentMessageCodec::read, Wire.AgentMessage.parser());
    private static final Codec<MarketMessage, Wire.MarketMessage> MARKET =
            new Codec<>(
                    MarketMessageCodec::write,
                    MarketMessageCodec::read,
                    Wire.MarketMessage.parser());
    private static final Codec<AgentHello, Wire.AgentHello> HELLO =
            new Codec<>(
                    AgentMessageCodec::write, AgentMessageCodec::read, Wire.AgentHello.parser());

    /** Both directions of one message, through its bytes. */
    record Codec<T, W extends Message>(
            Function<T, W> writer, Function<W, T> reader, Parser<W> parser) {
        byte[] write(Object value) {
            @SuppressWarnings("unchecked")
            T typed = (T) value;
            return writer.apply(typed).toByteArray();
        }

        T read(byte[] bytes) throws InvalidProtocolBufferException {
            return reader.apply(parser.parseFrom(bytes));
        }
    }

    /** Every record that a codec must know, found by reflection. */
    static Stream<Arguments> messages() {
        return Stream.of(
                        kinds(OrderEvent.class, EVENTS),
                        kinds(AgentMessage.class, AGENT),
                        kinds(MarketMessage.class, MARKET),
                        Stream.of(Arguments.of(AgentHello.class, HELLO)))
                .flatMap(Function.identity());
    }

    private static Stream<Arguments> kinds(Class<?> sealed, Codec<?, ?> codec) {
        return Arrays.stream(sealed.getPermittedSubclasses())
                .map(kind -> Arguments.of(kind, codec));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void message_throughItsBytes_comesBackEqual(Class<?> kind, Codec<?, ?> codec) throws Exception {
        Samples samples = new Samples(20260101);
        for (int i = 0; i < SAMPLES; i++) {
            Object message = samples.record(kind);
            assertThat(codec.read(codec.write(message))).isEqualTo(message);
        }
    }

    @ParameterizedTest
    @MethodSource("messages")
    void message_withDamagedBytes_isRefusedOrReadsAsSomethingThatCanBeWritten(
            Class<?> kind, Codec<?, ?> codec) throws Exception {
        Samples samples = new Samples(7);
        Random random = new Random(7);
        for (int i = 0; i < SAMPLES; i++) {
            byte[] bytes = codec.write(samples.record(kind));
            for (int damages = 1 + random.nextInt(3); damages > 0 && bytes.length > 0; damages--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            try {
                Object read = codec.read(bytes);
                assertThat(codec.read(codec.write(read))).isEqualTo(read);
            } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
    }

    @Test
    void enumerations_coverEveryWireConstantButTheUnspecified() {
        assertCovered(Wire.Denom.values(), ValueCodec.DENOM);
        assertCovered(Wire.PriceUnit.values(), ValueCodec.PRICE_UNIT);
        assertCovered(Wire.AttemptState.values(), ValueCodec.ATTEMPT_STATE);
        assertCovered(Wire.Cause.values(), ValueCodec.CAUSE);
        assertCovered(Wire.CloseReason.values(), ValueCodec.CLOSE_REASON);
        assertCovered(Wire.FailureCode.values(), ValueCodec.FAILURE_CODE);
        assertCovered(Wire.OutputStream.values(), ValueCodec.OUTPUT_STREAM);
    }

    private static <W extends Enum<W>> void assertCovered(W[] all, WireEnum<?, W> table) {
        for (W wire : all) {
            if (wire.name().endsWith("_UNSPECIFIED") || wire.name().equals("UNRECOGNIZED")) {
                assertThatThrownBy(() -> table.read("field", wire))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("field: " + wire + " where a known value must be");
            } else {
                assertThat(wire.name()).endsWith(table.read("field", wire).name());
            }
        }
    }

    @Test
    void digest_ofWrongLength_isRefusedByField() {
        assertRefused(
                event().setOpened(opened().setOrder(ByteString.copyFromUtf8("abc"))),
                "event.OPENED: order: a SHA-256 digest has 32 bytes, not 3");
    }

    @Test
    void amount_negative_isRefusedByField() {
        assertRefused(
                event().setOpened(opened().setDepositMicros(-1)),
                "event.OPENED: deposit_micros: an amount cannot be negative");
    }

    @Test
    void instant_outOfRange_isRefusedByField() {
        String message = "event.OPENED: deadline: no instant of the years 1 to 9999";
        for (Timestamp timestamp :
                new Timestamp[] {
                    Timestamp.newBuilder().setNanos(-1).build(),
                    Timestamp.newBuilder().setNanos(1_000_000_000).build(),
                    Timestamp.newBuilder().setSeconds(253_402_300_800L).build(),
                    Timestamp.newBuilder().setSeconds(-62_135_596_801L).build(),
                }) {
            assertRefused(event().setOpened(opened().setDeadline(timestamp)), message);
        }
    }

    @Test
    void price_ofZero_isRefusedByField() {
        assertRefused(
                event().setBidPlaced(
                                Wire.OrderEvent.BidPlaced.newBuilder()
                                        .setProvider(digest())
                                        .setPrice(
                                                Wire.Price.newBuilder()
                                                        .setDenom(Wire.Denom.DENOM_USDC)
                                                        .setUnit(
                                                                Wire.PriceUnit
                                                                        .PRICE_UNIT_CPU_HOUR))),
                "event.BID_PLACED: price: a price must be more than 0");
    }

    @Test
    void enumeration_unspecifiedOrUnknown_isRefusedByField() {
        assertRefused(
                event().setClosed(Wire.OrderEvent.Closed.getDefaultInstance()),
                "event.CLOSED: reason: CLOSE_REASON_UNSPECIFIED where a known value must be");
        assertRefused(
                event().setClosed(Wire.OrderEvent.Closed.newBuilder().setReasonValue(99)),
                "event.CLOSED: reason: UNRECOGNIZED where a known value must be");
        assertRefused(
                event().setClosed(
                                Wire.OrderEvent.Closed.newBuilder()
                                        .setReason(Wire.CloseReason.CLOSE_REASON_DONE)
                                        .setCause(Wire.Cause.CAUSE_UNSPECIFIED)),
                "event.CLOSED: cause: CAUSE_UNSPECIFIED where a known value must be");
    }

    @Test
    void message_ofNoKind_isRefused() {
        assertRefused(event(), "event.EVENT_NOT_SET: no event of a kind this version knows");
        assertThatThrownBy(() -> AgentMessageCodec.read(Wire.AgentMessage.getDefaultInstance()))
                .hasMessage("message.MESSAGE_NOT_SET: no message of a kind this version knows");
        assertThatThrownBy(() -> MarketMessageCodec.read(Wire.MarketMessage.getDefaultInstance()))
                .hasMessage("message.MESSAGE_NOT_SET: no message of a kind this version knows");
    }

    @Test
    void hello_withABadCapacityOrName_isRefusedByField() {
        assertThatThrownBy(
                        () ->
                                AgentMessageCodec.read(
                                        Wire.AgentHello.newBuilder()
                                                .setCapacity(
                                                        Wire.Resources.newBuilder().setGpus(-1))
                                                .build()))
                .hasMessageStartingWith("hello: capacity: resources ");
        for (String name : new String[] {"", "x\u001b[2J", "x".repeat(65)}) {
            assertThatThrownBy(() -> AgentMessageCodec.read(hello(name)))
                    .hasMessage(
                            "hello: an agent's name has 1 to 64 characters, none of them a control"
                                    + " character");
        }
    }

    private static Wire.AgentHello hello(String name) {
        return Wire.AgentHello.newBuilder()
                .setName(name)
                .setCapacity(Wire.Resources.newBuilder().setCpu(1).setMemoryBytes(1))
                .build();
    }

    @Test
    void quantities_thatCannotBe_areRefusedByField() throws Exception {
        assertRefused(
                event().setProgress(Wire.Progress.newBuilder().setDone(2).setTotal(1)),
                "event.PROGRESS: what is done must be from 0 to the total");
        assertRefused(
                event().setSettled(
                                Wire.OrderEvent.Settled.newBuilder()
                                        .setDocument(
                                                Wire.LoggedEnvelope.newBuilder().setIndex(-1))),
                "event.SETTLED: document: an index in the log cannot be negative");
        assertRefused(
                event().setAwarded(
                                Wire.OrderEvent.Awarded.newBuilder()
                                        .setLease(digest())
                                        .addRanking(
                                                ValueCodec.write(
                                                                new Samples(1)
                                                                        .record(RankedBid.class))
                                                        .toBuilder()
                                                        .setReputation(Double.NaN))),
                "event.AWARDED: ranking: a bid needs rows per second ≥ 0 and a reputation from 0"
                        + " to 1");
    }

    private static Wire.OrderEvent.Builder event() {
        return Wire.OrderEvent.newBuilder();
    }

    private static Wire.OrderEvent.Opened.Builder opened() {
        return Wire.OrderEvent.Opened.newBuilder()
                .setOrder(digest())
                .setDenom(Wire.Denom.DENOM_AKT);
    }

    private static ByteString digest() {
        return ByteString.copyFrom(new byte[32]);
    }

    private static void assertRefused(Wire.OrderEvent.Builder event, String message) {
        assertThatThrownBy(() -> OrderEventCodec.read(event.build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
