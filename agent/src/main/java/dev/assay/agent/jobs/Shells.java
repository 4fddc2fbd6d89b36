package dev.assay.agent.jobs;

import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.market.AgentMessage.ReportShell;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.ShellInput;
import dev.assay.protocol.market.ShellOutput;
import dev.assay.protocol.market.ShellRequest;
import dev.assay.runtime.container.ContainerRun;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The tenant's shells in an attempt's containers: one at a time, and only if the job asked for it.
 * A shell may be asked for before its container runs. Owns the open shell; closing ends it.
 * Thread-safe.
 */
final class Shells implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Shells.class);

    private final LeaseId lease;
    private final boolean allowed;
    private final Outbox outbox;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private @Nullable Rooms rooms;
    private @Nullable TenantShell open;
    private boolean closed;

    /** Where containers are found. */
    @FunctionalInterface
    interface Rooms {
        /** Waits until the container of an index runs; nothing when it never will any more. */
        Optional<ContainerRun> running(int index) throws InterruptedException;
    }

    /**
     * @param allowed whether the job asked for a shell
     */
    Shells(LeaseId lease, boolean allowed, Outbox outbox) {
        this.lease = lease;
        this.allowed = allowed;
        this.outbox = outbox;
    }

    /** From now on containers are found here. */
    void serve(Rooms found) {
        lock.lock();
        try {
            rooms = found;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Opens a shell, or says why not. Waits for nothing but the market. */
    void open(long session, ShellRequest request) {
        Optional<String> refusal = tryToOpen(session, request);
        if (refusal.isPresent()) {
            try {
                tell(session, new ShellOutput.Ended(-1, refusal.get()));
            } catch (MarketException e) {
                LOG.debug("lease {}: {}", lease.brief(), e.getMessage());
            }
        }
    }

    private Optional<String> tryToOpen(long session, ShellRequest request) {
        lock.lock();
        try {
            if (!allowed) {
                return Optional.of("the job did not ask for a shell");
            }
            if (closed) {
                return Optional.of("the work has ended");
            }
            if (open != null && !open.isOver()) {
                return Optional.of("a shell is open already");
            }
            open = new TenantShell(request, this::running, out -> tell(session, out), session);
            open.begin();
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    private void tell(long session, ShellOutput output) throws MarketException {
        outbox.send(new ReportShell(lease, session, output));
    }

    private Optional<ContainerRun> running(int index) throws InterruptedException {
        Rooms found;
        lock.lock();
        try {
            while (rooms == null && !closed) {
                changed.await();
            }
            found = rooms;
        } finally {
            lock.unlock();
        }
        return found == null ? Optional.empty() : found.running(index);
    }

    /** Something for a shell; one that ended meanwhile takes none. */
    void input(long session, ShellInput input) {
        TenantShell shell = current();
        if (shell != null && shell.session() == session) {
            shell.take(input);
        }
    }

    /** The market is gone, and the tenant with it. */
    void hangUp() {
        TenantShell shell = current();
        if (shell != null) {
            shell.hangUp();
        }
    }

    private @Nullable TenantShell current() {
        lock.lock();
        try {
            return open;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        TenantShell shell = current();
        if (shell != null) {
            shell.close();
        }
    }
}
