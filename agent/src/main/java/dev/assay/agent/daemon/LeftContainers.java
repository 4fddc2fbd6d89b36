package dev.assay.agent.daemon;

import dev.assay.agent.jobs.Containers;
import dev.assay.protocol.id.LeaseId;
import dev.assay.runtime.container.ContainerException;
import dev.assay.runtime.container.Leftovers;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Removes the containers and workspaces of leases that the agent does not hold, for as long as it
 * takes: an engine that is away is asked again, and what a dead process had asked it for may come
 * after the first look, so there is a second. It owns its thread, which is there when something is
 * due. Thread-safe.
 */
final class LeftContainers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeftContainers.class);
    private static final Duration RETRY = Duration.ofSeconds(5);

    /** Longer than an engine takes for a request whose sender is dead. */
    private static final Duration SECOND_LOOK = Duration.ofSeconds(60);

    private final String agent;
    private final Containers containers;
    private final Supplier<Set<LeaseId>> held;
    private final ScheduledThreadPoolExecutor thread;
    private boolean due;
    private boolean told;

    /**
     * Nothing is looked for yet.
     *
     * @param agent its name, for the log
     * @param held the leases whose containers go on
     */
    LeftContainers(String agent, Containers containers, Supplier<Set<LeaseId>> held) {
        this.agent = agent;
        this.containers = containers;
        this.held = held;
        this.thread =
                new ScheduledThreadPoolExecutor(
                        0, Thread.ofPlatform().name(agent + " left containers").factory());
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Removes them now, and what comes late later. */
    void clear() {
        look(true);
    }

    /** Removes them soon, on its own thread. */
    void clearSoon() {
        thread.execute(this::clear);
    }

    private synchronized void look(boolean again) {
        due = again;
        try {
            Leftovers.removeUnheld(containers.host(), held);
            told = false;
            if (again) {
                later(false, SECOND_LOOK);
            }
        } catch (ContainerException e) {
            if (!containers.mayBeLeft()) {
                LOG.debug("{}: no containers are looked for: {}", agent, e.getMessage());
                due = false;
                return;
            }
            if (!told) {
                LOG.warn(
                        "{}: what is left of containers cannot be removed, tried again every {} s:"
                                + " {}",
                        agent,
                        RETRY.toSeconds(),
                        e.getMessage());
                told = true;
            }
            due = true;
            later(again, RETRY);
        }
    }

    private void later(boolean again, Duration delay) {
        if (!thread.isShutdown()) {
            var _ = thread.schedule(() -> look(again), delay.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** Looks a last time if that is due, and ends its thread. */
    @Override
    public void close() {
        thread.shutdown();
        synchronized (this) {
            if (due) {
                look(false);
            }
        }
        thread.close();
    }
}
