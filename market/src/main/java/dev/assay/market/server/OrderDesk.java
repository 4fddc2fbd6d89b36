package dev.assay.market.server;

import dev.assay.market.escrow.OrderDeposit;
import dev.assay.market.ledger.Account;
import dev.assay.market.ledger.Citation;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.lease.BidState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.lease.OrderState;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;
import dev.assay.protocol.market.MarketMessage.NotAwarded;
import dev.assay.protocol.market.OrderEvent.Closed;
import dev.assay.protocol.market.OrderEvent.Opened;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.ReceiptChain;
import dev.assay.verification.attest.VerifiedOrder;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.OrderPredicate;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Opens orders and closes those that come to no lease. Used on the state thread. */
final class OrderDesk {
    /** How far ahead a deadline may lie: what timers, and whoever waits for the money, can bear. */
    private static final Duration LONGEST = Duration.ofDays(366);

    private final Keyring keyring;
    private final Notary notary;

    OrderDesk(Keyring keyring, Notary notary) {
        this.keyring = keyring;
        this.notary = notary;
    }

    /** Verifies an order, moves its deposit into escrow and logs it. */
    VerifiedOrder open(Step step, Envelope envelope) throws MarketException {
        VerifiedOrder order = verify(step, envelope);
        OrderPredicate asked = order.order();
        checkTimes(asked, step.now());
        checkDeposit(asked);
        keyring.require(step.tables(), asked.auditor());
        if (step.tables().orders().state(order.id()).isPresent()) {
            throw refused("order " + order.id().brief() + " was placed already");
        }
        Denom denom = asked.spec().maxPrice().denom();
        step.tables().orders().insert(order.id());
        step.transfer(
                Account.tenant(asked.tenant()),
                Account.escrow(order.id()),
                denom,
                asked.deposit(),
                cites(order.id()));
        step.event(
                order.id(),
                new Opened(
                        order.id(),
                        notary.log(envelope, keyring.require(step.tables(), asked.tenant())),
                        asked.deposit(),
                        denom,
                        asked.deadline()));
        return order;
    }

    /** Closes an open order without a lease; every deposit goes back. */
    void close(Step step, VerifiedOrder order, OrderState to, CloseReason reason, String detail)
            throws MarketException {
        OrderPredicate asked = order.order();
        Denom denom = asked.spec().maxPrice().denom();
        step.tables().orders().move(order.id(), to);
        step.transfer(
                Account.escrow(order.id()),
                Account.tenant(asked.tenant()),
                denom,
                asked.deposit(),
                cites(order.id()));
        returnBids(step, order, BidState.WITHDRAWN, cites(order.id()));
        Optional<Cause> cause =
                reason == CloseReason.OWNER ? Optional.of(Cause.CANCELLED) : Optional.empty();
        step.event(order.id(), new Closed(reason, cause, detail));
    }

    /** Ends every bid on an order that is still open and returns what stands behind it. */
    void returnBids(Step step, VerifiedOrder order, BidState end, Citation cause)
            throws MarketException {
        for (var bid : step.tables().orders().bids(order.id(), BidState.OPEN)) {
            step.tables().orders().move(order.id(), bid.provider(), end);
            step.transfer(
                    Account.bid(order.id(), bid.provider()),
                    Account.provider(bid.provider()),
                    order.order().spec().maxPrice().denom(),
                    bid.deposit(),
                    cause);
            step.tell(bid.provider(), new NotAwarded(order.id()));
        }
    }

    /** Transfers before there is a lease are caused by the order. */
    static Citation cites(OrderId order) {
        return new Citation(Citation.Kind.ORDER, order.digest());
    }

    private VerifiedOrder verify(Step step, Envelope envelope) throws MarketException {
        try {
            return VerifiedOrder.verify(envelope, keyring.require(step.tables(), envelope.keyId()));
        } catch (VerificationException e) {
            throw Refusals.refused("order", e);
        }
    }

    private static void checkTimes(OrderPredicate order, Instant now) throws MarketException {
        if (!order.deadline().isAfter(now)) {
            throw new MarketException(
                    Code.TOO_LATE,
                    "the order's deadline " + order.deadline() + " has passed; it is " + now);
        }
        if (order.deadline().isAfter(now.plus(LONGEST))) {
            throw refused(
                    "order.deadline: %s is more than %d days ahead; choose an earlier one"
                            .formatted(order.deadline(), LONGEST.toDays()));
        }
        if (order.createdOn().isAfter(now.plus(ReceiptChain.CLOCK_SKEW))) {
            throw refused(
                    "order.createdOn: %s is in the future; it is %s, so set the clock"
                            .formatted(order.createdOn(), now));
        }
    }

    private static void checkDeposit(OrderPredicate order) throws MarketException {
        MicroAmount required;
        try {
            required = OrderDeposit.required(order.spec(), order.createdOn(), order.deadline());
        } catch (ArithmeticException e) {
            throw new MarketException(
                    Code.REFUSED,
                    "order.deposit: the price times the work is more than any amount; lower one",
                    e);
        } catch (IllegalArgumentException e) {
            throw new MarketException(Code.REFUSED, "order.deposit: " + e.getMessage(), e);
        }
        if (!order.deposit().equals(required)) {
            throw refused(
                    "order.deposit: is %s, but the work at the maximum price needs exactly %s"
                            .formatted(order.deposit(), required));
        }
    }

    private static MarketException refused(String message) {
        return new MarketException(Code.REFUSED, message);
    }
}
