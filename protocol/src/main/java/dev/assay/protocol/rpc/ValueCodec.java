package dev.assay.protocol.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.job.Resources;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.LoggedEnvelope;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.OutputLine;
import dev.assay.protocol.market.Progress;
import dev.assay.protocol.market.RankedBid;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.Price;
import dev.assay.protocol.money.PriceUnit;
import dev.assay.protocol.rpc.proto.Wire;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The values inside messages, to protobuf and back. As in every codec here, {@code write} takes any
 * value and {@code read} throws {@link IllegalArgumentException} naming the field that will not do.
 */
final class ValueCodec {
    static final WireEnum<Denom, Wire.Denom> DENOM =
            new WireEnum<>(Denom.class, Wire.Denom.class, "DENOM_");
    static final WireEnum<PriceUnit, Wire.PriceUnit> PRICE_UNIT =
            new WireEnum<>(PriceUnit.class, Wire.PriceUnit.class, "PRICE_UNIT_");
    static final WireEnum<AttemptState, Wire.AttemptState> ATTEMPT_STATE =
            new WireEnum<>(AttemptState.class, Wire.AttemptState.class, "ATTEMPT_STATE_");
    static final WireEnum<Cause, Wire.Cause> CAUSE =
            new WireEnum<>(Cause.class, Wire.Cause.class, "CAUSE_");
    static final WireEnum<CloseReason, Wire.CloseReason> CLOSE_REASON =
            new WireEnum<>(CloseReason.class, Wire.CloseReason.class, "CLOSE_REASON_");
    static final WireEnum<OutputLine.Stream, Wire.OutputStream> OUTPUT_STREAM =
            new WireEnum<>(OutputLine.Stream.class, Wire.OutputStream.class, "OUTPUT_STREAM_");
    static final WireEnum<MarketException.Code, Wire.FailureCode> FAILURE_CODE =
            new WireEnum<>(MarketException.Code.class, Wire.FailureCode.class, "FAILURE_CODE_");

    /** The range of {@link Timestamp}: the years 1 to 9999. */
    private static final long FIRST_SECOND = -62_135_596_800L;

    private static final long LAST_SECOND = 253_402_300_799L;
    private static final int NANOS = 1_000_000_000;

    private ValueCodec() {}

    /** What {@code read} yields; whatever it refuses is refused in the name of the field. */
    static <T> T in(String field, Supplier<T> read) {
        try {
            return read.get();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(field + ": " + e.getMessage(), e);
        }
    }

    static ByteString write(Digest digest) {
        return ByteString.copyFrom(digest.bytes());
    }

    static OrderId order(String field, ByteString wire) {
        return new OrderId(digest(field, wire));
    }

    static LeaseId lease(String field, ByteString wire) {
        return new LeaseId(digest(field, wire));
    }

    static KeyId key(String field, ByteString wire) {
        return new KeyId(digest(field, wire));
    }

    static KeyId provider(ByteString wire) {
        return new KeyId(digest("provider", wire));
    }

    private static Digest digest(String field, ByteString wire) {
        return in(field, () -> Digest.of(wire.toByteArray()));
    }

    static ByteString write(Bytes bytes) {
        return ByteString.copyFrom(bytes.toArray());
    }

    static Bytes bytes(ByteString wire) {
        return Bytes.copyOf(wire.toByteArray());
    }

    static MicroAmount amount(String field, long micros) {
        if (micros < 0) {
            throw new IllegalArgumentException(field + ": an amount cannot be negative");
        }
        return MicroAmount.of(micros);
    }

    static Timestamp write(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }

    static Instant instant(String field, Timestamp wire) {
        if (wire.getSeconds() < FIRST_SECOND
                || wire.getSeconds() > LAST_SECOND
                || wire.getNanos() < 0
                || wire.getNanos() >= NANOS) {
            throw new IllegalArgumentException(field + ": no instant of the years 1 to 9999");
        }
        return Instant.ofEpochSecond(wire.getSeconds(), wire.getNanos());
    }

    static Wire.Resources write(Resources resources) {
        return Wire.Resources.newBuilder()
                .setCpu(resources.cpu())
                .setMemoryBytes(resources.memoryBytes())
                .setStorageBytes(resources.storageBytes())
                .setGpus(resources.gpus())
                .build();
    }

    static Resources resources(String field, Wire.Resources wire) {
        return in(
                field,
                () ->
                        new Resources(
                                wire.getCpu(),
                                wire.getMemoryBytes(),
                                wire.getStorageBytes(),
                                wire.getGpus()));
    }

    static Wire.Price write(Price price) {
        return Wire.Price.newBuilder()
                .setRateMicros(price.rate().micros())
                .setDenom(DENOM.write(price.denom()))
                .setUnit(PRICE_UNIT.write(price.unit()))
                .build();
    }

    static Price price(Wire.Price wire) {
        return in(
                "price",
                () ->
                        new Price(
                                amount("rate_micros", wire.getRateMicros()),
                                DENOM.read("denom", wire.getDenom()),
                                PRICE_UNIT.read("unit", wire.getUnit())));
    }

    static Wire.LoggedEnvelope write(LoggedEnvelope document) {
        return Wire.LoggedEnvelope.newBuilder()
                .setEnvelope(write(document.envelope()))
                .setIndex(document.index())
                .build();
    }

    static LoggedEnvelope document(Wire.LoggedEnvelope wire) {
        return in("document", () -> new LoggedEnvelope(bytes(wire.getEnvelope()), wire.getIndex()));
    }

    static Wire.RankedBid write(RankedBid bid) {
        return Wire.RankedBid.newBuilder()
                .setProvider(write(bid.provider().digest()))
                .setProviderName(bid.providerName())
                .setPrice(write(bid.price()))
                .setRowsPerSecond(bid.rowsPerSecond())
                .setReputation(bid.reputation())
                .setScore(bid.score())
                .build();
    }

    static RankedBid rankedBid(Wire.RankedBid wire) {
        return in(
                "ranking",
                () ->
                        new RankedBid(
                                provider(wire.getProvider()),
                                wire.getProviderName(),
                                price(wire.getPrice()),
                                wire.getRowsPerSecond(),
                                wire.getReputation(),
                                wire.getScore()));
    }

    static Wire.Progress write(Progress progress) {
        Wire.Progress.Builder wire =
                Wire.Progress.newBuilder().setDone(progress.done()).setTotal(progress.total());
        progress.loss().ifPresent(wire::setLoss);
        return wire.build();
    }

    static Progress progress(Wire.Progress wire) {
        return new Progress(
                wire.getDone(),
                wire.getTotal(),
                wire.hasLoss() ? Optional.of(wire.getLoss()) : Optional.empty());
    }
}
