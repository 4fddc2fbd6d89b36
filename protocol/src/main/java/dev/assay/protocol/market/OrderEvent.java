package dev.assay.protocol.market;

import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.Price;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Something that happened to an order, as its tenant sees it. */
public sealed interface OrderEvent {
    /** The order is open for bids and its deposit is in escrow. */
    record Opened(
            OrderId order,
            LoggedEnvelope document,
            MicroAmount deposit,
            Denom denom,
            Instant deadline)
            implements OrderEvent {}

    /**
     * A provider made a bid.
     *
     * @param rowsPerSecond the throughput the market expects of it: measured before, or 0 when
     *     nothing was
     */
    record BidPlaced(KeyId provider, String providerName, Price price, long rowsPerSecond)
            implements OrderEvent {
        public BidPlaced {
            if (rowsPerSecond < 0) {
                throw new IllegalArgumentException("rows per second cannot be negative");
            }
        }
    }

    /** A provider made no bid, or its bid was refused. */
    record BidDeclined(KeyId provider, String providerName, String reason) implements OrderEvent {}

    /**
     * A bid was awarded and the lease created.
     *
     * @param document the signed lease
     * @param ranking the bids, best first
     */
    record Awarded(LeaseId lease, LoggedEnvelope document, List<RankedBid> ranking)
            implements OrderEvent {
        public Awarded {
            ranking = List.copyOf(ranking);
        }
    }

    /** Part of the deposit is locked for the lease. */
    record Locked(LeaseId lease, MicroAmount amount, Denom denom) implements OrderEvent {}

    /** The attempt changed its state; a failure has a cause and a sentence. */
    record AttemptChanged(AttemptState state, Optional<Cause> cause, String detail)
            implements OrderEvent {}

    /** Work done so far. */
    record Progressed(Progress progress) implements OrderEvent {}

    /** So much was fetched of what the work needs, as far as the total is known yet. */
    record Fetching(long doneBytes, long totalBytes) implements OrderEvent {
        public Fetching {
            if (doneBytes < 0 || doneBytes > totalBytes) {
                throw new IllegalArgumentException("bytes fetched must be from 0 to the total");
            }
        }
    }

    /** A usage receipt was verified and logged. */
    record ReceiptLogged(LoggedEnvelope document) implements OrderEvent {}

    /** The result was verified and logged. */
    record ResultLogged(LoggedEnvelope document) implements OrderEvent {}

    /** The auditor's verdict was logged. */
    record VerdictLogged(LoggedEnvelope document) implements OrderEvent {}

    /** The lease was settled; the document lists every transfer. */
    record Settled(LoggedEnvelope document) implements OrderEvent {}

    /** Nothing more will happen. */
    record Closed(CloseReason reason, Optional<Cause> cause, String detail) implements OrderEvent {}
}
