package dev.assay.market.server;

import dev.assay.market.Papers;
import dev.assay.market.Work;
import dev.assay.market.ledger.Account;
import dev.assay.protocol.job.Resources;
import dev.assay.protocol.market.AgentHello;
import dev.assay.protocol.market.AgentMessage;
import dev.assay.protocol.market.AgentMessage.Decline;
import dev.assay.protocol.market.AgentMessage.PlaceBid;
import dev.assay.protocol.market.AgentService.AgentConnection;
import dev.assay.protocol.market.AgentService.MarketListener;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketMessage;
import dev.assay.protocol.market.MarketMessage.Award;
import dev.assay.protocol.market.MarketMessage.Offer;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.VerifiedLease;
import dev.assay.verification.attest.VerifiedOrder;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;

import java.util.concurrent.CompletableFuture;

/** A provider's agent with a real key, that bids one rate on everything, or declines it. */
final class FakeAgent implements MarketListener {
    /** Declines every offer. */
    static final long DECLINES = -1;

    /** Answers no offer by itself. */
    static final long SILENT = -2;

    private final String name;
    private final long rate;
    private final SigningKey key = Papers.key();
    private final Heard<MarketMessage> heard = new Heard<>();
    private final CompletableFuture<String> disconnected = new CompletableFuture<>();
    private CompletableFuture<AgentConnection> connection = new CompletableFuture<>();
    private Resources capacity = new Resources(2, 2L << 20, 0, 0);

    FakeAgent(String name, long rate) {
        this.name = name;
        this.rate = rate;
    }

    SigningKey key() {
        return key;
    }

    Account account() {
        return Account.provider(key.keyId());
    }

    Heard<MarketMessage> heard() {
        return heard;
    }

    /** Why the market ended the connection. */
    CompletableFuture<String> ended() {
        return disconnected;
    }

    FakeAgent with(Resources machine) {
        capacity = machine;
        return this;
    }

    void connect(Market market) throws MarketException {
        connection = new CompletableFuture<>();
        connection.complete(
                market.connect(new AgentHello(name, key.verifyingKey().toPem(), capacity), this));
    }

    void disconnect() {
        link().close();
    }

    /** The newest connection. */
    AgentConnection link() {
        return connection.join();
    }

    void send(AgentMessage message) throws MarketException {
        link().send(message);
    }

    @Override
    public void received(MarketMessage message) {
        if (message instanceof Offer offer && rate != SILENT) {
            try {
                send(
                        rate == DECLINES
                                ? new Decline(offer.order(), "no thanks")
                                : new PlaceBid(offer.order(), MicroAmount.of(rate)));
            } catch (MarketException e) {
                // A refused bid is an event of the order; tests look for it there.
            }
        }
        heard.add(message);
    }

    @Override
    public void disconnected(String reason) {
        disconnected.complete(reason);
    }

    /** Waits for the award and takes the work up. */
    FakeAttempt begin(FakeTenant tenant, Market market, Work work)
            throws MarketException, VerificationException {
        Award award = heard.next(Award.class);
        VerifiedOrder order =
                VerifiedOrder.verify(
                        Envelope.parse(award.orderEnvelope().toArray()),
                        tenant.key().verifyingKey());
        VerifiedLease lease =
                VerifiedLease.verify(
                        Envelope.parse(award.leaseEnvelope().toArray()),
                        VerifyingKey.fromPem(market.identity().statementKeyPem()),
                        order);
        return new FakeAttempt(this, lease, work);
    }
}
