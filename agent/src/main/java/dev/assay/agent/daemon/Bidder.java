package dev.assay.agent.daemon;

import dev.assay.agent.claims.GpuStock;
import dev.assay.agent.jobs.Assignment;
import dev.assay.agent.jobs.Attempt;
import dev.assay.agent.jobs.Workplace;
import dev.assay.agent.journal.JournalException;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.job.Container;
import dev.assay.protocol.job.EngineName;
import dev.assay.protocol.job.Inference;
import dev.assay.protocol.job.JobSpec;
import dev.assay.protocol.job.Resources;
import dev.assay.protocol.job.Training;
import dev.assay.protocol.job.Work;
import dev.assay.protocol.market.AgentMessage;
import dev.assay.protocol.market.AgentMessage.Decline;
import dev.assay.protocol.market.AgentMessage.PlaceBid;
import dev.assay.protocol.market.MarketMessage.Offer;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.runtime.container.ContainerException;
import dev.assay.verification.VerificationException;
import dev.assay.verification.dsse.Envelope;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Decides which offers an agent bids on, and remembers what it asked. What is free follows from the
 * attempts that run and from the claims on GPUs, whenever it is asked; it is kept nowhere.
 * Thread-safe.
 */
final class Bidder {
    private static final GpuStock NO_GPUS = new GpuStock(List.of(), List.of(), Map.of());

    private final AgentConfig config;
    private final Workplace workplace;
    private final Map<OrderId, MicroAmount> bids = new ConcurrentHashMap<>();

    Bidder(AgentConfig config, Workplace workplace) {
        this.config = config;
        this.workplace = workplace;
    }

    /** What is rented out: of the GPUs those that can be claimed or are. */
    Resources capacity() throws JournalException {
        Resources rest = config.capacity();
        return new Resources(
                rest.cpu(),
                rest.memoryBytes(),
                rest.storageBytes(),
                workplace.claims().stock().size());
    }

    /** A bid, or a refusal that says why. */
    AgentMessage answer(Offer offer, Collection<Attempt> attempts)
            throws VerificationException, JournalException {
        JobSpec spec = Assignment.order(Envelope.parse(offer.orderEnvelope().toArray())).spec();
        int asked = spec.resources().gpus();
        GpuStock gpus = asked == 0 ? NO_GPUS : workplace.claims().stock();
        Resources free = free(gpus, attempts);
        Optional<MicroAmount> rate =
                config.prices()
                        .rate(spec, config.capacity().cpu() - free.cpu(), config.capacity().cpu());
        if (!spec.resources().fits(free) || gpus.grantable(asked).isEmpty()) {
            return new Decline(
                    offer.order(),
                    "needs "
                            + describe(spec.resources())
                            + "; free: "
                            + describe(free)
                            + gpus.obstacles());
        }
        if (rate.isEmpty()) {
            return new Decline(
                    offer.order(),
                    "has no price in "
                            + spec.maxPrice().denom()
                            + " per "
                            + spec.maxPrice().unit());
        }
        if (rate.get().compareTo(spec.maxPrice().rate()) > 0) {
            return new Decline(
                    offer.order(),
                    "asks " + rate.get() + ", above the maximum of " + spec.maxPrice().rate());
        }
        Optional<String> obstacle = obstacle(spec.work());
        if (obstacle.isPresent()) {
            return new Decline(offer.order(), obstacle.get());
        }
        engine(spec.work()).ifPresent(workplace.engines()::expect);
        bids.put(offer.order(), rate.get());
        return new PlaceBid(offer.order(), rate.get());
    }

    /** Forgets a bid that was not awarded. */
    void lost(OrderId order) {
        bids.remove(order);
    }

    /**
     * What was bid for an order. An earlier process's bid is not known: then it is the least that
     * the price table asks.
     */
    MicroAmount asked(Assignment assignment) throws VerificationException {
        MicroAmount bid = bids.remove(assignment.lease().order());
        if (bid != null) {
            return bid;
        }
        return config.prices()
                .rate(assignment.spec(), 0, config.capacity().cpu())
                .orElseThrow(
                        () ->
                                new VerificationException(
                                        VerificationException.Code.BAD_STATEMENT,
                                        "a lease at a price per %s that this provider has not asked"
                                                .formatted(assignment.lease().price().unit())));
    }

    /** What runs a kind of work, if it is an engine. */
    private static Optional<EngineName> engine(Work work) {
        return switch (work) {
            case Inference inference -> Optional.of(inference.engine());
            case Training training -> Optional.of(training.engine());
            case Container _ -> Optional.empty();
        };
    }

    /** Why this machine cannot run a kind of work, if it cannot. */
    private Optional<String> obstacle(Work work) {
        return switch (work) {
            case Inference _, Training _ -> Optional.empty();
            case Container _ -> {
                try {
                    workplace.containers().require();
                    yield Optional.empty();
                } catch (ContainerException e) {
                    yield Optional.of("runs no containers: " + e.getMessage());
                }
            }
        };
    }

    /**
     * What no attempt holds; nothing, rather than less, when more was awarded than there is.
     *
     * @param stock the GPUs now; an attempt that was just awarded has not claimed its own yet
     */
    private Resources free(GpuStock stock, Collection<Attempt> attempts) {
        Resources capacity = config.capacity();
        int cpu = capacity.cpu();
        long memory = capacity.memoryBytes();
        long storage = capacity.storageBytes();
        int gpus = stock.size();
        for (Attempt attempt : attempts) {
            if (!attempt.hasEnded()) {
                Resources held = attempt.assignment().spec().resources();
                cpu -= held.cpu();
                memory -= held.memoryBytes();
                storage -= held.storageBytes();
                gpus -= held.gpus();
            }
        }
        return new Resources(
                Math.max(0, cpu),
                Math.max(0, memory),
                Math.max(0, storage),
                Math.clamp(gpus, 0, stock.free().size()));
    }

    private static String describe(Resources resources) {
        return resources.cpu()
                + " cpu, "
                + (resources.memoryBytes() >> 20)
                + " MiB memory, "
                + (resources.storageBytes() >> 20)
                + " MiB storage, "
                + resources.gpus()
                + " gpu";
    }
}
