package dev.assay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.cli.tenant.OpenOrders.OpenOrder;
import dev.assay.cli.tenant.RunEvent;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.OrderEvent;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.verification.audit.AuditReport;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The tenant ends the order at each thing it hears of: before there is a result the work stops and
 * the deposit comes back; after it the verdict decides. Never is an order left open or money
 * locked.
 */
@Timeout(60)
final class CancellationTest {
    /** When the tenant cancels, and whether that is still early enough to count. */
    @SuppressWarnings("ImmutableEnumChecker") // the predicates are lambdas without state
    enum Moment {
        OPENED(reported(OrderEvent.Opened.class), true),
        BID(reported(OrderEvent.BidPlaced.class), true),
        AWARDED(reported(OrderEvent.Awarded.class), true),
        LOCKED(reported(OrderEvent.Locked.class), true),
        PREPARING(attempt(AttemptState.PREPARING), true),
        RUNNING(attempt(AttemptState.RUNNING), true),
        FIRST_RECEIPT(event -> event instanceof RunEvent.Receipt, true),
        PROGRESS(reported(OrderEvent.Progressed.class), true),
        FINISHING(attempt(AttemptState.FINISHING), true),
        ATTESTING(attempt(AttemptState.ATTESTING), true),
        RESULT_LOGGED(reported(OrderEvent.ResultLogged.class), false),
        DONE(attempt(AttemptState.DONE), false),
        REPLAYED(event -> event instanceof RunEvent.Replayed, false),
        AUDITED(event -> event instanceof RunEvent.Audited, false),
        VERDICT_LOGGED(reported(OrderEvent.VerdictLogged.class), false),
        SETTLED(reported(OrderEvent.Settled.class), false),
        CLOSED(reported(OrderEvent.Closed.class), false);

        private final Predicate<RunEvent> event;
        private final boolean early;

        Moment(Predicate<RunEvent> event, boolean early) {
            this.event = event;
            this.early = early;
        }

        private static Predicate<RunEvent> reported(Class<? extends OrderEvent> kind) {
            return event ->
                    event instanceof RunEvent.Reported reported
                            && kind.isInstance(reported.event());
        }

        private static Predicate<RunEvent> attempt(AttemptState state) {
            return event ->
                    event instanceof RunEvent.Reported(OrderEvent.AttemptChanged changed)
                            && changed.state() == state;
        }
    }

    @TempDir private Path folder;

    private final List<RunEvent> events = new ArrayList<>();

    @ParameterizedTest
    @EnumSource
    void order_cancelledByTheFollowersOwnThread_endsWhole(Moment moment) throws Exception {
        cancelAt(moment, Runnable::run);
    }

    @ParameterizedTest
    @EnumSource
    void order_cancelledFromAnotherThread_endsWhole(Moment moment) throws Exception {
        cancelAt(moment, Thread::startVirtualThread);
    }

    private void cancelAt(Moment moment, Consumer<Runnable> executor) throws Exception {
        Path home = folder.resolve("home");
        Path job = Example.job(folder, 2_000);
        RunEvent.Ended ended;
        Optional<MarketException> refusal;
        try (LocalRun local = LocalRun.open(home, 2)) {
            OpenOrder order = local.place(job);
            CompletableFuture<Optional<MarketException>> cancelled = new CompletableFuture<>();
            ended =
                    local.tenant()
                            .follow(
                                    order,
                                    event -> {
                                        boolean first = events.stream().noneMatch(moment.event);
                                        events.add(event);
                                        if (first && moment.event.test(event)) {
                                            executor.accept(() -> cancel(local, order, cancelled));
                                        }
                                    });
            assertThat(events).as("the moment came").anyMatch(moment.event);
            refusal = cancelled.get();
            local.network().checkBooks();
            assertThat(local.tenant().open().all()).isEmpty();
        }
        Books.read(home).assertWhole();
        if (refusal.isEmpty()) {
            assertEndedByTheTenant(ended);
            assertThat(moment.early).as("a cancellation after the result is refused").isTrue();
        } else {
            assertThat(refusal.get().code()).isEqualTo(MarketException.Code.TOO_LATE);
            assertThat(ended.reason()).isEqualTo(CloseReason.DONE);
        }
        assertEvidenceStands(ended);
    }

    private void assertEndedByTheTenant(RunEvent.Ended ended) {
        assertThat(ended.reason()).as(ended.detail()).isEqualTo(CloseReason.OWNER);
        assertThat(ended.cause()).contains(Cause.CANCELLED);
        assertThat(events)
                .as("rows that were not verified are not paid")
                .filteredOn(RunEvent.Settled.class::isInstance)
                .allSatisfy(
                        event ->
                                assertThat(((RunEvent.Settled) event).settlement().owed())
                                        .isEqualTo(MicroAmount.ZERO));
    }

    private static void assertEvidenceStands(RunEvent.Ended ended) {
        if (ended.evidence().isPresent()) {
            AuditReport report = LocalNetworkTest.audit(ended.evidence().get());
            assertThat(report.passed()).as(report.toString()).isTrue();
        }
    }

    private static void cancel(
            LocalRun local, OpenOrder order, CompletableFuture<Optional<MarketException>> done) {
        try {
            local.tenant().cancel(order.order());
            done.complete(Optional.empty());
        } catch (MarketException e) {
            done.complete(Optional.of(e));
        } catch (RuntimeException e) {
            done.completeExceptionally(new ExecutionException(e));
        }
    }
}
