package dev.assay.agent.claims;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.assay.agent.FakeGpus;
import dev.assay.agent.journal.ClaimOutcome;
import dev.assay.agent.journal.ClaimTable;
import dev.assay.agent.journal.Journal;
import dev.assay.agent.journal.JournalException;
import dev.assay.agent.journal.JournaledClaim;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.runtime.device.GpuId;
import dev.assay.runtime.inventory.Standing;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;

/** Which claims are granted, and how each ends. */
@Timeout(60)
final class ClaimLedgerTest {
    @TempDir private Path folder;
    private final FakeGpus gpus = new FakeGpus(2);
    private Journal journal;
    private ClaimLedger ledger;

    @BeforeEach
    void open() throws Exception {
        start();
        for (int i = 0; i < 4; i++) {
            journal.begin(lease(i));
        }
    }

    /** As a process that starts finds it. */
    private void start() throws Exception {
        journal = Journal.open(folder.resolve("agent.db"), InstantSource.system());
        ledger = new ClaimLedger(journal.claims(), gpus);
    }

    private void restart() throws Exception {
        journal.close();
        start();
    }

    @AfterEach
    void close() {
        journal.close();
    }

    private static LeaseId lease(int number) {
        return new LeaseId(Digest.sha256(new byte[] {(byte) number}));
    }

    private List<GpuId> openGpus() throws Exception {
        return journal.claims().open().stream().map(JournaledClaim::gpu).toList();
    }

    private List<ClaimOutcome> outcomes(int lease) throws Exception {
        return journal.claims().all().stream()
                .filter(claim -> claim.lease().equals(lease(lease)))
                .map(claim -> claim.end().orElseThrow().outcome())
                .toList();
    }

    private void assertRefused(int lease, int count, String... words) {
        assertThatThrownBy(() -> ledger.claim(lease(lease), count))
                .isInstanceOfSatisfying(
                        ClaimException.class,
                        refusal ->
                                assertThat(refusal.code())
                                        .isEqualTo(ClaimException.Code.NOT_ENOUGH))
                .hasMessageContainingAll(words);
    }

    @Test
    void claim_ofFreeGpus_isInTheJournalUntilItEnds() throws Exception {
        GpuClaim claim = ledger.claim(lease(0), 2);
        assertThat(claim.gpus()).containsExactly(FakeGpus.gpu(0), FakeGpus.gpu(1));
        assertThat(openGpus()).isEqualTo(claim.gpus());
        claim.end(ClaimOutcome.RELEASED);
        assertThat(openGpus()).isEmpty();
        assertThat(outcomes(0)).containsExactly(ClaimOutcome.RELEASED, ClaimOutcome.RELEASED);
    }

    @Test
    void claim_ofNoGpu_asksNobodyAndLeavesNoTrace() throws Exception {
        GpuClaim claim = ledger.claim(lease(0), 0);
        assertThat(claim.gpus()).isEmpty();
        assertThat(ledger.isLost(claim)).isFalse();
        claim.end(ClaimOutcome.RELEASED);
        assertThat(gpus.looks()).isZero();
        assertThat(journal.claims().all()).isEmpty();
    }

    @Test
    void gpu_thatIsClaimed_isGrantedToNobodyElseUntilThatEnds() throws Exception {
        GpuClaim first = ledger.claim(lease(0), 1);
        GpuClaim second = ledger.claim(lease(1), 1);
        assertThat(second.gpus()).doesNotContainAnyElementsOf(first.gpus());
        assertRefused(2, 1, "needs 1 gpu; free: []");
        assertThat(ledger.stock().free()).isEmpty();
        assertThat(ledger.stock().size()).isEqualTo(2);
        first.end(ClaimOutcome.FAILED);
        assertThat(ledger.claim(lease(2), 1).gpus()).isEqualTo(first.gpus());
    }

    @Test
    void claim_ofMoreThanAreFree_takesNone() throws Exception {
        ledger.claim(lease(0), 1);
        assertRefused(1, 2, "needs 2 gpu", FakeGpus.gpu(1).uuid());
        assertThat(openGpus()).containsExactly(FakeGpus.gpu(0));
    }

    @Test
    void claim_endedTwice_isAnErrorOfTheProgram() throws Exception {
        GpuClaim claim = ledger.claim(lease(0), 1);
        claim.end(ClaimOutcome.RELEASED);
        GpuClaim next = ledger.claim(lease(1), 1);
        assertThatThrownBy(() -> claim.end(ClaimOutcome.FAILED))
                .isInstanceOf(IllegalStateException.class);
        assertThat(outcomes(0)).containsExactly(ClaimOutcome.RELEASED);
        assertThat(openGpus()).isEqualTo(next.gpus());
    }

