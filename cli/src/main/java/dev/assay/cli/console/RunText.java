package dev.assay.cli.console;

import dev.assay.cli.tenant.RunEvent;
import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.job.Inference;
import dev.assay.protocol.job.JobSpec;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.market.OrderEvent;
import dev.assay.protocol.market.RankedBid;
import dev.assay.protocol.money.Price;
import dev.assay.verification.statement.OrderPredicate;
import dev.assay.verification.statement.SettlementPredicate;
import dev.assay.verification.statement.VerdictPredicate;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** Tells a run to people, as it goes: one labelled line a fact. Not thread-safe. */
public final class RunText implements Consumer<RunEvent> {
    private static final int LABEL = 9;

    private final Terminal terminal;
    private final Map<KeyId, String> names = new HashMap<>();
    private @Nullable JobSpec spec;
    private @Nullable ProgressBar running;
    private @Nullable ProgressBar auditing;
    private long began = System.nanoTime();

    public RunText(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void accept(RunEvent event) {
        switch (event) {
            case RunEvent.Resumed resumed -> {
                names.clear();
                began = System.nanoTime();
                say(
                        terminal.warning("resume"),
                        "order "
                                + resumed.order().brief()
                                + " of an interrupted run is followed to its end");
            }
            case RunEvent.Resolved _ -> began = System.nanoTime();
            case RunEvent.Ordered ordered -> ordered(ordered);
            case RunEvent.Reported reported -> reported(reported.event());
            case RunEvent.Receipt receipt -> receipt(receipt);
            case RunEvent.ResultReady ready -> result(ready);
            case RunEvent.Replayed replayed -> {
                if (auditing == null) {
                    auditing = new ProgressBar("units replayed");
                }
                terminal.progress(label("audit") + auditing.at(replayed.done(), replayed.drawn()));
            }
            case RunEvent.Audited audited -> audited(audited);
            case RunEvent.Settled settled -> settled(settled.settlement());
            case RunEvent.Ended ended -> ended(ended);
        }
    }

    private void ordered(RunEvent.Ordered ordered) {
        OrderPredicate order = ordered.order();
        spec = order.spec();
        Inference work = spec.inference();
        say(
                "order",
                terminal.bold(ordered.id().brief())
                        + "  "
                        + spec.name()
                        + ": "
                        + Words.count(work.rows(), "row")
                        + " through model "
                        + work.model().brief()
                        + " on engine "
                        + work.engine()
                        + ", "
                        + Words.count(work.units(), "unit")
                        + " of "
                        + work.batch());
        say(
                "",
                "at most "
                        + price(spec.maxPrice())
                        + "; deposit "
                        + order.deposit()
                        + " "
                        + spec.maxPrice().denom()
                        + " moves into escrow");
    }

    private void reported(OrderEvent event) {
        switch (event) {
            case OrderEvent.BidPlaced bid -> {
                names.put(bid.provider(), bid.providerName());
                say(
                        "bid",
                        column(bid.providerName())
                                + price(bid.price())
                                + (bid.rowsPerSecond() > 0
                                        ? "  measured "
                                                + Words.count(bid.rowsPerSecond())
                                                + " rows/s"
                                        : "  " + terminal.dim("no work measured yet")));
            }
            case OrderEvent.BidDeclined declined -> {
                names.put(declined.provider(), declined.providerName());
                say(
                        "bid",
                        column(declined.providerName())
                                + terminal.dim("none: " + Words.plain(declined.reason())));
            }
            case OrderEvent.Awarded awarded -> awarded(awarded);
            case OrderEvent.Locked locked ->
                    say(
                            "escrow",
                            locked.amount()
                                    + " "
                                    + locked.denom()
                                    + " locked for lease "
                                    + locked.lease().brief());
            case OrderEvent.AttemptChanged changed -> attempt(changed);
            case OrderEvent.Progress progress -> progress(progress);
            case OrderEvent.Opened _,
                    OrderEvent.ReceiptLogged _,
                    OrderEvent.ResultLogged _,
                    OrderEvent.VerdictLogged _,
                    OrderEvent.Settled _,
                    OrderEvent.Closed _ -> {}
        }
    }

    private void awarded(OrderEvent.Awarded awarded) {
        RankedBid best = awarded.ranking().getFirst();
        String why =
                awarded.ranking().size() == 1
                        ? "the only bid"
                        : "lowest price ÷ (throughput × reputation) of "
                                + awarded.ranking().size()
                                + " bids";
        say("award", terminal.bold(best.providerName()) + "  " + why);
        for (RankedBid bid : awarded.ranking()) {
            say(
                    "",
                    column(bid.providerName())
                            + bid.price().rate()
                            + String.format(
                                    Locale.ROOT,
                                    "  reputation %.3f  score %.2f",
                                    bid.reputation(),
                                    bid.score())
                            + (bid.equals(best) ? "  " + terminal.good("won") : ""));
        }
        say(
                "lease",
                terminal.bold(awarded.lease().brief())
                        + "  log entry "
                        + awarded.document().index());
    }

    private void attempt(OrderEvent.AttemptChanged changed) {
        if (changed.state() == AttemptState.FAILED || changed.state() == AttemptState.CANCELLED) {
            say(
                    "attempt",
                    terminal.bad(changed.state().name())
                            + changed.cause()
                                    .map(cause -> "  " + cause + " (fault: " + cause.fault() + ")")
                                    .orElse("")
                            + "  "
                            + Words.plain(changed.detail()));
        } else {
            terminal.progress(label("attempt") + changed.state());
            if (changed.state() == AttemptState.RUNNING) {
                running = new ProgressBar("rows");
            }
        }
    }

    private void progress(OrderEvent.Progress progress) {
        if (running == null) {
            running = new ProgressBar("rows");
        }
        String bar = running.at(progress.rows(), progress.totalRows());
        terminal.progress(label("run") + bar);
        if (progress.rows() == progress.totalRows()) {
            say("run", bar.strip());
        }
    }

    private void receipt(RunEvent.Receipt receipt) {
        say(
                "receipt",
                "#"
                        + receipt.sequence()
                        + "  "
                        + Words.count(receipt.usage().rows(), "row")
                        + ", wall "
                        + Words.time(receipt.usage().wall())
                        + ", cpu "
                        + Words.time(receipt.usage().cpu())
                        + ", peak "
                        + Words.bytes(receipt.usage().peakMemoryBytes())
                        + terminal.dim("  log entry " + receipt.logIndex()));
    }

    private void result(RunEvent.ResultReady ready) {
        say(
                "result",
                ready.correct()
                        .map(
                                right ->
                                        terminal.bold(Words.percent(right, ready.rows()))
                                                + " right ("
                                                + Words.count(right)
                                                + " of "
                                                + Words.count(ready.rows())
                                                + ")")
                        .orElse(Words.count(ready.rows(), "row")));
        say("", ready.predictions().toString());
    }

    private void audited(RunEvent.Audited audited) {
        VerdictPredicate verdict = audited.verdict();
        String outcome =
                verdict.outcome() == VerdictPredicate.Outcome.PASS
                        ? terminal.good("PASS")
                        : terminal.bad(verdict.outcome().name());
        String how =
                verdict.method() == VerdictPredicate.Method.EXACT_REPLAY
                        ? "bit for bit"
                        : "within the tolerance";
        say(
                "audit",
                outcome
                        + "  "
                        + verdict.drawn().size()
                        + " of "
                        + Words.count(audited.units(), "unit")
                        + " drawn after the result was logged, replayed here "
                        + how
                        + " in "
                        + Words.time(audited.took()));
        if (verdict.outcome() != VerdictPredicate.Outcome.PASS) {
            say("", verdict.detail());
        }
    }

    private void settled(SettlementPredicate settlement) {
        String owed =
                spec == null
                        ? ""
                        : " for " + Words.quantity(settlement.quantity(), spec.maxPrice().unit());
        say(
                "settled",
                terminal.bold(settlement.owed() + " " + settlement.denom()) + " owed" + owed);
        for (SettlementPredicate.Transfer transfer : settlement.transfers()) {
            say(
                    "",
                    String.format(
                            Locale.ROOT,
                            "%14s  %-12s %s",
                            transfer.amount(),
                            purpose(transfer.purpose()),
                            account(transfer.to())));
        }
    }

    private void ended(RunEvent.Ended ended) {
        if (ended.reason() == CloseReason.DONE) {
            say(
                    "closed",
                    terminal.good("done")
                            + " in "
                            + Words.time(Duration.ofNanos(System.nanoTime() - began)));
        } else {
            say(
                    "closed",
                    terminal.bad(ended.reason().text().replace('_', ' '))
                            + (ended.detail().isEmpty() ? "" : ": " + Words.plain(ended.detail())));
        }
        ended.evidence()
                .ifPresent(
                        folder -> {
                            say("evidence", terminal.bold(folder.toString()));
                            say(
                                    "",
                                    terminal.dim(
                                            "check it anywhere, offline:  assay audit " + folder));
                        });
    }

    private static String purpose(SettlementPredicate.Purpose purpose) {
        return switch (purpose) {
            case PAYMENT -> "paid to";
            case FEE -> "fee to";
            case REFUND -> "refund to";
            case BID_DEPOSIT -> "bid deposit to";
            case SLASH -> "slashed to";
        };
    }

    private String account(String account) {
        if (account.startsWith("provider:")) {
            KeyId key = KeyId.parse(account.substring("provider:".length()));
            return "provider " + names.getOrDefault(key, key.brief());
        }
        return account.startsWith("tenant:") ? "tenant" : account.replace(':', ' ');
    }

    private static String price(Price price) {
        return price.rate() + " " + price.denom() + " per " + price.unit();
    }

    private static String column(String name) {
        return String.format(Locale.ROOT, "%-10s", name);
    }

    private void say(String label, String text) {
        terminal.line(label(label) + text);
    }

    private String label(String label) {
        return terminal.dim(String.format(Locale.ROOT, "%-" + LABEL + "s ", label));
    }
}
