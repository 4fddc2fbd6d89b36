package dev.assay.cli.console;

import dev.assay.cli.tenant.RunEvent;
import dev.assay.protocol.job.Container;
import dev.assay.protocol.job.ImageName;
import dev.assay.protocol.job.Inference;
import dev.assay.protocol.job.JobSpec;
import dev.assay.protocol.job.Training;
import dev.assay.protocol.job.Work;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.market.OrderEvent;
import dev.assay.protocol.market.Progress;
import dev.assay.protocol.money.PriceUnit;
import dev.assay.protocol.usage.GpuUsage;
import dev.assay.verification.statement.OrderPredicate;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/** Tells a run to people, as it goes: one labelled line a fact. Not thread-safe. */
public final class RunText implements Consumer<RunEvent> {
    private final Terminal terminal;
    private final LabelledLines lines;
    private final AuctionText auction;
    private final SettlementText settlement;
    private final OutputText output;
    private final ResultText result;
    private final WitnessText witnesses;
    private @Nullable JobSpec spec;
    private @Nullable ProgressBar fetching;
    private @Nullable ProgressBar running;
    private @Nullable ProgressBar auditing;
    private long began = System.nanoTime();

    public RunText(Terminal terminal) {
        this.terminal = terminal;
        this.lines = new LabelledLines(terminal);
        this.auction = new AuctionText(lines);
        this.output = new OutputText(terminal, lines);
        this.result = new ResultText(terminal, lines);
        this.witnesses = new WitnessText(terminal, lines);
        this.settlement = new SettlementText(lines, auction::name);
    }

    @Override
    public void accept(RunEvent event) {
        switch (event) {
            case RunEvent.Resumed resumed -> {
                auction.restart();
                began = System.nanoTime();
                lines.say(
                        terminal.warning("resume"),
                        "order "
                                + resumed.order().brief()
                                + " of an interrupted run is followed to its end");
            }
            case RunEvent.Resolved _ -> began = System.nanoTime();
            case RunEvent.Ordered ordered -> ordered(ordered);
            case RunEvent.Reported reported -> reported(reported.event());
            case RunEvent.Wrote wrote -> output.wrote(wrote.output(), isArray());
            case RunEvent.ShellEnded shell -> output.shellEnded(shell);
            case RunEvent.Receipt receipt -> receipt(receipt);
            case RunEvent.ResultReady ready -> result.predicted(ready);
            case RunEvent.ModelReady ready -> result.trained(ready);
            case RunEvent.ContainersReady ready -> result.ran(ready);
            case RunEvent.Vouched vouched ->
                    lines.say(
                            "hardware",
                            vouched.evidence().kind().title()
                                    + " "
                                    + vouched.evidence().digest().brief()
                                    + " is named by the result; assay audit checks it");
            case RunEvent.Replayed replayed -> {
                if (auditing == null) {
                    auditing = new ProgressBar("units replayed");
                }
                lines.progress("audit", auditing.at(replayed.done(), replayed.drawn()));
            }
            case RunEvent.Audited audited -> result.audited(audited);
            case RunEvent.Settled settled -> settlement.settled(settled.settlement(), unit());
            case RunEvent.NotCosigned not -> witnesses.notCosigned(not);
            case RunEvent.Cosigned cosigned -> witnesses.cosigned(cosigned);
            case RunEvent.Ended ended -> ended(ended);
        }
    }

    private void ordered(RunEvent.Ordered ordered) {
        OrderPredicate order = ordered.order();
        spec = order.spec();
        lines.say(
                "order",
                terminal.bold(ordered.id().brief())
                        + "  "
                        + spec.name()
                        + ": "
                        + describe(spec.work()));
        lines.say(
                "",
                "at most "
                        + Words.price(spec.maxPrice())
                        + "; deposit "
                        + order.deposit()
                        + " "
                        + spec.maxPrice().denom()
                        + " moves into escrow");
    }

    private static String describe(Work work) {
        return switch (work) {
            case Inference inference ->
                    Words.count(inference.rows(), "row")
                            + " through model "
                            + inference.model().brief()
                            + " on engine "
                            + inference.engine()
                            + ", "
                            + Words.count(inference.units(), "unit")
                            + " of "
                            + inference.batch();
            case Training training ->
                    Words.count(training.steps(), "step")
                            + " of "
                            + Words.count(training.batch(), "row")
                            + " on model "
                            + training.model().brief()
                            + ", "
                            + training.optimizer().name()
                            + ", "
                            + Words.count(training.units(), "unit");
            case Container container ->
                    Words.count(container.array(), "container")
                            + " of image "
                            + switch (container.image()) {
                                case ImageName.Archive archive -> archive.digest().brief();
                                case ImageName.Reference reference -> reference.text();
                            }
                            + ", network "
                            + container.network().text();
        };
    }

