package dev.assay.market.server;

import static dev.assay.market.server.MarketTest.assertCode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.market.Papers;
import dev.assay.market.Work;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;
import dev.assay.protocol.market.OrderEvent.AttemptChanged;
import dev.assay.protocol.market.OrderEvent.Closed;
import dev.assay.protocol.money.Price;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Every pair of attempt states, reported one after the other by a real lease's agent. */
class AttemptLifecycleTest {
    private static final Price MAX = Papers.price(400_000);

    @TempDir Path directory;

    @Test
    void report_everyPairOfStates_isTakenWhenTheTableHasTheEdge() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeAgent agent = rig.agent(350_000);
            for (AttemptState from : AttemptState.values()) {
                if (from.isFinal()) {
                    continue;
                }
                for (AttemptState to : AttemptState.values()) {
                    if (from != to) {
                        assertEdge(rig, agent, from, to);
                    }
                }
            }
        }
    }

    @Test
    void report_ofTheSameStateAgain_changesNothing() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            FakeAttempt attempt = begin(rig, tenant, rig.agent(350_000));
            attempt.report(AttemptState.ASSIGNED);
            attempt.report(AttemptState.PREPARING);
            attempt.report(AttemptState.PREPARING);
            attempt.report(AttemptState.FAILED, Cause.BAD_INPUT);

            tenant.events().next(Closed.class);
            assertThat(tenant.events().soFar().stream().filter(AttemptChanged.class::isInstance))
                    .hasSize(2);
        }
    }

    @Test
    void report_doneWithoutAResult_isRefused() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeAttempt attempt = begin(rig, rig.tenant(), rig.agent(350_000));
            walk(attempt, AttemptState.ATTESTING);

            assertThatThrownBy(() -> attempt.report(AttemptState.DONE))
                    .hasMessageContaining("submit the result first");
        }
    }

    @Test
    void report_failedAfterTheResult_isTooLate() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeAttempt attempt = begin(rig, rig.tenant(), rig.agent(350_000));
            attempt.submitReceipt(FakeAttempt.UNITS, Duration.ofMillis(1));
            attempt.submitResult();

            assertCode(
                    Code.TOO_LATE,
                    () -> attempt.report(AttemptState.FAILED, Cause.AGENT_RESTARTED));
        }
    }

    @Test
    void report_cancelledThatNobodyAskedFor_isRefused() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeAttempt attempt = begin(rig, rig.tenant(), rig.agent(350_000));

            assertCode(Code.REFUSED, () -> attempt.report(AttemptState.CANCELLED));
            assertCode(Code.REFUSED, () -> attempt.report(AttemptState.FAILED, Cause.CANCELLED));
            assertCode(Code.REFUSED, () -> attempt.report(AttemptState.FAILED));
        }
    }

    /** Walks a new lease to one state, then reports the other. */
    private static void assertEdge(Rig rig, FakeAgent agent, AttemptState from, AttemptState to)
            throws Exception {
        FakeTenant tenant = rig.tenant();
        FakeAttempt attempt = begin(rig, tenant, agent);
        walk(attempt, from);
        if (to == AttemptState.DONE) {
            attempt.submitReceipt(FakeAttempt.UNITS, Duration.ofMillis(1));
            attempt.submitResult();
        } else if (to == AttemptState.CANCELLED) {
            rig.market().cancel(attempt.lease().order().id());
        }
        boolean taken = report(attempt, to);
        assertThat(taken)
                .as("%s to %s", from, to)
                .isEqualTo(AttemptState.LIFECYCLE.after(from).contains(to));
        release(rig, tenant, attempt, to, taken);
        rig.market().checkBooks();
    }

    /** Ends the lease in some lawful way, so that the machine is free again. */
    private static void release(
            Rig rig, FakeTenant tenant, FakeAttempt attempt, AttemptState to, boolean taken)
            throws Exception {
        if (to == AttemptState.DONE) {
            rig.market()
                    .postVerdict(
                            attempt.lease().order().id(),
                            tenant.verdict(attempt.lease(), Outcome.PASS));
        } else if (!to.isFinal() || !taken) {
            attempt.report(AttemptState.FAILED, Cause.ENGINE);
        }
        tenant.events().next(Closed.class);
    }

    private static boolean report(FakeAttempt attempt, AttemptState to) throws MarketException {
        try {
            if (to == AttemptState.FAILED) {
                attempt.report(to, Cause.ENGINE);
            } else {
                attempt.report(to);
            }
            return true;
        } catch (MarketException e) {
            assertThat(e.code()).isEqualTo(Code.REFUSED);
            return false;
        }
    }

    private static void walk(FakeAttempt attempt, AttemptState target) throws MarketException {
        for (AttemptState state : path(target)) {
            attempt.report(state);
        }
    }

    /** The states on the shortest way from the first state to another. */
    private static List<AttemptState> path(AttemptState target) {
        Deque<List<AttemptState>> paths = new ArrayDeque<>(List.of(List.of()));
        while (true) {
            List<AttemptState> path = paths.removeFirst();
            AttemptState last = path.isEmpty() ? AttemptState.LIFECYCLE.initial() : path.getLast();
            if (last == target) {
                return path;
            }
            for (AttemptState next : AttemptState.LIFECYCLE.after(last)) {
                List<AttemptState> longer = new ArrayList<>(path);
                longer.add(next);
                paths.addLast(longer);
            }
        }
    }

    private static FakeAttempt begin(Rig rig, FakeTenant tenant, FakeAgent agent) throws Exception {
        tenant.place(MAX);
        return agent.begin(tenant, rig.market(), Work.NOMINAL);
    }
}