    @Test
    void claim_endedBehindItsBack_isAnErrorOfTheProgram() throws Exception {
        GpuClaim claim = ledger.claim(lease(0), 1);
        ledger.reconcile(lease(0));
        assertThatThrownBy(() -> claim.end(ClaimOutcome.RELEASED))
                .isInstanceOf(IllegalStateException.class);
    }

    /** Whatever the program does wrong, the database holds no GPU twice. */
    @Test
    void secondOpenClaimOnAGpu_isRefusedByTheDatabase() throws Exception {
        ClaimTable table = journal.claims();
        table.open(lease(0), List.of(FakeGpus.gpu(0)));
        assertThatThrownBy(() -> table.open(lease(1), List.of(FakeGpus.gpu(1), FakeGpus.gpu(0))))
                .isInstanceOf(JournalException.class);
        assertThat(openGpus()).containsExactly(FakeGpus.gpu(0));
    }

    @Test
    void claim_ofALeaseThatIsNotInTheJournal_isRefused() {
        assertThatThrownBy(() -> ledger.claim(lease(9), 1)).isInstanceOf(JournalException.class);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "READY")
    void gpu_thatIsNotReady_isNotGranted(Standing standing) throws Exception {
        gpus.standing(0, standing);
        assertThat(ledger.stock().free()).containsExactly(FakeGpus.gpu(1));
        assertRefused(0, 2, FakeGpus.gpu(0).uuid() + ": it is " + standing.text());
    }

    @Test
    void gpu_thatAStrangersProcessUses_isNotGrantedUntilThatIsGone() throws Exception {
        gpus.processes(0, 4711, 4712);
        assertThat(ledger.claim(lease(0), 1).gpus()).containsExactly(FakeGpus.gpu(1));
        assertRefused(1, 1, FakeGpus.gpu(0).uuid() + ": process 4711 uses it");
        gpus.processes(0);
        assertThat(ledger.claim(lease(1), 1).gpus()).containsExactly(FakeGpus.gpu(0));
    }

    @Test
    void gpu_whoseUsersNvmlDoesNotTell_isNotGranted() throws Exception {
        gpus.refuseProcesses(0);
        assertRefused(0, 2, "NVML does not say who uses it");
    }

    /** What a claim explains is no stranger. */
    @Test
    void gpu_thatItsClaimsProcessUses_staysClaimed() throws Exception {
        GpuClaim claim = ledger.claim(lease(0), 1);
        gpus.processes(0, 4711);
        assertThat(ledger.stock().claimed()).isEqualTo(claim.gpus());
        assertThat(ledger.stock().barred()).isEmpty();
        assertThat(ledger.isLost(claim)).isFalse();
    }

    @Test
    void gpu_thatMigDivides_isGrantedByItsInstancesOnly() throws Exception {
        gpus.divide(0, 2);
        gpus.divide(1, 0);
        GpuStock stock = ledger.stock();
        assertThat(stock.free()).containsExactly(FakeGpus.instance(0, 0), FakeGpus.instance(0, 1));
        assertThat(stock.barred())
                .containsEntry(FakeGpus.gpu(1).uuid(), "it is divided by MIG and has no instance");
        assertRefused(0, 2, "needs 2 gpu");
        GpuClaim first = ledger.claim(lease(0), 1);
        gpus.processes(0, 4711);
        GpuClaim second = ledger.claim(lease(1), 1);
        assertThat(List.of(first.gpus().getFirst(), second.gpus().getFirst()))
                .containsExactly(FakeGpus.instance(0, 0), FakeGpus.instance(0, 1));
    }

    @Test
    void instances_ofAGpuThatAStrangerUses_areNotGranted() throws Exception {
        gpus.count(1);
        gpus.divide(0, 2);
        gpus.processes(0, 4711);
        assertRefused(0, 1, FakeGpus.instance(0, 1).uuid() + ": process 4711 uses it");
    }

    /** Wherever there is a whole one, a program gets that. */
    @Test
    void wholeGpus_areGrantedBeforeInstances() throws Exception {
        gpus.divide(0, 2);
        assertThat(ledger.claim(lease(0), 1).gpus()).containsExactly(FakeGpus.gpu(1));
        assertThat(ledger.claim(lease(1), 1).gpus()).containsExactly(FakeGpus.instance(0, 0));
    }

