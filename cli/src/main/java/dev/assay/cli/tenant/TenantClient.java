package dev.assay.cli.tenant;

import dev.assay.cli.tenant.OpenOrders.OpenOrder;
import dev.assay.market.escrow.OrderDeposit;
import dev.assay.models.engine.Engine;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.job.JobSpec;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.LoggedEnvelope;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.TenantService;
import dev.assay.protocol.market.TenantService.Subscription;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.AccessPredicate;
import dev.assay.verification.statement.OrderPredicate;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A tenant's side of the market: places orders, follows each to its end, audits the result itself,
 * and keeps the evidence. Every document that the market reports is verified before it is believed.
 * One order is followed at a time; {@link #cancel} may be called from another thread.
 *
 * @param key the tenant's key; it also signs the audit's verdicts
 * @param jobs where results and evidence go, one folder an order
 * @param exact opens the engine for replays, exact and for TorchScript models
 * @param keyStatements what the log holds about keys, for the evidence
 * @param cosignatures of the log's witnesses, for the evidence
 */
public record TenantClient(
        TenantService market,
        SigningKey key,
        BlobStore blobs,
        OpenOrders open,
        Path jobs,
        Supplier<Engine> exact,
        List<LoggedEnvelope> keyStatements,
        Cosignatures cosignatures,
        InstantSource clock,
        SecureRandom random) {
    public TenantClient {
        keyStatements = List.copyOf(keyStatements);
    }

    /** Signs and places the order for a job. */
    public OpenOrder place(ResolvedJob job)
            throws TenantException, MarketException, VerificationException {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        Instant deadline = job.file().deadline().from(now).truncatedTo(ChronoUnit.MILLIS);
        if (!deadline.isAfter(now)) {
            throw new TenantException(
                    "deadline: "
                            + deadline
                            + " is in the past; choose a later one, or a duration such as 10m");
        }
        Digest secret = randomDigest();
        OrderPredicate order =
                new OrderPredicate(
                        key.keyId(),
                        key.keyId(),
                        job.spec(),
                        depositFor(job.spec(), now, deadline),
                        now,
                        deadline,
                        Digest.sha256(secret.bytes()),
                        randomDigest());
        Envelope envelope = SignedStatement.sign(order.statement(), key);
        OpenOrder remembered = new OpenOrder(new OrderId(envelope.payloadDigest()), secret);
        open.add(remembered);
        try {
            market.register(key.verifyingKey().toPem());
            market.submit(Bytes.copyOf(envelope.bytes()));
            return remembered;
        } catch (MarketException e) {
            open.remove(remembered.order());
            throw e;
        }
    }

    /** Follows an order until it is closed, doing the tenant's part on the way. */
    public RunEvent.Ended follow(OpenOrder order, Consumer<RunEvent> events)
            throws TenantException, MarketException, VerificationException, InterruptedException {
        OrderFollower follower = new OrderFollower(this, order, events);
        RunEvent.Ended ended = follower.follow();
        open.remove(order.order());
        if (ended.reason() == CloseReason.DONE) {
            follower.requireKept();
        }
        return ended;
    }

    /**
     * Follows an order that an earlier process placed. One that the market never received is
     * forgotten: its process ended before it was submitted.
     */
    public Optional<RunEvent.Ended> resume(OpenOrder order, Consumer<RunEvent> events)
            throws TenantException, MarketException, VerificationException, InterruptedException {
        if (!isKnown(order.order())) {
            open.remove(order.order());
            return Optional.empty();
        }
        events.accept(new RunEvent.Resumed(order.order()));
        return Optional.of(follow(order, events));
    }

    private boolean isKnown(OrderId order) throws MarketException {
        try (Subscription _ = market.watch(order, _ -> {})) {
            return true;
        } catch (MarketException e) {
            if (e.code() == MarketException.Code.UNKNOWN) {
                return false;
            }
            throw e;
        }
    }

    /** Ends an order early. */
    public void cancel(OrderId order) throws MarketException {
        market.cancel(order);
    }

    /** A request for what is the tenant's alone of an order, good for a moment. */
    public Bytes access(OrderId order) throws VerificationException {
        AccessPredicate access =
                new AccessPredicate(
                        order, key.keyId(), clock.instant().truncatedTo(ChronoUnit.MILLIS));
        return Bytes.copyOf(SignedStatement.sign(access.statement(), key).bytes());
    }

    private static MicroAmount depositFor(JobSpec spec, Instant now, Instant deadline)
            throws TenantException {
        try {
            return OrderDeposit.required(spec, now, deadline);
        } catch (ArithmeticException e) {
            throw new TenantException(
                    "price.max: the deposit for this job would be too large an amount; lower the"
                            + " price",
                    e);
        }
    }

    private Digest randomDigest() {
        byte[] bytes = new byte[Digest.BYTES];
        random.nextBytes(bytes);
        return Digest.of(bytes);
    }
}
