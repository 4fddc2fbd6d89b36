package dev.assay.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.cli.tenant.RunEvent;
import dev.assay.cli.tenant.TenantException;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.market.OrderEvent;
import dev.assay.protocol.market.RankedBid;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.runtime.exact.ExactEngine;
import dev.assay.verification.audit.AuditReport;
import dev.assay.verification.audit.FolderAudit;
import dev.assay.verification.statement.SettlementPredicate;
import dev.assay.verification.statement.SettlementPredicate.Purpose;
import dev.assay.verification.statement.SettlementPredicate.Transfer;
import dev.assay.verification.statement.VerdictPredicate;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A job's way from order to settled escrow, with every role in this process. */
@Timeout(120)
final class LocalNetworkTest {
    @TempDir private Path folder;

    private final List<RunEvent> events = new ArrayList<>();

    @Test
    void exactJob_settled_dividesTheDepositToTheMicroUnit() throws Exception {
        Path job = Example.job(folder, 1_001);
        RunEvent.Ended ended = run(1, job);

        assertThat(ended.reason()).isEqualTo(CloseReason.DONE);
        SettlementPredicate settlement = only(RunEvent.Settled.class).settlement();
        // 1,001 rows at 0.35 per thousand: 0.350350; a fifth of it is the fee, 0.070070.
        assertThat(settlement.owed()).isEqualTo(MicroAmount.parse("0.350350"));
        assertThat(settlement.transfers().stream().map(LocalNetworkTest::brief))
                .containsExactlyInAnyOrder(
                        "PAYMENT provider 0.280280",
                        "FEE pool:community 0.028028",
                        "FEE pool:provider-subsidy 0.021021",
                        "FEE pool:stakers 0.014014",
                        "FEE pool:public-goods 0.007007",
                        "REFUND tenant 0.450450",
                        "BID_DEPOSIT provider 0.010000");
        Books books = Books.read(home());
        books.assertWhole();
        assertThat(books.micros("pool:community", "usdc")).isEqualTo(28_028);
        assertThat(books.micros("pool:public-goods", "usdc")).isEqualTo(7_007);
    }

    @Test
    void exactJob_evidence_passesTheAuditOfEveryUnit() throws Exception {
        RunEvent.Ended ended = run(1, Example.job(folder, 300));

        AuditReport report = audit(ended.evidence().orElseThrow());
        assertThat(report.passed()).as(report.toString()).isTrue();
        assertThat(report.toString()).contains("5 of 5 units replayed here");
        assertThat(ended.evidence().orElseThrow().resolveSibling("evidence.part")).doesNotExist();
    }

    @Test
    void exactJob_reported_tellsTheStoryInOrder() throws Exception {
        run(1, Example.job(folder, 300));

        List<String> story =
                events.stream()
                        .map(
                                event ->
                                        event instanceof RunEvent.Reported reported
                                                ? reported.event().getClass().getSimpleName()
                                                : event.getClass().getSimpleName())
                        .filter(name -> !name.equals("Progressed") && !name.equals("Replayed"))
                        .distinct()
                        .toList();
        assertThat(story)
                .containsExactly(
                        "Opened",
                        "Ordered",
                        "BidPlaced",
                        "Awarded",
                        "Locked",
                        "AttemptChanged",
                        "ReceiptLogged",
                        "Receipt",
                        "ResultLogged",
                        "ResultReady",
                        "Audited",
                        "VerdictLogged",
                        "Settled",
                        "Closed",
                        "Ended");
        assertThat(only(RunEvent.Audited.class).verdict().outcome())
                .isEqualTo(VerdictPredicate.Outcome.PASS);
    }

    @Test
    void predictions_written_haveOneLineARowAndTheTrueLabels() throws Exception {
        run(1, Example.job(folder, 300));

        RunEvent.ResultReady ready = only(RunEvent.ResultReady.class);
        List<String> lines = Files.readAllLines(ready.predictions());
        assertThat(lines.getFirst()).isEqualTo("row,prediction,score,label");
        assertThat(lines).hasSize(301);
        List<String> input = Example.rows(300);
        long right = 0;
        for (int row = 0; row < 300; row++) {
            String[] columns = lines.get(row + 1).split(",", -1);
            String label = input.get(row).substring(input.get(row).lastIndexOf(',') + 1);
            assertThat(columns[3]).isEqualTo(label);
            right += columns[1].equals(label) ? 1 : 0;
        }
        assertThat(ready.correct()).contains(right);
        assertThat(right).isGreaterThan(285);
    }

