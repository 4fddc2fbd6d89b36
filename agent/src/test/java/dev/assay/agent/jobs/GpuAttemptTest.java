package dev.assay.agent.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.FakeEngines;
import dev.assay.agent.FakeGpus;
import dev.assay.agent.FakeMarket;
import dev.assay.agent.Rig;
import dev.assay.agent.journal.ClaimOutcome;
import dev.assay.agent.journal.JournaledClaim;
import dev.assay.models.engine.EngineException;
import dev.assay.protocol.job.Resources;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.MarketMessage.Award;
import dev.assay.runtime.device.GpuId;
import dev.assay.runtime.inventory.Standing;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.UsagePredicate;
import dev.assay.verification.statement.UsagePredicate.Device;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An attempt that holds GPUs: from its claim to the claim's end, however it ends. */
@Timeout(60)
final class GpuAttemptTest {
    private static final Resources TWO_GPUS = new Resources(1, 64 << 20, 1 << 20, 2);

    @TempDir private Path folder;
    private final FakeEngines engines = new FakeEngines();
    private final FakeMarket market = new FakeMarket();
    private final FakeGpus gpus = new FakeGpus(3);
    private Rig rig;
    private Award award;
    private Attempt attempt;

    @BeforeEach
    void open() throws Exception {
        rig = new Rig(folder);
        rig.gpus(gpus);
        award = rig.award(rig.spec(TWO_GPUS, Rig.price(350_000)));
        attempt = rig.attempt(rig.begun(award), engines, Rig.NEVER, market);
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    private List<GpuId> openClaims() throws Exception {
        return rig.journal.claims().open().stream().map(JournaledClaim::gpu).toList();
    }

    private void assertEnded(AttemptState state, ClaimOutcome outcome) throws Exception {
        assertThat(market.last().state()).as(market.last().detail()).isEqualTo(state);
        assertThat(rig.journal.claims().all())
                .hasSize(2)
                .allSatisfy(
                        claim ->
                                assertThat(claim.end().orElseThrow().outcome()).isEqualTo(outcome));
    }

    @Test
    void attempt_withGpus_holdsThemFromBeforeItsEngineOpensUntilAfterItCloses() throws Exception {
        List<List<GpuId>> seen = new ArrayList<>();
        FakeEngines.Step look =
                () -> {
                    try {
                        seen.add(openClaims());
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                };
        engines.beforeOpen = look;
        engines.atUnload = look;
        attempt.run();
        List<GpuId> claimed = List.of(FakeGpus.gpu(0), FakeGpus.gpu(1));
        assertThat(seen).containsExactly(claimed, claimed);
        assertThat(engines.gpus).containsExactly(claimed);
        assertEnded(AttemptState.DONE, ClaimOutcome.RELEASED);
    }

    @Test
    void receipts_ofAnAttemptWithGpus_nameThem() throws Exception {
        attempt.run();
        for (Bytes receipt : market.receipts()) {
            UsagePredicate usage =
                    SignedStatement.verify(
                                    Envelope.parse(receipt.toArray()),
                                    rig.provider.verifyingKey(),
                                    UsagePredicate.class)
                            .predicate();
            assertThat(usage.resources().subList(1, 3))
                    .containsExactly(
                            new Device(FakeGpus.gpu(0).uuid(), "gpu"),
                            new Device(FakeGpus.gpu(1).uuid(), "gpu"));
        }
    }

    @Test
    void attempt_thatFails_releasesItsGpusBeforeTheMarketHearsOfIt() throws Exception {
        engines.beforeUnit =
                () -> {
                    throw new EngineException(EngineException.Code.FAILED, "broken");
                };
        List<GpuId> whenTold = new ArrayList<>(List.of(FakeGpus.gpu(9)));
        market.react(
                message -> {
                    if (!market.states().isEmpty() && market.last().state().isFinal()) {
                        try {
                            whenTold.clear();
                            whenTold.addAll(openClaims());
                        } catch (Exception e) {
                            throw new AssertionError(e);
                        }
                    }
                    return false;
                });
        attempt.run();
        assertThat(whenTold).isEmpty();
        assertEnded(AttemptState.FAILED, ClaimOutcome.FAILED);
    }

    @Test
    void attempt_thatIsCancelled_releasesItsGpus() throws Exception {
        engines.beforeLoad = () -> attempt.cancel(Cause.CANCELLED);
        attempt.run();
        assertEnded(AttemptState.CANCELLED, ClaimOutcome.RELEASED);
    }

    @Test
    void attempt_thatMetsAnUnexpectedError_releasesItsGpus() throws Exception {
        engines.beforeUnit =
                () -> {
                    throw new IllegalStateException("odd");
                };
        attempt.run();
        assertEnded(AttemptState.FAILED, ClaimOutcome.FAILED);
    }

    @Test
    void attempt_whoseGpuFellOffTheBus_losesItsClaim() throws Exception {
        engines.beforeUnit =
                () -> {
                    gpus.standing(1, Standing.UNHEALTHY);
                    throw new EngineException(EngineException.Code.FAILED, "no device");
                };
        attempt.run();
        assertEnded(AttemptState.FAILED, ClaimOutcome.LOST);
    }

    @Test
    void attempt_forWhichThereAreTooFewGpus_failsAndSaysWhy() throws Exception {
        gpus.processes(1, 4711);
        gpus.processes(2, 4711);
        attempt.run();
        assertThat(market.last().state()).isEqualTo(AttemptState.FAILED);
        assertThat(market.last().detail()).contains("needs 2 gpu", "process 4711 uses it");
        assertThat(engines.steps).isEmpty();
        assertThat(rig.journal.claims().all()).isEmpty();
    }

    @Test
    void claim_whoseEndCannotBeWrittenDown_keepsItsGpusFromOthers() throws Exception {
        rig.written.failOn("UPDATE ON claim");
        attempt.run();
        assertThat(market.last().state()).isEqualTo(AttemptState.DONE);
        assertThat(rig.workplace(engines, Rig.NEVER).claims().stock().free())
                .containsExactly(FakeGpus.gpu(2));
    }
}
