package dev.assay.protocol.market;

import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.id.OrderId;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What a market does for tenants and auditors. Thread-safe. */
public interface TenantService {
    /** Places a signed order; its deposit moves from the tenant's account into escrow. */
    OrderId submit(Bytes orderEnvelope) throws MarketException;

    /**
     * Reports everything that happens to an order, from its beginning, in order, on one thread at a
     * time; the last event is {@link OrderEvent.Closed}. The caller closes the subscription.
     */
    Subscription watch(OrderId order, Consumer<OrderEvent> events) throws MarketException;

    /**
     * Passes on what the order's containers write from now on, on one thread at a time. The caller
     * closes the subscription.
     *
     * @param access a statement of access to the order, just signed by its tenant
     */
    Subscription output(Bytes access, Consumer<Output> sink) throws MarketException;

    /**
     * Opens a shell in a running container of the order, or in one that will run. The caller closes
     * it.
     *
     * @param access a statement of access to the order, just signed by its tenant
     * @param output takes what comes out of it, on one thread at a time, until {@link
     *     ShellOutput.Ended}
     */
    ShellLine shell(Bytes access, ShellRequest request, Consumer<ShellOutput> output)
            throws MarketException;

    /** Ends an order; a lease is settled for what was verified and the rest is refunded. */
    void cancel(OrderId order) throws MarketException;

    /** Posts the verdict of the order's auditor; the lease is settled accordingly. */
    void postVerdict(OrderId order, Bytes verdictEnvelope) throws MarketException;

    /**
     * Proofs, as tlog-proof files and in the order asked for, that the log holds these entries; all
     * of them of one checkpoint: one that witnesses of the log cosigned, when one covers them all,
     * and else the newest.
     */
    List<Bytes> proofs(List<Long> indexes) throws MarketException;

    /**
     * The public key (SubjectPublicKeyInfo in PEM) with this id, of a party that the market knows.
     */
    String keyPem(KeyId id) throws MarketException;

    /** Makes a tenant's P-256 public key (SubjectPublicKeyInfo in PEM) known to the market. */
    void register(String keyPem) throws MarketException;

    /**
     * The keys by which the market's statements and log are verified. Fails when the market's
     * storage has failed: then an order may hear nothing more.
     */
    MarketIdentity identity() throws MarketException;

    /** The tenant's end of a shell; closing it ends the shell. */
    interface ShellLine extends AutoCloseable {
        void send(ShellInput input) throws MarketException;

        @Override
        void close();
    }

    /** Ends the delivery of events. */
    interface Subscription extends AutoCloseable {
        /**
         * Why the delivery ended before the last event, when it did and the caller did not close
         * it.
         */
        default Optional<MarketException> failure() {
            return Optional.empty();
        }

        @Override
        void close();
    }
}