    @Test
    void threeAgents_bid_cheapestWinsAndEveryDepositReturns() throws Exception {
        run(3, Example.job(folder, 100));

        OrderEvent.Awarded awarded =
                events.stream()
                        .filter(RunEvent.Reported.class::isInstance)
                        .map(event -> ((RunEvent.Reported) event).event())
                        .filter(OrderEvent.Awarded.class::isInstance)
                        .map(OrderEvent.Awarded.class::cast)
                        .findFirst()
                        .orElseThrow();
        assertThat(awarded.ranking().stream().map(RankedBid::providerName))
                .containsExactly("alder", "birch", "cedar");
        assertThat(awarded.ranking().stream().map(bid -> bid.price().rate().toString()))
                .containsExactly("0.350000", "0.385000", "0.420000");
        Books books = Books.read(home());
        books.assertWhole();
        assertThat(books.bids().values()).containsExactlyInAnyOrder("WON", "LOST", "LOST");
        for (RankedBid loser : awarded.ranking().subList(1, 3)) {
            assertThat(books.micros("provider:" + loser.provider().hex(), "usdc"))
                    .as("the loser has what it came with")
                    .isEqualTo(1_000_000_000_000L);
        }
    }

    @Test
    void pytorchJob_run_passesAndLeavesNoProcessBehind() throws Exception {
        List<Long> before = children();
        Path job = Example.edited(folder, 300, "engine: exact", "engine: pytorch");
        RunEvent.Ended ended = run(1, job);

        assertThat(ended.reason()).as(ended.detail()).isEqualTo(CloseReason.DONE);
        assertThat(only(RunEvent.Audited.class).verdict().method())
                .isEqualTo(VerdictPredicate.Method.TOLERANT_REPLAY);
        AuditReport report = audit(ended.evidence().orElseThrow());
        assertThat(report.passed()).as(report.toString()).isTrue();
        assertThat(children()).as("the runner has ended").isEqualTo(before);
        Books.read(home()).assertWhole();
    }

    @Test
    void timePricedJob_run_isBilledByTheLastReceiptsWallTime() throws Exception {
        Path job = Example.edited(folder, 300, "per: 1000-rows", "per: cpu-hour");
        RunEvent.Ended ended = run(1, job);

        assertThat(ended.reason()).isEqualTo(CloseReason.DONE);
        SettlementPredicate settlement = only(RunEvent.Settled.class).settlement();
        long wall =
                events.stream()
                        .filter(RunEvent.Receipt.class::isInstance)
                        .map(RunEvent.Receipt.class::cast)
                        .toList()
                        .getLast()
                        .usage()
                        .wall()
                        .toMillis();
        assertThat(settlement.quantity()).isEqualTo(2 * wall);
        assertThat(settlement.owed().micros()).isEqualTo(40_000 * 2 * wall / 3_600_000);
        AuditReport report = audit(ended.evidence().orElseThrow());
        assertThat(report.passed()).as(report.toString()).isTrue();
        Books.read(home()).assertWhole();
    }

    @Test
    void jobBeyondTheMachine_run_findsNoBidsAndReturnsTheDeposit() throws Exception {
        RunEvent.Ended ended = run(2, Example.edited(folder, 10, "memory: 512Mi", "memory: 9Gi"));

        assertThat(ended.reason()).isEqualTo(CloseReason.NO_BIDS);
        assertThat(ended.evidence()).isEmpty();
        assertThat(declines())
                .hasSize(2)
                .allMatch(reason -> reason.startsWith("needs 2 cpu, 9216 MiB memory"));
        assertTenantIsWhole();
    }

    @Test
    void priceBelowEveryRate_run_findsNoBidsAndSaysWhatIsAsked() throws Exception {
        RunEvent.Ended ended = run(2, Example.edited(folder, 10, "\"0.80\"", "\"0.000001\""));

        assertThat(ended.reason()).isEqualTo(CloseReason.NO_BIDS);
        assertThat(declines())
                .containsExactlyInAnyOrder(
                        "asks 0.350000, above the maximum of 0.000001",
                        "asks 0.385000, above the maximum of 0.000001");
        assertTenantIsWhole();
    }

