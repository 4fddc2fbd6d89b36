package dev.assay.market.server;

import dev.assay.market.Papers;
import dev.assay.market.Work;
import dev.assay.market.escrow.OrderDeposit;
import dev.assay.market.ledger.Account;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.OrderEvent;
import dev.assay.protocol.market.OrderEvent.ResultLogged;
import dev.assay.protocol.money.Price;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.attest.VerifiedLease;
import dev.assay.verification.crypto.LogVerifyingKey;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.log.LogCheckpoint;
import dev.assay.verification.log.TlogProof;
import dev.assay.verification.statement.OrderPredicate;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A tenant with a real key, that audits its own orders. */
final class FakeTenant {
    private final Rig rig;
    private final SigningKey key = Papers.key();
    private final Heard<OrderEvent> events = new Heard<>();

    FakeTenant(Rig rig) {
        this.rig = rig;
    }

    SigningKey key() {
        return key;
    }

    Account account() {
        return Account.tenant(key.keyId());
    }

    Heard<OrderEvent> events() {
        return events;
    }

    /** An order with the deposit that it needs. */
    OrderPredicate order(Work work, Price max, Duration time) {
        Instant now = Instant.now();
        return Papers.order(
                key,
                Papers.spec(work, max),
                OrderDeposit.required(Papers.spec(work, max), now, now.plus(time)),
                now,
                time);
    }

    /** Places an order for two thousand rows and watches it. */
    OrderId place(Price max) throws MarketException, VerificationException {
        return place(order(Work.NOMINAL, max, Duration.ofMinutes(10)));
    }

    OrderId place(OrderPredicate order) throws MarketException, VerificationException {
        OrderId id = rig.market().submit(sign(order));
        watch(id);
        return id;
    }

    void watch(OrderId order) throws MarketException {
        rig.market().watch(order, events::add);
    }

    Bytes sign(OrderPredicate order) throws VerificationException {
        return Bytes.copyOf(SignedStatement.sign(order.statement(), key).bytes());
    }

    /** Waits for the result and signs a verdict on it, drawn at the newest checkpoint. */
    Bytes verdict(VerifiedLease lease, Outcome outcome)
            throws MarketException, VerificationException {
        ResultLogged result = events.next(ResultLogged.class);
        return verdict(lease, result, outcome);
    }

    Bytes verdict(VerifiedLease lease, ResultLogged result, Outcome outcome)
            throws MarketException, VerificationException {
        TlogProof proof =
                TlogProof.parse(
                        rig.market()
                                .proofs(List.of(result.document().index()))
                                .getFirst()
                                .toArray());
        proof.note().verify(LogVerifyingKey.parse(rig.market().identity().logKey()));
        return verdict(lease, result, outcome, proof.note().checkpoint());
    }

    Bytes verdict(
            VerifiedLease lease, ResultLogged result, Outcome outcome, LogCheckpoint checkpoint)
            throws VerificationException {
        Envelope document = Envelope.parse(result.document().envelope().toArray());
        return Bytes.copyOf(
                SignedStatement.sign(
                                Papers.verdict(
                                                lease,
                                                document.payloadDigest(),
                                                outcome,
                                                checkpoint.size(),
                                                checkpoint.root())
                                        .statement(),
                                key)
                        .bytes());
    }
}
