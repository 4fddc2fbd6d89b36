package dev.assay.cli.tenant;

import dev.assay.cli.tenant.OpenOrders.OpenOrder;
import dev.assay.protocol.job.Container;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.LoggedEnvelope;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.OrderEvent;
import dev.assay.protocol.market.Output;
import dev.assay.protocol.market.TenantService.Subscription;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.attest.AttestedResult;
import dev.assay.verification.attest.ReceiptChain;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.attest.VerifiedLease;
import dev.assay.verification.attest.VerifiedOrder;
import dev.assay.verification.attest.VerifiedReceipt;
import dev.assay.verification.audit.EvidenceLayout;
import dev.assay.verification.check.ResultContents;
import dev.assay.verification.crypto.LogVerifyingKey;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.SettlementPredicate;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Follows one order to its end: verifies each document as it comes, audits the result, posts the
 * verdict, and collects the evidence. Used once, by one thread.
 */
final class OrderFollower {
    /** How long to wait for an event before looking whether the connection still stands. */
    private static final Duration POLL = Duration.ofSeconds(1);

    private final TenantClient client;
    private final OpenOrder open;
    private final Consumer<RunEvent> events;
    private final Evidence evidence;
    private final VerifyingKey marketKey;
    private final ResultAudit audit;

    /** What was heard and not looked at yet. */
    private final BlockingQueue<Heard> queue = new LinkedBlockingQueue<>();

    /** What was said last of a witness that did not cosign, by its name. */
    private final Map<String, String> told = new HashMap<>();

    private final SeenOutput seen = new SeenOutput();
    private @Nullable Subscription output;
    private @Nullable VerifiedOrder order;
    private @Nullable ReceiptChain receipts;
    private @Nullable VerifiedLease lease;
    private @Nullable VerifyingKey providerKey;
    private @Nullable AttestedResult result;
    private @Nullable TenantException unkept;

    /** From the market, on its threads. */
    private sealed interface Heard {}

    private record Happened(OrderEvent event) implements Heard {}

    private record Wrote(Output output) implements Heard {}

    OrderFollower(TenantClient client, OpenOrder open, Consumer<RunEvent> events)
            throws MarketException, VerificationException {
        this.client = client;
        this.open = open;
        this.events = events;
        var identity = client.market().identity();
        this.marketKey = VerifyingKey.fromPem(identity.statementKeyPem());
        this.audit =
                new ResultAudit(client, open, LogVerifyingKey.parse(identity.logKey()), events);
        this.evidence = new Evidence(client, identity, events);
    }

    RunEvent.Ended follow()
            throws TenantException, MarketException, VerificationException, InterruptedException {
        try (Subscription subscription =
                client.market().watch(open.order(), event -> queue.add(new Happened(event)))) {
            return follow(subscription);
        } finally {
            if (output != null) {
                output.close();
            }
        }
    }

    private RunEvent.Ended follow(Subscription subscription)
            throws TenantException, MarketException, VerificationException, InterruptedException {
        while (true) {
            Heard heard = queue.poll(POLL.toMillis(), TimeUnit.MILLISECONDS);
            tellOfWitnesses();
            switch (heard) {
                case null -> {
                    if (subscription.failure().isPresent()) {
                        throw subscription.failure().get();
                    }
                    var _ = client.market().identity(); // fails when nothing more will come
                }
                case Wrote wrote -> show(wrote.output());
                case Happened(OrderEvent event) -> {
                    events.accept(new RunEvent.Reported(event));
                    if (event instanceof OrderEvent.Closed closed) {
                        return ended(closed);
                    }
                    handle(event);
                }
            }
        }
    }

    /** Says once of each witness, and for each reason, that it did not cosign. */
    private void tellOfWitnesses() {
        client.cosignatures()
                .rounds()
                .failures()
                .forEach(
                        (witness, why) -> {
                            if (!why.equals(told.put(witness, why))) {
                                events.accept(new RunEvent.NotCosigned(witness, why));
                            }
                        });
    }

    private void show(Output written) {
        Output fresh = seen.fresh(written);
        if (fresh.dropped() > 0 || !fresh.lines().isEmpty()) {
            events.accept(new RunEvent.Wrote(fresh));
        }
    }

    private void handle(OrderEvent event)
            throws TenantException, MarketException, VerificationException {
        switch (event) {
            case OrderEvent.Opened opened -> opened(opened);
            case OrderEvent.Awarded awarded -> awarded(awarded);
            case OrderEvent.ReceiptLogged logged -> receipt(logged.document());
            case OrderEvent.ResultLogged logged -> result(logged.document());
            case OrderEvent.VerdictLogged logged ->
                    evidence.add(
                            EvidenceLayout.VERDICT, logged.document(), client.key().verifyingKey());
            case OrderEvent.Settled settled -> settled(settled.document());
            case OrderEvent.BidPlaced _,
                    OrderEvent.BidDeclined _,
                    OrderEvent.Locked _,
                    OrderEvent.AttemptChanged _,
                    OrderEvent.Progressed _,
                    OrderEvent.Fetching _,
                    OrderEvent.Closed _ -> {}
        }
    }

