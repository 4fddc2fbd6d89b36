package dev.assay.cli.console;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.cli.tenant.RunEvent;
import dev.assay.protocol.job.Work;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.market.OrderEvent;
import dev.assay.protocol.market.Output;
import dev.assay.protocol.market.OutputLine;
import dev.assay.protocol.market.Progress;
import dev.assay.protocol.usage.GpuUsage;
import dev.assay.protocol.usage.Usage;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Tells a run to machines: one JSON object a line, each with an {@code event}. Amounts are
 * micro-units in decimal strings. The last line's event is {@code ended}. Not thread-safe.
 */
public final class RunJson implements Consumer<RunEvent> {
    private final PrintStream out;
    private final long began = System.nanoTime();
    private final Throughput throughput = new Throughput();
    private Optional<Work> work = Optional.empty();

    public RunJson(PrintStream out) {
        this.out = out;
    }

    @Override
    public void accept(RunEvent event) {
        switch (event) {
            case RunEvent.Resolved resolved ->
                    put(
                            named("resolved")
                                    .put("job", resolved.job().spec().name())
                                    .put("spec", resolved.job().spec().digest().toString()));
            case RunEvent.Resumed resumed ->
                    put(named("resumed").put("order", resumed.order().hex()));
            case RunEvent.Ordered ordered -> {
                work = Optional.of(ordered.order().spec().work());
                put(
                        named("ordered")
                                .put("order", ordered.id().hex())
                                .put("deposit", micros(ordered.order().deposit().micros()))
                                .put("denom", ordered.order().spec().maxPrice().denom().text()));
            }
            case RunEvent.Reported reported -> reported(reported.event());
            case RunEvent.Wrote wrote -> wrote(wrote.output());
            case RunEvent.ShellEnded shell ->
                    put(
                            named("shell")
                                    .put("exitCode", shell.exitCode())
                                    .put("detail", shell.detail()));
            case RunEvent.Receipt receipt -> receipt(receipt);
            case RunEvent.ResultReady ready -> {
                ObjectNode json =
                        named("result")
                                .put("rows", ready.rows())
                                .put("predictions", ready.predictions().toString());
                ready.correct().ifPresent(correct -> json.put("correct", correct));
                put(json);
            }
            case RunEvent.ModelReady ready ->
                    put(
                            named("result")
                                    .put("steps", ready.steps())
                                    .put("loss", ready.loss())
                                    .put("model", ready.model().toString()));
            case RunEvent.ContainersReady ready -> {
                ObjectNode json =
                        named("result")
                                .put("image", ready.result().image().toString())
                                .put("outputs", ready.outputs().toString());
                ArrayNode units = json.putArray("containers");
                ready.result()
                        .units()
                        .forEach(
                                unit ->
                                        units.addObject()
                                                .put("index", unit.index())
                                                .put("cause", unit.cause())
                                                .put("exitCode", unit.exitCode()));
                put(json);
            }
            case RunEvent.Vouched vouched ->
                    put(
                            named("hardware")
                                    .put("kind", vouched.evidence().kind().label())
                                    .put("digest", vouched.evidence().digest().toString()));
            case RunEvent.Replayed _ -> {}
            case RunEvent.Audited audited ->
                    put(
                            named("audited")
                                    .put("outcome", audited.verdict().outcome().name())
                                    .put("method", audited.verdict().method().name())
                                    .put("drawn", audited.verdict().drawn().size())
                                    .put("units", audited.units())
                                    .put("millis", audited.took().toMillis()));
            case RunEvent.Settled settled -> settled(settled);
            case RunEvent.NotCosigned not ->
                    put(
                            named("not-cosigned")
                                    .put("witness", not.witness())
                                    .put("reason", not.why()));
            case RunEvent.Cosigned cosigned -> cosigned(cosigned);
            case RunEvent.Ended ended -> {
                ObjectNode json =
                        named("ended")
                                .put("reason", ended.reason().text())
                                .put("detail", ended.detail());
                ended.cause()
                        .ifPresent(
                                cause ->
                                        json.put("cause", cause.name())
                                                .put("fault", cause.fault().name()));
                ended.evidence().ifPresent(folder -> json.put("evidence", folder.toString()));
                put(json);
            }
        }
    }

    /** Figures of GPUs are there when the lease has any. */
    private void receipt(RunEvent.Receipt receipt) {
        Usage usage = receipt.usage();
        ObjectNode json =
                named("receipt")
                        .put("sequence", receipt.sequence())
                        .put("rows", usage.rows())
                        .put("steps", usage.steps())
                        .put("wallMillis", usage.wall().toMillis())
                        .put("cpuMillis", usage.cpu().toMillis())
                        .put("peakMemoryBytes", usage.peakMemoryBytes())
                        .put("logIndex", receipt.logIndex());
        if (!usage.gpu().equals(GpuUsage.NONE)) {
            json.putObject("gpu")
                    .put("meteredMillijoules", usage.gpu().meteredMillijoules())
                    .put("integratedMillijoules", usage.gpu().integratedMillijoules())
                    .put("busyMillis", usage.gpu().busy().toMillis())
                    .put("peakMemoryBytes", usage.gpu().peakMemoryBytes());
        }
        put(json);
    }