    @Test
    void deadlineThatPassesDuringTheWork_run_failsByTheProviderAndPaysNothing() throws Exception {
        Path job = Example.edited(folder, 2_000, "deadline: 10m", "deadline: 1s");
        Files.writeString(job, Files.readString(job).replace("per: 1000-rows", "per: cpu-hour"));
        Files.write(job.resolveSibling("digits.csv"), copies(Example.rows(2_000), 100));
        RunEvent.Ended ended = run(1, job);

        assertThat(ended.reason()).isEqualTo(CloseReason.FAILED);
        assertThat(ended.cause()).contains(Cause.DEADLINE);
        assertThat(only(RunEvent.Settled.class).settlement().owed()).isEqualTo(MicroAmount.ZERO);
        Books.read(home()).assertWhole();
        AuditReport report = audit(ended.evidence().orElseThrow());
        assertThat(report.passed()).as(report.toString()).isTrue();
    }

    @Test
    void deadlineInThePast_place_isRefusedWithTheInstant() throws Exception {
        Path job =
                Example.edited(folder, 10, "deadline: 10m", "deadline: \"2001-02-03T04:05:06Z\"");
        try (LocalRun local = LocalRun.open(home(), 1)) {
            assertThatThrownBy(() -> local.place(job))
                    .isInstanceOf(TenantException.class)
                    .hasMessage(
                            "deadline: 2001-02-03T04:05:06Z is in the past; choose a later one, or"
                                    + " a duration such as 10m");
            assertThat(local.tenant().open().all()).isEmpty();
        }
        Books.read(home()).assertWhole();
    }

    @Test
    void depositBeyondAnyAmount_place_isRefusedAndNothingIsLeftOpen() throws Exception {
        Path job = Example.edited(folder, 2_000, "max: \"0.80\"", "max: \"9000000000000\"");
        try (LocalRun local = LocalRun.open(home(), 1)) {
            assertThatThrownBy(() -> local.place(job))
                    .isInstanceOf(TenantException.class)
                    .hasMessage(
                            "price.max: the deposit for this job would be too large an amount;"
                                    + " lower the price");
            assertThat(local.tenant().open().all()).isEmpty();
        }
        Books.read(home()).assertWhole();
    }

    @Test
    void secondHomeOwner_open_isRefusedWhileTheFirstHoldsIt() throws Exception {
        try (LocalRun _ = LocalRun.open(home(), 1)) {
            assertThatThrownBy(() -> LocalRun.open(home(), 1))
                    .hasMessage(
                            home()
                                    + " is in use by another assay process; wait for it, or set"
                                    + " ASSAY_HOME to another directory");
        }
        LocalRun.open(home(), 1).close();
    }

    private Path home() {
        return folder.resolve("home");
    }

    private RunEvent.Ended run(int agents, Path job) throws Exception {
        try (LocalRun local = LocalRun.open(home(), agents)) {
            RunEvent.Ended ended = local.run(job, events::add);
            local.network().checkBooks();
            assertThat(local.tenant().open().all()).isEmpty();
            return ended;
        }
    }

    private <T extends RunEvent> T only(Class<T> kind) {
        List<T> found = events.stream().filter(kind::isInstance).map(kind::cast).toList();
        assertThat(found).as(kind.getSimpleName()).hasSize(1);
        return found.getFirst();
    }

    private List<String> declines() {
        return events.stream()
                .filter(RunEvent.Reported.class::isInstance)
                .map(event -> ((RunEvent.Reported) event).event())
                .filter(OrderEvent.BidDeclined.class::isInstance)
                .map(event -> ((OrderEvent.BidDeclined) event).reason())
                .toList();
    }

    private void assertTenantIsWhole() throws Exception {
        Books books = Books.read(home());
        books.assertWhole();
        assertThat(books.accounts())
                .allSatisfy(
                        (account, micros) -> {
                            if (account.startsWith("tenant:")) {
                                assertThat(micros).as(account).isEqualTo(1_000_000_000_000L);
                            }
                        });
    }

    static AuditReport audit(Path evidence) {
        try (ExactEngine exact = new ExactEngine(2)) {
            return new FolderAudit(exact, FolderAudit.Extent.ALL, _ -> {}).audit(evidence);
        }
    }

    private static String brief(Transfer transfer) {
        String to =
                transfer.purpose() == Purpose.FEE ? transfer.to() : transfer.to().split(":", -1)[0];
        return transfer.purpose() + " " + to + " " + transfer.amount();
    }

    private static List<String> copies(List<String> rows, int times) {
        return Stream.generate(() -> rows).limit(times).flatMap(List::stream).toList();
    }

    private static List<Long> children() {
        return ProcessHandle.current().children().map(ProcessHandle::pid).sorted().toList();
    }
}
