package dev.assay.runtime.container;

import dev.assay.runtime.container.ContainerCgroup.Sample;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * What the watchdog of a container looks at: its time, its disk where nothing else bounds it, what
 * it uses and how its own health check finds it. For one thread.
 */
final class LimitCheck implements Watchdog.Watched {
    private static final Duration HEALTH_PAUSE = Duration.ofSeconds(1);

    /** Measuring the workspace takes one part in so many of the time, unless it takes long. */
    private static final int PAUSES_PER_MEASURE = 10;

    private static final Duration MOST_PAUSE = Duration.ofSeconds(1);

    private final ContainerHost host;
    private final RunId run;
    private final String container;
    private final Workspace workspace;
    private final ContainerLimits limits;
    private final Optional<ContainerCgroup> cgroup;
    private final AtomicReference<Sample> usage;
    private final long startNanos;
    private final Consumer<ContainerEvent> events;
    private long nextMeasure;
    private long nextHealth;
    private String health;

    /**
     * @param cgroup of the container, when this host sees it
     * @param usage takes what was used so far
     * @param startNanos when it was started, by {@link System#nanoTime}
     * @param health what its health check says, or nothing when it has none
     */
    LimitCheck(
            ContainerHost host,
            RunId run,
            String container,
            ContainerLimits limits,
            Optional<ContainerCgroup> cgroup,
            AtomicReference<Sample> usage,
            long startNanos,
            String health,
            Consumer<ContainerEvent> events) {
        this.host = host;
        this.run = run;
        this.container = container;
        this.workspace = host.workspace(run);
        this.limits = limits;
        this.cgroup = cgroup;
        this.usage = usage;
        this.startNanos = startNanos;
        this.nextMeasure = startNanos;
        this.nextHealth = startNanos;
        this.health = health;
        this.events = events;
    }

    @Override
    public Optional<ExitCause> overLimit() {
        cgroup.flatMap(ContainerCgroup::sample)
                .ifPresent(sample -> usage.accumulateAndGet(sample, Sample::max));
        if (System.nanoTime() - startNanos > limits.time().toNanos()) {
            return Optional.of(ExitCause.TIME_LIMIT);
        }
        tellHealth();
        try {
            return workspace.bounded() || withinDisk()
                    ? Optional.empty()
                    : Optional.of(ExitCause.DISK_LIMIT);
        } catch (ContainerException e) {
            return Optional.of(ExitCause.ENGINE_LOST);
        }
    }

    /** Asks the engine now and then, when the image has a check. */
    private void tellHealth() {
        long now = System.nanoTime();
        if (health.isEmpty() || now - nextHealth < 0) {
            return;
        }
        nextHealth = now + HEALTH_PAUSE.toNanos();
        String said = health();
        if (!said.isEmpty() && !said.equals(health)) {
            health = said;
            events.accept(new ContainerEvent.Health(run, said));
        }
    }

    /** What the engine says; nothing when it is away, which whoever waits for it notices. */
    private String health() {
        try {
            return host.engine().state(container).map(ContainerState::health).orElse("");
        } catch (ContainerException e) {
            return "";
        }
    }

    /** Counts what is there, and what is there no more but still held. */
    private boolean withinDisk() throws ContainerException {
        long began = System.nanoTime();
        if (began - nextMeasure < 0) {
            return true;
        }
        List<Long> processes = cgroup.map(ContainerCgroup::processes).orElse(List.of());
        FileTree.Use use = workspace.use(limits, processes);
        long ended = System.nanoTime();
        nextMeasure = ended + Math.min(PAUSES_PER_MEASURE * (ended - began), MOST_PAUSE.toNanos());
        return use.within(limits.diskBytes(), limits.files());
    }

    @Override
    public void signal(String signal) throws ContainerException {
        host.engine().signal(container, signal);
    }
}