    @Test
    void gpu_thatIsGone_makesItsClaimLost() throws Exception {
        GpuClaim claim = ledger.claim(lease(0), 2);
        gpus.count(1);
        assertThat(ledger.isLost(claim)).isTrue();
        assertThat(ledger.stock().size()).isEqualTo(1);
        assertThat(ledger.stock().barred())
                .containsEntry(FakeGpus.gpu(1).uuid(), "it is claimed and not here");
    }

    @Test
    void claim_thatCannotBeWrittenDown_isNotGranted() throws Exception {
        journal.close();
        assertThatThrownBy(() -> ledger.claim(lease(0), 1)).isInstanceOf(JournalException.class);
        start();
        assertThat(openGpus()).isEmpty();
    }

    @Test
    void claimOfAnEarlierProcess_isCarriedOnWithTheSameGpus() throws Exception {
        ledger.claim(lease(0), 1);
        GpuClaim left = ledger.claim(lease(1), 1);
        restart();
        ledger.reconcile(Set.of(lease(1)));
        assertThat(openGpus()).isEqualTo(left.gpus());
        GpuClaim carried = ledger.carryOn(lease(1), 1);
        assertThat(carried.gpus()).isEqualTo(left.gpus());
        carried.end(ClaimOutcome.RELEASED);
        assertThat(outcomes(0)).containsExactly(ClaimOutcome.RECONCILED);
        assertThat(outcomes(1)).containsExactly(ClaimOutcome.RELEASED);
    }

    /** It was interrupted before it had claimed anything. */
    @Test
    void carryOn_ofALeaseWithoutAClaim_takesOne() throws Exception {
        assertThat(ledger.carryOn(lease(0), 1).gpus()).isEqualTo(openGpus()).hasSize(1);
    }

    @Test
    void claimOfAnEarlierProcess_whoseGpuIsGone_isLost() throws Exception {
        ledger.claim(lease(0), 2);
        restart();
        gpus.count(1);
        assertLostAtRestart(FakeGpus.gpu(1) + ": it is not here any more");
    }

    @Test
    void claimOfAnEarlierProcess_whoseGpuSomebodyElseUsesNow_isLost() throws Exception {
        ledger.claim(lease(0), 2);
        restart();
        gpus.processes(0, 4711);
        assertLostAtRestart(FakeGpus.gpu(0) + ": process 4711 uses it");
    }

    private void assertLostAtRestart(String message) throws Exception {
        ClaimException lost =
                catchThrowableOfType(ClaimException.class, () -> ledger.carryOn(lease(0), 2));
        assertThat(lost.code()).isEqualTo(ClaimException.Code.LOST);
        assertThat(lost).hasMessage(message);
        assertThat(outcomes(0)).containsOnly(ClaimOutcome.LOST).hasSize(2);
    }

    /** The other instance's work runs again already, and is no stranger's. */
    @Test
    void instances_ofOneGpu_areCarriedOnOneAfterTheOther() throws Exception {
        gpus.count(1);
        gpus.divide(0, 2);
        ledger.claim(lease(0), 1);
        ledger.claim(lease(1), 1);
        restart();
        ledger.carryOn(lease(0), 1);
        gpus.processes(0, 4711);
        assertThat(ledger.carryOn(lease(1), 1).gpus()).containsExactly(FakeGpus.instance(0, 1));
    }

    @Test
    void claims_byManyAtOnce_neverShareAGpu() throws Exception {
        gpus.count(5);
        List<LeaseId> leases = new ArrayList<>();
        for (int i = 10; i < 42; i++) {
            journal.begin(lease(i));
            leases.add(lease(i));
        }
        List<CompletableFuture<List<GpuId>>> granted = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (LeaseId lease : leases) {
                granted.add(CompletableFuture.supplyAsync(() -> grantedTo(lease), threads));
            }
        }
        List<GpuId> all = granted.stream().flatMap(got -> got.join().stream()).toList();
        assertThat(all).doesNotHaveDuplicates().hasSize(5);
        assertThat(openGpus()).containsExactlyInAnyOrderElementsOf(all);
    }

    private List<GpuId> grantedTo(LeaseId lease) {
        try {
            return ledger.claim(lease, 1).gpus();
        } catch (ClaimException e) {
            return List.of();
        } catch (JournalException e) {
            throw new AssertionError(e);
        }
    }
}