    private void cosigned(RunEvent.Cosigned cosigned) {
        ObjectNode json = named("cosigned").put("size", Long.toString(cosigned.size()));
        ArrayNode witnesses = json.putArray("witnesses");
        cosigned.cosignatures()
                .forEach(
                        by ->
                                witnesses
                                        .addObject()
                                        .put("witness", by.witness().name())
                                        .put("key", by.witness().vkey())
                                        .put("time", by.time().toString()));
        ArrayNode missing = json.putArray("missing");
        cosigned.missing()
                .forEach(
                        (witness, why) ->
                                missing.addObject().put("witness", witness).put("reason", why));
        put(json);
    }

    private void wrote(Output output) {
        if (output.dropped() > 0) {
            put(named("log-dropped").put("lines", output.dropped()));
        }
        for (OutputLine line : output.lines()) {
            put(
                    named("log")
                            .put("index", line.index())
                            .put("stream", line.stream() == OutputLine.Stream.OUT ? "out" : "err")
                            .put("time", line.time().toString())
                            .put("text", line.text()));
        }
    }

    private void reported(OrderEvent event) {
        switch (event) {
            case OrderEvent.BidPlaced bid ->
                    put(
                            named("bid")
                                    .put("provider", bid.provider().hex())
                                    .put("name", bid.providerName())
                                    .put("rate", micros(bid.price().rate().micros()))
                                    .put("rowsPerSecond", bid.rowsPerSecond()));
            case OrderEvent.BidDeclined declined ->
                    put(
                            named("declined")
                                    .put("provider", declined.provider().hex())
                                    .put("name", declined.providerName())
                                    .put("reason", declined.reason()));
            case OrderEvent.Awarded awarded -> {
                ObjectNode json =
                        named("awarded")
                                .put("lease", awarded.lease().hex())
                                .put("logIndex", awarded.document().index());
                ArrayNode ranking = json.putArray("ranking");
                awarded.ranking()
                        .forEach(
                                bid ->
                                        ranking.addObject()
                                                .put("provider", bid.provider().hex())
                                                .put("name", bid.providerName())
                                                .put("rate", micros(bid.price().rate().micros()))
                                                .put("reputation", bid.reputation())
                                                .put("score", bid.score()));
                put(json);
            }
            case OrderEvent.Locked locked ->
                    put(
                            named("locked")
                                    .put("lease", locked.lease().hex())
                                    .put("amount", micros(locked.amount().micros()))
                                    .put("denom", locked.denom().text()));
            case OrderEvent.AttemptChanged changed -> {
                ObjectNode json =
                        named("attempt")
                                .put("state", changed.state().name())
                                .put("detail", changed.detail());
                changed.cause()
                        .ifPresent(
                                cause ->
                                        json.put("cause", cause.name())
                                                .put("fault", cause.fault().name()));
                put(json);
            }
            case OrderEvent.Progressed progressed -> progress(progressed.progress());
            case OrderEvent.Fetching fetching ->
                    put(
                            named("fetching")
                                    .put("doneBytes", fetching.doneBytes())
                                    .put("totalBytes", fetching.totalBytes()));
            case OrderEvent.Opened _,
                    OrderEvent.ReceiptLogged _,
                    OrderEvent.ResultLogged _,
                    OrderEvent.VerdictLogged _,
                    OrderEvent.Settled _,
                    OrderEvent.Closed _ -> {}
        }
    }

    private void settled(RunEvent.Settled settled) {
        ObjectNode json =
                named("settled")
                        .put("owed", micros(settled.settlement().owed().micros()))
                        .put("denom", settled.settlement().denom().text())
                        .put("quantity", Long.toString(settled.settlement().quantity()));
        ArrayNode transfers = json.putArray("transfers");
        settled.settlement()
                .transfers()
                .forEach(
                        transfer ->
                                transfers
                                        .addObject()
                                        .put("purpose", transfer.purpose().name())
                                        .put("from", transfer.from())
                                        .put("to", transfer.to())
                                        .put("amount", micros(transfer.amount().micros())));
        put(json);
    }

    private static ObjectNode named(String event) {
        return CanonicalJson.object().put("event", event);
    }

    private static String micros(long micros) {
        return Long.toString(micros);
    }

    private void put(ObjectNode json) {
        out.println(json);
        out.flush();
    }

    private void progress(Progress progress) {
        throughput.report(
                progress.done(), progress.total(), Duration.ofNanos(System.nanoTime() - began));
        ObjectNode json =
                named("progress").put("done", progress.done()).put("total", progress.total());
        work.ifPresent(known -> json.put("of", Words.counted(known)));
        throughput.perSecond().ifPresent(rate -> json.put("perSecond", rate));
        progress.loss().ifPresent(loss -> json.put("loss", loss));
        put(json);
    }
}
