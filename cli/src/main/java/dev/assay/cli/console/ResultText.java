package dev.assay.cli.console;

import dev.assay.cli.tenant.RunEvent;
import dev.assay.protocol.job.ContainerResult;
import dev.assay.verification.statement.VerdictPredicate;

import java.util.Locale;

/** What came of a job, where its files lie, and what the audit found. Not thread-safe. */
record ResultText(Terminal terminal, LabelledLines lines) {
    private static final int MOST_FAILURES = 10;

    void predicted(RunEvent.ResultReady ready) {
        lines.say(
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
        lines.say("", ready.predictions().toString());
    }

    void trained(RunEvent.ModelReady ready) {
        lines.say(
                "result",
                "trained in "
                        + Words.count(ready.steps(), "step")
                        + String.format(Locale.ROOT, ", last loss %.4f", ready.loss()));
        lines.say("", ready.model().toString());
    }

    void ran(RunEvent.ContainersReady ready) {
        long done = ready.result().units().stream().filter(ContainerResult.Unit::done).count();
        int all = ready.result().units().size();
        lines.say(
                "result",
                (done == all
                                ? terminal.good("all done")
                                : terminal.bad((all - done) + " of " + all + " not done"))
                        + "  image "
                        + ready.result().image().brief());
        ready.result().units().stream()
                .filter(unit -> !unit.done())
                .limit(MOST_FAILURES)
                .forEach(
                        unit ->
                                lines.say(
                                        "",
                                        "container "
                                                + unit.index()
                                                + "  "
                                                + (unit.cause().equals("exit_code")
                                                        ? "ended with exit code " + unit.exitCode()
                                                        : unit.cause().replace('_', ' '))));
        lines.say("", ready.outputs().toString());
    }

    void audited(RunEvent.Audited audited) {
        VerdictPredicate verdict = audited.verdict();
        String outcome =
                verdict.outcome() == VerdictPredicate.Outcome.PASS
                        ? terminal.good("PASS")
                        : terminal.bad(verdict.outcome().name());
        String how =
                switch (verdict.method()) {
                    case EXACT_REPLAY -> "replayed here bit for bit";
                    case TOLERANT_REPLAY -> "replayed here within the tolerance";
                    case CONTENTS -> "files complete (nothing was computed again)";
                };
        lines.say(
                "audit",
                outcome
                        + "  "
                        + verdict.drawn().size()
                        + " of "
                        + Words.count(audited.units(), "unit")
                        + " drawn after the result was logged, "
                        + how
                        + " in "
                        + Words.time(audited.took()));
        if (verdict.outcome() != VerdictPredicate.Outcome.PASS) {
            lines.say("", verdict.detail());
        }
    }
}
