package dev.assay.market.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.market.Papers;
import dev.assay.market.escrow.OrderDeposit;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.job.Container;
import dev.assay.protocol.job.ImageName;
import dev.assay.protocol.job.JobSpec;
import dev.assay.protocol.job.Network;
import dev.assay.protocol.job.Resources;
import dev.assay.protocol.job.Verification;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.market.AgentMessage.ReportAttempt;
import dev.assay.protocol.market.AgentMessage.ReportFetch;
import dev.assay.protocol.market.AgentMessage.ReportOutput;
import dev.assay.protocol.market.AgentMessage.ReportShell;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketMessage.Award;
import dev.assay.protocol.market.MarketMessage.OpenShell;
import dev.assay.protocol.market.MarketMessage.TellShell;
import dev.assay.protocol.market.OrderEvent.Fetching;
import dev.assay.protocol.market.Output;
import dev.assay.protocol.market.OutputLine;
import dev.assay.protocol.market.ShellInput;
import dev.assay.protocol.market.ShellOutput;
import dev.assay.protocol.market.ShellRequest;
import dev.assay.protocol.market.TenantService.ShellLine;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.Price;
import dev.assay.protocol.money.PriceUnit;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.statement.AccessPredicate;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a tenant sees and does of containers while they run. */
class LiveTest {
    private static final Price MAX =
            new Price(MicroAmount.of(350_000), Denom.USDC, PriceUnit.CPU_HOUR);
    private static final ShellRequest SHELL = new ShellRequest(0, List.of("/bin/sh"), 80, 24);
    private static final OutputLine LINE =
            new OutputLine(0, OutputLine.Stream.ERR, Instant.EPOCH, "hello");

    @TempDir private Path directory;
    private Rig rig;
    private FakeTenant tenant;
    private FakeAgent agent;

