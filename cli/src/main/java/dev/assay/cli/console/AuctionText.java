package dev.assay.cli.console;

import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.market.OrderEvent;
import dev.assay.protocol.market.RankedBid;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Tells an auction: who bid, who did not and why, who won and why. Learns the providers' names. */
final class AuctionText {
    private final LabelledLines lines;
    private final Map<KeyId, String> names = new HashMap<>();

    AuctionText(LabelledLines lines) {
        this.lines = lines;
    }

    /** Forgets the names of an earlier order. */
    void restart() {
        names.clear();
    }

    /** A provider's name, or the start of its key's id when it gave none. */
    String name(KeyId provider) {
        return names.getOrDefault(provider, provider.brief());
    }

    void bid(OrderEvent.BidPlaced bid) {
        names.put(bid.provider(), bid.providerName());
        String measured =
                bid.rowsPerSecond() > 0
                        ? "measured " + Words.count(bid.rowsPerSecond()) + " rows/s"
                        : lines.terminal().dim("no work measured yet");
        lines.say("bid", column(bid.providerName()) + Words.price(bid.price()) + "  " + measured);
    }

    void declined(OrderEvent.BidDeclined declined) {
        names.put(declined.provider(), declined.providerName());
        lines.say(
                "bid",
                column(declined.providerName())
                        + lines.terminal().dim("none: " + Words.plain(declined.reason())));
    }

    void awarded(OrderEvent.Awarded awarded) {
        RankedBid best = awarded.ranking().getFirst();
        String why =
                awarded.ranking().size() == 1
                        ? "the only bid"
                        : "lowest price ÷ (throughput × reputation) of "
                                + awarded.ranking().size()
                                + " bids";
        lines.say("award", lines.terminal().bold(best.providerName()) + "  " + why);
        for (RankedBid bid : awarded.ranking()) {
            lines.say(
                    "",
                    column(bid.providerName())
                            + bid.price().rate()
                            + String.format(
                                    Locale.ROOT,
                                    "  reputation %.3f  score %.2f",
                                    bid.reputation(),
                                    bid.score())
                            + (bid.equals(best) ? "  " + lines.terminal().good("won") : ""));
        }
        lines.say(
                "lease",
                lines.terminal().bold(awarded.lease().brief())
                        + "  log entry "
                        + awarded.document().index());
    }

    private static String column(String name) {
        return String.format(Locale.ROOT, "%-10s", name);
    }
}
