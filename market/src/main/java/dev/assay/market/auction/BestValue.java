package dev.assay.market.auction;

import dev.assay.protocol.market.RankedBid;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The award by best value: the least price ÷ (expected throughput × reputation) wins. A provider
 * without a measured throughput is expected to reach the median of the others'. Equal bids are
 * decided by the lower rate, then by who came first.
 */
public final class BestValue {
    private BestValue() {}

    /**
     * A bid and what is known of its provider.
     *
     * @param rowsPerSecond measured on this workload before; 0 when it never was
     * @param reputation more than 0, at most 1
     */
    public record Candidate(Bid bid, long rowsPerSecond, double reputation) {}

    private record Weighed(Candidate candidate, double cost) {}

    /** The bids, best first; scores are relative to the best. */
    public static List<RankedBid> rank(List<Candidate> candidates) {
        double unmeasured = median(candidates);
        List<Weighed> weighed = new ArrayList<>();
        for (Candidate candidate : candidates) {
            double throughput =
                    candidate.rowsPerSecond() > 0 ? candidate.rowsPerSecond() : unmeasured;
            weighed.add(
                    new Weighed(
                            candidate,
                            candidate.bid().price().rate().micros()
                                    / (throughput * candidate.reputation())));
        }
        weighed.sort(
                Comparator.comparingDouble(Weighed::cost)
                        .thenComparing(entry -> entry.candidate().bid().price().rate()));
        return weighed.stream().map(entry -> ranked(entry, weighed.getFirst().cost())).toList();
    }

    private static RankedBid ranked(Weighed entry, double best) {
        Candidate candidate = entry.candidate();
        return new RankedBid(
                candidate.bid().provider(),
                candidate.bid().providerName(),
                candidate.bid().price(),
                candidate.rowsPerSecond(),
                candidate.reputation(),
                entry.cost() / best);
    }

    private static double median(List<Candidate> candidates) {
        long[] known =
                candidates.stream()
                        .mapToLong(Candidate::rowsPerSecond)
                        .filter(rate -> rate > 0)
                        .sorted()
                        .toArray();
        if (known.length == 0) {
            return 1;
        }
        int middle = known.length / 2;
        return known.length % 2 == 1
                ? known[middle]
                : (known[middle - 1] + (double) known[middle]) / 2;
    }
}
