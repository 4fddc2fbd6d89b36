package dev.assay.agent.jobs;

import dev.assay.agent.journal.Journal;
import dev.assay.agent.journal.JournalException;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.job.Work;
import dev.assay.protocol.usage.Usage;
import dev.assay.runtime.metering.UsageSample;
import dev.assay.verification.attest.UnitCommitments;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * What an attempt has finished and consumed, so that a receipt always sees one moment. It goes on
 * from where an earlier process stood: no unit is counted twice, and no quantity falls.
 *
 * <p>Finished units go to the journal in groups, so that writing them takes about one part in a
 * hundred of the time, and always before a receipt commits to them. A crash loses at most the units
 * since the last group, which are then done again. Thread-safe.
 */
final class UnitLedger {
    private static final int PAUSES_PER_WRITE = 100;

    private final LeaseId lease;
    private final Work work;
    private final Journal journal;
    private final Supplier<UsageSample> meter;
    private final UnitCommitments commitments;
    private final List<Digest> unwritten = new ArrayList<>();
    private long nextWrite = System.nanoTime();

    /**
     * A ledger that goes on from a past.
     *
     * @param meter counts from the past's usage on
     */
    UnitLedger(LeaseId lease, Work work, Journal journal, Supplier<UsageSample> meter, Past past) {
        this.lease = lease;
        this.work = work;
        this.journal = journal;
        this.meter = meter;
        this.commitments = new UnitCommitments(work);
        past.units().forEach(commitments::add);
    }

    /** The cumulative usage and the root over the units finished, at one moment. */
    record Moment(Usage usage, Digest unitRoot) {}

    /** How many units are finished. */
    synchronized int units() {
        return commitments.units();
    }

    /** Commits to the next unit. */
    synchronized void finished(Digest output) throws JournalException {
        commitments.add(output);
        unwritten.add(output);
        if (System.nanoTime() - nextWrite >= 0) {
            write();
        }
    }

    /** What a receipt says now; the units that it commits to are in the journal. */
    synchronized Moment now() throws JournalException {
        write();
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

    private void write() throws JournalException {
        if (unwritten.isEmpty()) {
            return;
        }
        long began = System.nanoTime();
        journal.finished(lease, commitments.units() - unwritten.size(), unwritten);
        unwritten.clear();
        long ended = System.nanoTime();
        nextWrite = ended + PAUSES_PER_WRITE * (ended - began);
    }
}
