package dev.assay.market.auction;

import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.job.JobSpec;
import dev.assay.protocol.job.Resources;
import dev.assay.protocol.money.MicroAmount;

import java.util.List;
import java.util.Optional;

/** The rules by which a bid enters an auction. */
public final class Admission {
    /** The most bids an order takes. */
    public static final int MAX_BIDS = 20;

    private Admission() {}

    /**
     * Why a bid is refused; empty when it is admitted.
     *
     * @param held what the provider's active leases hold of its machine
     * @param bids admitted so far
     */
    public static Optional<String> refusal(
            JobSpec spec,
            KeyId provider,
            MicroAmount rate,
            Resources capacity,
            List<Resources> held,
            List<Bid> bids) {
        if (rate.isZero()) {
            return Optional.of("a rate must be more than 0");
        }
        if (rate.compareTo(spec.maxPrice().rate()) > 0) {
            return Optional.of(
                    "the rate " + rate + " is above the order's maximum " + spec.maxPrice().rate());
        }
        if (bids.stream().anyMatch(bid -> bid.provider().equals(provider))) {
            return Optional.of("the provider has already made a bid on this order");
        }
        if (bids.size() >= MAX_BIDS) {
            return Optional.of("the order has its " + MAX_BIDS + " bids already");
        }
        if (!hasRoom(spec.resources(), capacity, held)) {
            return Optional.of("the machine has too little free capacity now");
        }
        return Optional.empty();
    }

    /** Whether a machine can hold a job beside what it already holds. */
    public static boolean hasRoom(Resources needed, Resources capacity, List<Resources> held) {
        try {
            return held.stream().reduce(needed, Admission::sum).fits(capacity);
        } catch (ArithmeticException e) {
            return false;
        }
    }

    private static Resources sum(Resources a, Resources b) {
        return new Resources(
                Math.addExact(a.cpu(), b.cpu()),
                Math.addExact(a.memoryBytes(), b.memoryBytes()),
                Math.addExact(a.storageBytes(), b.storageBytes()),
                Math.addExact(a.gpus(), b.gpus()));
    }
}