    private void reported(OrderEvent event) {
        switch (event) {
            case OrderEvent.BidPlaced bid -> auction.bid(bid);
            case OrderEvent.BidDeclined declined -> auction.declined(declined);
            case OrderEvent.Awarded awarded -> auction.awarded(awarded);
            case OrderEvent.Locked locked ->
                    lines.say(
                            "escrow",
                            locked.amount()
                                    + " "
                                    + locked.denom()
                                    + " locked for lease "
                                    + locked.lease().brief());
            case OrderEvent.AttemptChanged changed -> attempt(changed);
            case OrderEvent.Progressed progressed -> progress(progressed.progress());
            case OrderEvent.Fetching fetched -> fetched(fetched);
            case OrderEvent.Opened _,
                    OrderEvent.ReceiptLogged _,
                    OrderEvent.ResultLogged _,
                    OrderEvent.VerdictLogged _,
                    OrderEvent.Settled _,
                    OrderEvent.Closed _ -> {}
        }
    }

    private void attempt(OrderEvent.AttemptChanged changed) {
        if (changed.state() == AttemptState.FAILED || changed.state() == AttemptState.CANCELLED) {
            lines.say(
                    "attempt",
                    terminal.bad(changed.state().name())
                            + changed.cause()
                                    .map(cause -> "  " + cause + " (fault: " + cause.fault() + ")")
                                    .orElse("")
                            + "  "
                            + Words.plain(changed.detail()));
        } else {
            if (!changed.detail().isEmpty()) {
                lines.say("attempt", Words.plain(changed.detail()));
            }
            lines.progress("attempt", changed.state().name());
            if (changed.state() == AttemptState.RUNNING) {
                running = new ProgressBar(noun());
            }
        }
    }

    private void fetched(OrderEvent.Fetching fetched) {
        if (fetching == null) {
            fetching = new ProgressBar("KiB of the image");
        }
        lines.progress("fetch", fetching.at(fetched.doneBytes() >> 10, fetched.totalBytes() >> 10));
    }

    private boolean isArray() {
        return spec != null && spec.work() instanceof Container work && work.array() > 1;
    }

    /** What progress counts. */
    private String noun() {
        return spec == null ? "units" : Words.counted(spec.work());
    }

    private void progress(Progress progress) {
        if (running == null) {
            running = new ProgressBar(noun());
        }
        String bar =
                running.at(progress.done(), progress.total())
                        + progress.loss()
                                .map(loss -> String.format(Locale.ROOT, "  loss %.4f", loss))
                                .orElse("");
        lines.progress("run", bar);
        if (progress.done() == progress.total()) {
            lines.say("run", bar.strip());
        }
    }

    private void receipt(RunEvent.Receipt receipt) {
        lines.say(
                "receipt",
                "#"
                        + receipt.sequence()
                        + "  "
                        + (spec != null && spec.work() instanceof Container
                                ? Words.count(receipt.usage().units(), "container")
                                : Words.count(receipt.usage().rows(), "row"))
                        + ", wall "
                        + Words.time(receipt.usage().wall())
                        + ", cpu "
                        + Words.time(receipt.usage().cpu())
                        + ", peak "
                        + Words.bytes(receipt.usage().peakMemoryBytes())
                        + gpu(receipt.usage().gpu())
                        + terminal.dim("  log entry " + receipt.logIndex()));
    }

    /** {@code , gpu 1:07 min busy, 42.1 kJ, peak 70,112 MiB}; nothing for a lease without one. */
    private static String gpu(GpuUsage gpu) {
        return gpu.equals(GpuUsage.NONE)
                ? ""
                : ", gpu "
                        + Words.time(gpu.busy())
                        + " busy, "
                        + Words.energy(gpu.millijoules())
                        + ", peak "
                        + Words.bytes(gpu.peakMemoryBytes());
    }

    private void ended(RunEvent.Ended ended) {
        if (ended.reason() == CloseReason.DONE) {
            lines.say(
                    "closed",
                    terminal.good("done")
                            + " in "
                            + Words.time(Duration.ofNanos(System.nanoTime() - began)));
        } else {
            lines.say(
                    "closed",
                    terminal.bad(ended.reason().text().replace('_', ' '))
                            + (ended.detail().isEmpty() ? "" : ": " + Words.plain(ended.detail())));
        }
        ended.evidence()
                .ifPresent(
                        folder -> {
                            lines.say("evidence", terminal.bold(folder.toString()));
                            lines.say(
                                    "",
                                    terminal.dim(
                                            "check it anywhere, offline:  assay audit "
                                                    + witnesses.auditOptions()
                                                    + folder));
                        });
    }

    private Optional<PriceUnit> unit() {
        return Optional.ofNullable(spec).map(known -> known.maxPrice().unit());
    }
}
