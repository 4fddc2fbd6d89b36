package dev.assay.market.server;

import dev.assay.market.server.Agents.Agent;
import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.job.Container;
import dev.assay.protocol.market.AgentMessage.ReportShell;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;
import dev.assay.protocol.market.MarketMessage.OpenShell;
import dev.assay.protocol.market.MarketMessage.TellShell;
import dev.assay.protocol.market.ShellInput;
import dev.assay.protocol.market.ShellOutput;
import dev.assay.protocol.market.ShellRequest;
import dev.assay.protocol.market.TenantService.ShellLine;
import dev.assay.verification.attest.VerifiedOrder;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Passes a tenant's shell on between the tenant and the provider of its lease: at most one a lease,
 * only for a job that asks for it, and never more frames on their way than the window allows, so
 * that nobody's buffers grow. Used on the state thread, except for the lines it hands out.
 */
final class ShellDesk {
    private static final Logger LOG = LoggerFactory.getLogger(ShellDesk.class);

    private final StateThread state;
    private final AccessControl access;
    private final Agents agents;
    private final LeaseBook leases;
    private final LeaseDesk leaseDesk;
    private final Map<LeaseId, Session> sessions = new HashMap<>();
    private long lastSession;

    ShellDesk(
            StateThread state,
            AccessControl access,
            Agents agents,
            LeaseBook leases,
            LeaseDesk leaseDesk,
            InstantSource clock) {
        this.state = state;
        this.access = access;
        this.agents = agents;
        this.leases = leases;
        this.leaseDesk = leaseDesk;
        this.lastSession = clock.millis(); // an agent may remember those of an earlier process
    }

    /** A shell that is open, or about to be. */
    private record Session(
            long id,
            LeaseId lease,
            OrderId order,
            KeyId provider,
            Mailbox mailbox,
            Consumer<ShellOutput> sink,
            Window input,
            Window output) {
        void deliver(ShellOutput frame) {
            mailbox.put(() -> sink.accept(frame));
        }
    }

    /** The frames on their way in one direction. */
    private static final class Window {
        private int frames;

        /** Counts one more, if there is room. */
        boolean add() {
            boolean room = frames < ShellInput.WINDOW;
            frames += room ? 1 : 0;
            return room;
        }

        /** Makes room, if there were so many. */
        boolean taken(int count) {
            boolean were = count <= frames;
            frames -= were ? count : 0;
            return were;
        }
    }

    /** Asks the lease's provider to open a shell. */
    ShellLine open(Bytes request, ShellRequest asked, Consumer<ShellOutput> sink)
            throws MarketException {
        VerifiedOrder order = access.verify(request).order();
        LiveLease lease = lease(order);
        if (!(order.order().spec().work() instanceof Container work) || !work.shell()) {
            throw new MarketException(
                    Code.REFUSED,
                    "the job did not ask for a shell; order it with shell: true, or --shell");
        }
        if (sessions.containsKey(lease.id())) {
            throw new MarketException(Code.REFUSED, "a shell is open already; close it first");
        }
        if (agents.find(lease.provider()).isEmpty()) {
            throw new MarketException(Code.UNAVAILABLE, "the provider is not connected just now");
        }
        Session session =
                new Session(
                        ++lastSession,
                        lease.id(),
                        order.id(),
                        lease.provider(),
                        Mailbox.open("shell " + order.id().brief()),
                        sink,
                        new Window(),
                        new Window());
        sessions.put(lease.id(), session);
        agents.tell(lease.provider(), new OpenShell(lease.id(), session.id(), asked));
        return new Line(session);
    }

    private LiveLease lease(VerifiedOrder order) throws MarketException {
        return leases.active().stream()
                .filter(lease -> lease.order().equals(order.id()))
                .findFirst()
                .orElseThrow(
                        () ->
                                new MarketException(
                                        Code.REFUSED,
                                        "nobody works on the order yet; open the shell when it"
                                                + " runs"));
    }

    /** The tenant's end; used by any thread. */
    private final class Line implements ShellLine {
        private final Session session;

        Line(Session session) {
            this.session = session;
        }

        @Override
        public void send(ShellInput input) throws MarketException {
            state.run(() -> pass(session, input));
        }

        @Override
        public void close() {
            try {
                state.run(() -> hangUp(session, "the tenant hung up"));
            } catch (MarketException e) {
                LOG.debug("the market ended before a shell", e);
            }
        }
    }

    private boolean isOpen(Session session) {
        return session.equals(sessions.get(session.lease()));
    }

    private void pass(Session session, ShellInput input) throws MarketException {
        if (!isOpen(session)) {
            return; // it ended meanwhile, which the tenant learns
        }
        boolean within =
                switch (input) {
                    case ShellInput.Typed _, ShellInput.Resized _ -> session.input().add();
                    case ShellInput.Taken taken -> session.output().taken(taken.frames());
                    case ShellInput.HungUp _ -> true;
                };
        if (!within) {
            hangUp(session, "more frames than may be on their way");
            throw new MarketException(
                    Code.REFUSED,
                    "more than " + ShellInput.WINDOW + " frames on their way; wait for 'taken'");
        }
        agents.tell(session.provider(), new TellShell(session.lease(), session.id(), input));
    }

    /** Something out of a shell; one that ended meanwhile is none of the tenant's any more. */
    void report(Agent agent, ReportShell report) throws MarketException {
        if (leaseDesk.own(agent, report.lease()).isEmpty()) {
            return;
        }
        Session session = sessions.get(report.lease());
        if (session == null || session.id() != report.session()) {
            return;
        }
        boolean within =
                switch (report.output()) {
                    case ShellOutput.Written _ -> session.output().add();
                    case ShellOutput.Taken taken -> session.input().taken(taken.frames());
                    case ShellOutput.Opened _, ShellOutput.Ended _ -> true;
                };
        if (!within) {
            hangUp(session, "the provider sent more frames than may be on their way");
            throw new MarketException(
                    Code.REFUSED,
                    "more than " + ShellInput.WINDOW + " frames on their way; wait for 'taken'");
        }
        switch (report.output()) {
            case ShellOutput.Ended ended ->
                    end(session, ended.exitCode(), Text.bounded(ended.detail()));
            case ShellOutput.Written _, ShellOutput.Taken _, ShellOutput.Opened _ ->
                    session.deliver(report.output());
        }
    }

    /** The provider's connection ended, and its shells with it. */
    void left(KeyId provider) {
        List.copyOf(sessions.values()).stream()
                .filter(session -> session.provider().equals(provider))
                .forEach(session -> end(session, -1, "the provider's connection was lost"));
    }

    /** The order is closed. */
    void closed(OrderId order) {
        List.copyOf(sessions.values()).stream()
                .filter(session -> session.order().equals(order))
                .forEach(session -> hangUp(session, "the order ended"));
    }

    private void hangUp(Session session, String why) {
        if (isOpen(session)) {
            agents.tell(
                    session.provider(),
                    new TellShell(session.lease(), session.id(), new ShellInput.HungUp()));
            end(session, -1, why);
        }
    }

    private void end(Session session, int exitCode, String detail) {
        sessions.remove(session.lease());
        session.deliver(new ShellOutput.Ended(exitCode, detail));
        session.mailbox().finish();
    }

    /** Ends every shell; returns the mailboxes that still deliver that. */
    Collection<Mailbox> close() {
        List<Session> all = List.copyOf(sessions.values());
        all.forEach(session -> hangUp(session, "the market closed"));
        return all.stream().map(Session::mailbox).toList();
    }
}
