package dev.assay.market.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.market.Papers;
import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.LoggedEnvelope;
import dev.assay.protocol.market.OrderEvent;
import dev.assay.protocol.market.Progress;
import dev.assay.protocol.market.RankedBid;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.Price;
import dev.assay.protocol.money.PriceUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

class EventCodecTest {
    private static final LoggedEnvelope DOCUMENT =
            new LoggedEnvelope(Bytes.copyOf(new byte[] {0, 1, (byte) 255}), Long.MAX_VALUE);
    private static final KeyId PROVIDER = new KeyId(Papers.digest("provider"));
    private static final LeaseId LEASE = new LeaseId(Papers.digest("lease"));
    private static final Price PRICE =
            new Price(MicroAmount.of(350_000), Denom.USDC, PriceUnit.THOUSAND_ROWS);

    static List<OrderEvent> events() {
        return List.of(
                new OrderEvent.Opened(
                        new OrderId(Papers.digest("order")),
                        DOCUMENT,
                        MicroAmount.of(Long.MAX_VALUE),
                        Denom.AKT,
                        Instant.parse("2026-01-31T12:00:00.123456789Z")),
                new OrderEvent.BidPlaced(PROVIDER, "name \"quoted\" ü 🦀", PRICE, 1234),
                new OrderEvent.BidDeclined(PROVIDER, "", "no\nreason"),
                new OrderEvent.Awarded(
                        LEASE,
                        DOCUMENT,
                        List.of(
                                new RankedBid(PROVIDER, "a", PRICE, 12, 0.2236067977499790, 1.0),
                                new RankedBid(PROVIDER, "b", PRICE, 0, 1e-300, 1e300))),
                new OrderEvent.Awarded(LEASE, DOCUMENT, List.of()),
                new OrderEvent.Locked(LEASE, MicroAmount.of(1), Denom.USDC),
                new OrderEvent.AttemptChanged(AttemptState.RUNNING, Optional.empty(), ""),
                new OrderEvent.AttemptChanged(
                        AttemptState.FAILED, Optional.of(Cause.ENGINE), "why"),
                new OrderEvent.Progressed(new Progress(1, 2)),
                new OrderEvent.Progressed(new Progress(1, 2, Optional.of(0.25f))),
                new OrderEvent.Fetching(1, 2),
                new OrderEvent.ReceiptLogged(DOCUMENT),
                new OrderEvent.ResultLogged(DOCUMENT),
                new OrderEvent.VerdictLogged(DOCUMENT),
                new OrderEvent.Settled(DOCUMENT),
                new OrderEvent.Closed(CloseReason.DONE, Optional.empty(), "done"),
                new OrderEvent.Closed(
                        CloseReason.PROVIDER_LOST, Optional.of(Cause.AGENT_LOST), "gone"));
    }

    @ParameterizedTest
    @MethodSource("events")
    void read_whatWasWritten_isTheSameEvent(OrderEvent event) throws JsonException {
        assertThat(EventReader.read(EventWriter.write(event))).isEqualTo(event);
    }

    @Test
    void events_coverEveryKind() {
        assertThat(events().stream().map(Object::getClass).collect(Collectors.toSet()))
                .hasSameElementsAs(Arrays.asList(OrderEvent.class.getPermittedSubclasses()));
    }

    @Test
    void read_damagedText_saysWhere() {
        assertThatThrownBy(() -> EventReader.read("{\"event\":\"surprise\"}"))
                .isInstanceOf(JsonException.class)
                .hasMessageContaining("unknown event 'surprise'");
        assertThatThrownBy(() -> EventReader.read("{\"event\":\"progressed\",\"done\":\"1\"}"))
                .hasMessageContaining("event.total: missing");
        assertThatThrownBy(
                        () ->
                                EventReader.read(
                                        "{\"event\":\"closed\",\"reason\":\"MOON\",\"detail\":\"\"}"))
                .isInstanceOf(JsonException.class);
    }
}
