package dev.assay.agent.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.FakeEngines;
import dev.assay.agent.FakeGpus;
import dev.assay.agent.FakeMarket;
import dev.assay.agent.JournalFile;
import dev.assay.agent.Rig;
import dev.assay.agent.journal.Journal;
import dev.assay.agent.journal.JournaledAttempt;
import dev.assay.protocol.job.EngineName;
import dev.assay.protocol.job.JobSpec;
import dev.assay.protocol.job.Resources;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.MarketMessage.Award;
import dev.assay.verification.attest.AttestedResult;
import dev.assay.verification.attest.ReceiptChain;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.ResultPredicate;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Attempts that are interrupted and go on: the journal is copied at every message that an attempt
 * sends and before every unit, each copy being what a kill would have left there, and an attempt
 * goes on from each.
 */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class ResumeTest {
    private static final Resources ONE_GPU = new Resources(1, 64 << 20, 1 << 20, 1);

    @TempDir private Path folder;
    private final FakeEngines engines = new FakeEngines();
    private final FakeGpus gpus = new FakeGpus(2);
    private Rig rig;

    @BeforeEach
    void open() throws Exception {
        rig = new Rig(folder);
        rig.gpus(gpus);
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    private JobSpec inference() {
        return rig.spec(ONE_GPU, Rig.price(350_000));
    }

    private JobSpec training() throws Exception {
        return rig.spec(ONE_GPU, Rig.price(350_000), rig.training(EngineName.EXACT));
    }

    private Attempt attempt(Award award, Past past, Journal journal, FakeMarket market)
            throws Exception {
        Attempt attempt =
                new Attempt(
                        rig.assignment(award),
                        past,
                        rig.workplace(journal, engines, Duration.ofMillis(1)),
                        market);
        market.serve(attempt);
        return attempt;
    }

    /** Runs an attempt to its end; what a kill at each moment would have left. */
    private List<Path> interrupted(Award award, FakeMarket market) throws Exception {
        List<Path> copies = new ArrayList<>();
        rig.journal.begin(award.lease());
        copies.add(copy(copies.size()));
        market.react(
                _ -> {
                    keep(copies);
                    return false;
                });
        engines.beforeUnit = () -> keep(copies);
        attempt(award, Past.NONE, rig.journal, market).run();
        engines.beforeUnit = () -> {};
        assertThat(market.last().state()).as(market.last().detail()).isEqualTo(AttemptState.DONE);
        return copies;
    }

    private synchronized void keep(List<Path> copies) {
        try {
            copies.add(copy(copies.size()));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private Path copy(int number) throws Exception {
        Path copy = folder.resolve("copy-" + number + ".db");
        rig.written.copyTo(copy);
        return copy;
    }

    private void assertEachGoesOn(JobSpec spec, Set<AttemptState> from) throws Exception {
        Award award = rig.award(spec);
        FakeMarket first = new FakeMarket();
        List<Path> copies = interrupted(award, first);
        ResultPredicate whole = result(award, first);
        Set<AttemptState> seen = new LinkedHashSet<>();
        for (Path copy : copies) {
            try (Journal journal = Journal.open(copy, rig.clock)) {
                JournaledAttempt left = journal.find(award.lease()).orElseThrow();
                if (left.result().isPresent()) {
                    continue; // Recovery's
                }
                seen.add(left.state());
                assertGoesOn(award, left, journal, whole);
            }
        }
        assertThat(seen).containsExactlyInAnyOrderElementsOf(from);
    }

    private void assertGoesOn(
            Award award, JournaledAttempt left, Journal journal, ResultPredicate whole)
            throws Exception {
        Past past = Past.read(journal, award.lease(), left.state(), rig.provider.verifyingKey());
        FakeMarket market = new FakeMarket();
        attempt(award, past, journal, market).run();

        assertThat(market.states())
                .as(market.last().detail())
                .containsExactly(
                        AttemptState.RECOVERING,
                        AttemptState.RUNNING,
                        AttemptState.FINISHING,
                        AttemptState.ATTESTING,
                        AttemptState.DONE);
        assertThat(market.receipts().subList(0, past.receipts().size())).isEqualTo(past.receipts());
        ResultPredicate resumed = result(award, market);
        assertThat(resumed.unitRoot()).isEqualTo(whole.unitRoot());
        assertThat(resumed.output()).isEqualTo(whole.output());
        assertThat(journal.finished(award.lease())).hasSize(Rig.UNITS);
        assertThat(journal.claims().open()).isEmpty();
        assertThat(journal.claims().all()).hasSize(1);
    }

    /** The result, after every receipt was verified in its chain, and the result against that. */
    private ResultPredicate result(Award award, FakeMarket market) throws Exception {
        ReceiptChain chain = new ReceiptChain(rig.verified(award), rig.provider.verifyingKey());
        for (Bytes receipt : market.receipts()) {
            chain.append(Envelope.parse(receipt.toArray()), Instant.now());
        }
        return AttestedResult.verify(
                        Envelope.parse(market.results().getFirst().toArray()),
                        rig.provider.verifyingKey(),
                        rig.verified(award),
                        chain.head().orElseThrow())
                .result();
    }

    private static final Set<AttemptState> EVERY_STATE =
            Set.of(
                    AttemptState.ASSIGNED,
                    AttemptState.PREPARING,
                    AttemptState.RUNNING,
                    AttemptState.FINISHING,
                    AttemptState.ATTESTING);

    @Test
    void inference_interruptedAtAnyMoment_goesOnToTheSameResult() throws Exception {
        assertEachGoesOn(inference(), EVERY_STATE);
    }

    @Test
    void training_interruptedAtAnyMoment_goesOnToTheSameResult() throws Exception {
        assertEachGoesOn(training(), EVERY_STATE);
    }

    /** Interrupted while it was recovering. */
    @Test
    void attempt_interruptedTwice_goesOn() throws Exception {
        Award award = rig.award(inference());
        FakeMarket first = new FakeMarket();
        List<Path> copies = interrupted(award, first);
        Path midway = copies.get(copies.size() / 2);
        try (Journal journal = Journal.open(midway, rig.clock)) {
            JournaledAttempt left = journal.find(award.lease()).orElseThrow();
            journal.state(award.lease(), AttemptState.RECOVERING, Optional.empty(), "");
            JournaledAttempt again = journal.find(award.lease()).orElseThrow();
            assertThat(again.state()).isNotEqualTo(left.state());
            assertGoesOn(award, again, journal, result(award, first));
        }
    }

    /** Resumes from where every unit is in the journal, and no result. */
    private FakeMarket resumedWith(JobSpec spec, String change) throws Exception {
        Award award = rig.award(spec);
        List<Path> copies = interrupted(award, new FakeMarket());
        Path last = null;
        for (Path copy : copies) {
            try (Journal journal = Journal.open(copy, rig.clock)) {
                if (journal.finished(award.lease()).size() == spec.work().units()
                        && journal.find(award.lease()).orElseThrow().result().isEmpty()) {
                    last = copy;
                }
            }
        }
        try (JournalFile file = new JournalFile(last)) {
            file.change(change);
        }
        FakeMarket market = new FakeMarket();
        try (Journal journal = Journal.open(last, rig.clock)) {
            Past past =
                    Past.read(
                            journal,
                            award.lease(),
                            journal.find(award.lease()).orElseThrow().state(),
                            rig.provider.verifyingKey());
            attempt(award, past, journal, market).run();
            assertThat(journal.claims().open()).isEmpty();
        }
        return market;
    }

    private static void assertFailed(FakeMarket market, String message) {
        assertThat(market.last().state()).isEqualTo(AttemptState.FAILED);
        assertThat(market.last().cause()).contains(Cause.AGENT_RESTARTED);
        assertThat(market.last().detail()).contains(message);
        assertThat(market.results()).isEmpty();
    }

    @Test
    void unit_thatComesOutOtherwiseThanBefore_failsTheAttempt() throws Exception {
        FakeMarket market =
                resumedWith(
                        inference(),
                        "UPDATE unit SET output = 'sha256:"
                                + "0".repeat(64)
                                + "' WHERE number = 1");
        assertFailed(market, "unit 1 was sha256:000");
    }

    @Test
    void trainingCheckpoint_thatIsGone_failsTheAttempt() throws Exception {
        FakeMarket market =
                resumedWith(
                        training(),
                        "UPDATE unit SET output = 'sha256:"
                                + "0".repeat(64)
                                + "' WHERE number = 2");
        assertFailed(market, "the training cannot go on from its last checkpoint");
    }

    @Test
    void trainingCheckpoint_ofAnotherStep_failsTheAttempt() throws Exception {
        FakeMarket market =
                resumedWith(
                        training(),
                        "UPDATE unit SET output = (SELECT output FROM unit WHERE number = 0) WHERE"
                                + " number = 2");
        assertFailed(market, "is of step 2");
    }

    @Test
    void gpu_thatIsGoneAfterTheRestart_failsTheAttempt() throws Exception {
        Award award = rig.award(inference());
        List<Path> copies = interrupted(award, new FakeMarket());
        gpus.count(0);
        FakeMarket market = new FakeMarket();
        try (Journal journal = Journal.open(copies.get(copies.size() / 2), rig.clock)) {
            Past past =
                    Past.read(
                            journal,
                            award.lease(),
                            journal.find(award.lease()).orElseThrow().state(),
                            rig.provider.verifyingKey());
            attempt(award, past, journal, market).run();
            assertThat(market.last().state()).isEqualTo(AttemptState.FAILED);
            assertThat(market.last().detail())
                    .contains(FakeGpus.gpu(0) + ": it is not here any more");
            assertThat(journal.claims().open()).isEmpty();
        }
    }
}