    @BeforeEach
    void open() throws Exception {
        rig = new Rig(directory, Rig.PATIENT);
        tenant = rig.tenant();
        agent = rig.agent(350_000);
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    private OrderId place(boolean shell) throws Exception {
        Container plain =
                new Container(
                        new ImageName.Reference("image"),
                        List.of(),
                        Map.of(),
                        List.of(),
                        List.of("."),
                        List.of(),
                        0,
                        Network.NONE,
                        1);
        JobSpec spec =
                new JobSpec(
                        "containers",
                        new Resources(1, 1 << 20, 0, 0),
                        shell ? plain.withShell() : plain,
                        MAX,
                        new Verification(10_000));
        Instant now = Instant.now();
        Duration time = Duration.ofMinutes(10);
        return tenant.place(
                Papers.order(
                        tenant.key(),
                        spec,
                        OrderDeposit.required(spec, now, now.plus(time)),
                        now,
                        time));
    }

    private LeaseId lease() {
        return agent.heard().next(Award.class).lease();
    }

    private static Bytes access(OrderId order, SigningKey key, Instant at) throws Exception {
        return Bytes.copyOf(
                SignedStatement.sign(new AccessPredicate(order, key.keyId(), at).statement(), key)
                        .bytes());
    }

    private Bytes access(OrderId order) throws Exception {
        return access(order, tenant.key(), Instant.now());
    }

    private void endLease(LeaseId lease) throws Exception {
        agent.send(new ReportAttempt(lease, AttemptState.PREPARING, Optional.empty(), ""));
        agent.send(
                new ReportAttempt(lease, AttemptState.FAILED, Optional.of(Cause.ENGINE), "broken"));
    }

    @Test
    void output_reachesTheOrdersTenant_untilTheOrderIsClosed() throws Exception {
        OrderId order = place(false);
        LeaseId lease = lease();
        Heard<Output> heard = new Heard<>();
        rig.market().output(access(order), heard::add);

        agent.send(new ReportOutput(lease, new Output(List.of(LINE), 3)));

        assertThat(heard.next(Output.class)).isEqualTo(new Output(List.of(LINE), 3));
        endLease(lease);
        assertThatThrownBy(() -> rig.market().output(access(order), heard::add))
                .hasMessageContaining("has ended");
    }

    @Test
    void output_isForNobodyElse() throws Exception {
        OrderId order = place(true);
        LeaseId lease = lease();
        FakeTenant stranger = rig.tenant();
        Instant now = Instant.now();
        for (Bytes request :
                List.of(
                        access(order, stranger.key(), now),
                        access(order, agent.key(), now),
                        access(order, tenant.key(), now.minusSeconds(61)),
                        access(order, tenant.key(), now.plusSeconds(120)),
                        tenant.sign(tenant.order(dev.assay.market.Work.NOMINAL, rows(), Rig.LONG)),
                        Bytes.copyOf(new byte[] {1}))) {
            assertThatThrownBy(() -> rig.market().output(request, _ -> {}))
                    .isInstanceOf(MarketException.class);
            assertThatThrownBy(() -> rig.market().shell(request, SHELL, _ -> {}))
                    .isInstanceOf(MarketException.class);
        }
        FakeAgent other = rig.agent(FakeAgent.SILENT);
        assertThatThrownBy(() -> other.send(new ReportOutput(lease, new Output(List.of(), 1))))
                .hasMessageContaining("has no lease");
    }

    private static Price rows() {
        return new Price(MicroAmount.of(1), Denom.USDC, PriceUnit.THOUSAND_ROWS);
    }

    @Test
    void output_thatComesTooFast_isDroppedAndCounted() throws Exception {
        OrderId order = place(false);
        LeaseId lease = lease();
        Heard<Output> heard = new Heard<>();
        rig.market().output(access(order), heard::add);
        OutputLine large =
                new OutputLine(0, OutputLine.Stream.OUT, Instant.EPOCH, "x".repeat(1 << 14));
        int sent = 0;
        long dropped = 0;
        long shown = 0;
        while (dropped == 0) {
            agent.send(new ReportOutput(lease, new Output(Collections.nCopies(8, large), 0)));
            sent += 8;
            Output output = heard.next(Output.class);
            dropped += output.dropped();
            shown += output.lines().size();
        }
        assertThat(shown + dropped).isEqualTo(sent);
        assertThat(shown << 14).isGreaterThan(1 << 19);
    }

    @Test
    void fetching_isShown() throws Exception {
        place(false);
        agent.send(new ReportFetch(lease(), 5, 10));
        assertThat(tenant.events().next(Fetching.class)).isEqualTo(new Fetching(5, 10));
    }

    @Test
    void shell_ofAJobThatAskedForIt_carriesBothWays() throws Exception {
        OrderId order = place(true);
        LeaseId lease = lease();
        Heard<ShellOutput> heard = new Heard<>();
        try (ShellLine line = rig.market().shell(access(order), SHELL, heard::add)) {
            OpenShell asked = agent.heard().next(OpenShell.class);
            assertThat(asked.request()).isEqualTo(SHELL);
            assertThatThrownBy(() -> rig.market().shell(access(order), SHELL, _ -> {}))
                    .hasMessageContaining("open already");
            agent.send(new ReportShell(lease, asked.session(), new ShellOutput.Opened()));
            heard.next(ShellOutput.Opened.class);
            ShellInput typed = new ShellInput.Typed(Bytes.copyOf(new byte[] {'l', 's'}));
            line.send(typed);
            assertThat(agent.heard().next(TellShell.class))
                    .isEqualTo(new TellShell(lease, asked.session(), typed));
            ShellOutput written = new ShellOutput.Written(Bytes.copyOf(new byte[] {'x'}));
            agent.send(new ReportShell(lease, asked.session() + 1, written)); // of no session
            agent.send(new ReportShell(lease, asked.session(), written));
            agent.send(new ReportShell(lease, asked.session(), new ShellOutput.Ended(3, "")));
            assertThat(heard.next(ShellOutput.Ended.class).exitCode()).isEqualTo(3);
            assertThat(heard.soFar())
                    .containsExactly(
                            new ShellOutput.Opened(), written, new ShellOutput.Ended(3, ""));
        }
        rig.market().shell(access(order), SHELL, heard::add).close();
        agent.heard().next(OpenShell.class);
        assertThat(agent.heard().next(TellShell.class).input()).isEqualTo(new ShellInput.HungUp());
    }

    @Test
    void shell_ofAJobThatDidNotAskForIt_isRefused() throws Exception {
        OrderId order = place(false);
        lease();
        assertThatThrownBy(() -> rig.market().shell(access(order), SHELL, _ -> {}))
                .hasMessageContaining("did not ask for a shell");
    }

    @Test
    void shell_withMoreOnItsWayThanTheWindow_ends() throws Exception {
        OrderId order = place(true);
        LeaseId lease = lease();
        Heard<ShellOutput> heard = new Heard<>();
        ShellLine line = rig.market().shell(access(order), SHELL, heard::add);
        long session = agent.heard().next(OpenShell.class).session();
        ShellInput typed = new ShellInput.Typed(Bytes.copyOf(new byte[] {'x'}));
        for (int i = 0; i < ShellInput.WINDOW; i++) {
            line.send(typed);
        }
        agent.send(new ReportShell(lease, session, new ShellOutput.Taken(1)));
        line.send(typed);
        assertThatThrownBy(() -> line.send(typed)).hasMessageContaining("on their way");
        assertThat(heard.next(ShellOutput.Ended.class).exitCode()).isEqualTo(-1);

        rig.market().shell(access(order), SHELL, heard::add);
        long next = agent.heard().next(OpenShell.class).session();
        ShellOutput written = new ShellOutput.Written(Bytes.copyOf(new byte[] {'x'}));
        for (int i = 0; i < ShellInput.WINDOW; i++) {
            agent.send(new ReportShell(lease, next, written));
        }
        assertThatThrownBy(() -> agent.send(new ReportShell(lease, next, written)))
                .hasMessageContaining("on their way");
        heard.next(ShellOutput.Ended.class);
    }

    @Test
    void shell_endsWithTheOrderAndWithTheProvidersConnection() throws Exception {
        OrderId order = place(true);
        LeaseId lease = lease();
        Heard<ShellOutput> heard = new Heard<>();
        rig.market().shell(access(order), SHELL, heard::add);
        agent.disconnect();
        assertThat(heard.next(ShellOutput.Ended.class).detail()).contains("connection was lost");
        agent.connect(rig.market());
        rig.market().shell(access(order), SHELL, heard::add);
        endLease(lease);
        assertThat(heard.next(ShellOutput.Ended.class).detail()).contains("the order ended");
    }
}