    private void opened(OrderEvent.Opened opened) throws VerificationException, MarketException {
        VerifyingKey own = client.key().verifyingKey();
        order = VerifiedOrder.verify(envelope(opened.document()), own);
        if (!order.id().equals(open.order())) {
            throw new VerificationException(
                    Code.BAD_STATEMENT, "the market reported another order than the one placed");
        }
        evidence.add(EvidenceLayout.ORDER, opened.document(), own);
        events.accept(new RunEvent.Ordered(order.id(), order.order()));
        if (order.order().spec().work() instanceof Container) {
            listen();
        }
    }

    /** Hears what the containers write; of an order that ended meanwhile there is nothing more. */
    private void listen() throws VerificationException, MarketException {
        try {
            output =
                    client.market()
                            .output(
                                    client.access(open.order()),
                                    written -> queue.add(new Wrote(written)));
        } catch (MarketException e) {
            if (e.code() != MarketException.Code.TOO_LATE) {
                throw e;
            }
        }
    }

    private void awarded(OrderEvent.Awarded awarded) throws VerificationException, MarketException {
        lease = VerifiedLease.verify(envelope(awarded.document()), marketKey, known(order));
        providerKey = VerifyingKey.fromPem(client.market().keyPem(lease.lease().provider()));
        receipts = new ReceiptChain(lease, providerKey);
        evidence.lease(lease.id(), providerKey);
        evidence.add(EvidenceLayout.LEASE, awarded.document(), marketKey);
    }

    private void receipt(LoggedEnvelope document) throws VerificationException {
        VerifiedReceipt receipt =
                known(receipts).append(envelope(document), client.clock().instant());
        int sequence = (int) receipt.receipt().sequence();
        evidence.add(EvidenceLayout.receipt(sequence), document, known(providerKey));
        events.accept(new RunEvent.Receipt(sequence, receipt.receipt().usage(), document.index()));
    }

    private void result(LoggedEnvelope document)
            throws TenantException, VerificationException, MarketException {
        VerifiedReceipt head = known(receipts).head().orElseThrow(() -> missing());
        result =
                AttestedResult.verify(envelope(document), known(providerKey), known(lease), head)
                        .finishedBy(client.clock().instant());
        evidence.add(EvidenceLayout.RESULT, document, known(providerKey));
        result.result().evidence().forEach(named -> events.accept(new RunEvent.Vouched(named)));
        ResultContents contents = ResultContents.open(result, client.blobs());
        evidence.work(contents);
        keep(contents);
        Bytes proof = audit.draw(document);
        evidence.draw(proof);
        if (queue.stream().noneMatch(OrderFollower::isVerdict)) {
            audit.run(contents, known(providerKey), proof);
        }
    }

    private static boolean isVerdict(Heard heard) {
        return heard instanceof Happened(OrderEvent.VerdictLogged _);
    }

    /** Files that cannot be kept are named at the end: they must not keep the audit away. */
    private void keep(ResultContents contents) {
        try {
            new ResultFiles(evidence.folder(open.order()), client.blobs(), events).write(contents);
        } catch (TenantException e) {
            unkept = e;
        } catch (VerificationException e) {
            unkept = new TenantException("the result: " + e.getMessage(), e);
        }
    }

    /** Throws when the result's files could not be put where the tenant finds them. */
    void requireKept() throws TenantException {
        if (unkept != null) {
            throw unkept;
        }
    }

    private void settled(LoggedEnvelope document) throws VerificationException {
        SettlementPredicate settlement =
                SignedStatement.verify(envelope(document), marketKey, SettlementPredicate.class)
                        .predicate();
        evidence.add(EvidenceLayout.SETTLEMENT, document, marketKey);
        events.accept(new RunEvent.Settled(settlement));
    }

    private RunEvent.Ended ended(OrderEvent.Closed closed)
            throws MarketException, VerificationException, InterruptedException {
        Optional<Path> folder = evidence.write(open.order());
        RunEvent.Ended ended =
                new RunEvent.Ended(closed.reason(), closed.cause(), closed.detail(), folder);
        events.accept(ended);
        return ended;
    }

    private static Envelope envelope(LoggedEnvelope document) throws VerificationException {
        return Envelope.parse(document.envelope().toArray());
    }

    private static <T> T known(@Nullable T value) throws VerificationException {
        if (value == null) {
            throw missing();
        }
        return value;
    }

    private static VerificationException missing() {
        return new VerificationException(
                Code.BAD_STATEMENT, "the market reported a step before the ones it rests on");
    }
}
