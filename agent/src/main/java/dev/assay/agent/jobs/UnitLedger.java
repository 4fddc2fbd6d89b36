package dev.assay.agent.jobs;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.Work;
import dev.assay.protocol.usage.Usage;
import dev.assay.runtime.metering.UsageSample;
import dev.assay.verification.attest.UnitCommitments;

import java.util.function.Supplier;

/**
 * What an attempt has finished and consumed, so that a receipt always sees one moment. Thread-safe.
 */
final class UnitLedger {
    private final Work work;
    private final Supplier<UsageSample> meter;
    private final UnitCommitments commitments;

    UnitLedger(Work work, Supplier<UsageSample> meter) {
        this.work = work;
        this.meter = meter;
        this.commitments = new UnitCommitments(work);
    }

    /** The cumulative usage and the root over the units finished, at one moment. */
    record Moment(Usage usage, Digest unitRoot) {}

    /** Commits to the next unit. */
    synchronized void finished(Digest output) {
        commitments.add(output);
    }

    synchronized Moment now() {
        int units = commitments.units();
        UsageSample sample = meter.get();
        Usage usage =
                new Usage(
                        sample.wall(),
                        sample.cpu(),
                        sample.peakMemoryBytes(),
                        sample.gpu(),
                        work.rows(units),
                        work.steps(units),
                        units);
        return new Moment(usage, commitments.root());
    }
}
