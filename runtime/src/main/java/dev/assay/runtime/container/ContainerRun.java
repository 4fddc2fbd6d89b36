package dev.assay.runtime.container;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.Container;
import dev.assay.runtime.container.ContainerCgroup.Sample;
import dev.assay.runtime.container.ContainerException.Code;
import dev.assay.runtime.container.ContainerOutcome.Outputs;
import dev.assay.runtime.container.ContainerState.Phase;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * One container of one attempt, from its creation to its removal. It owns the container, the
 * workspace, the watchdog and the following of the log; closing it ends and removes all of them,
 * however far it came. {@link #await} is for one thread; the rest is thread-safe.
 */
public final class ContainerRun implements AutoCloseable {
    private static final Duration ENGINE_PAUSE = Duration.ofMillis(200);
    private static final Duration LOG_REST = Duration.ofSeconds(10);

    private static final Duration NO_REST = Duration.ZERO;

    private final ContainerHost host;
    private final RunId run;
    private final Container job;
    private final ContainerLimits limits;
    private final Consumer<ContainerEvent> events;
    private final String container;
    private final Workspace workspace;
    private final LogFollower log;
    private final Watchdog watchdog;
    private final AtomicReference<Sample> usage = new AtomicReference<>(Sample.NONE);

    private ContainerRun(
            ContainerHost host,
            RunId run,
            Container job,
            ContainerLimits limits,
            Consumer<ContainerEvent> events,
            String container,
            ContainerState state,
            LogKeeper keeper) {
        this.host = host;
        this.run = run;
        this.job = job;
        this.limits = limits;
        this.events = events;
        this.container = container;
        this.workspace = host.workspace(run);
        this.watchdog =
                new Watchdog(
                        new LimitCheck(
                                host,
                                run,
                                container,
                                limits,
                                cgroup(state),
                                usage,
                                System.nanoTime() - ran(host, state).toNanos(),
                                state.health(),
                                events),
                        limits.grace(),
                        cause -> events.accept(new ContainerEvent.Ending(run, cause)));
        this.log =
                new LogFollower(
                        host.engine(),
                        container,
                        keeper,
                        limits,
                        entry -> events.accept(new ContainerEvent.Logged(run, entry)),
                        watchdog::end);
    }

    private static Optional<ContainerCgroup> cgroup(ContainerState state) {
        return state.pid() == 0 ? Optional.empty() : ContainerCgroup.of(state.pid());
    }

    private static Duration ran(ContainerHost host, ContainerState state) {
        Duration ran =
                Duration.between(
                        state.startedAt().orElse(host.clock().instant()), host.clock().instant());
        return ran.isNegative() ? Duration.ZERO : ran;
    }

    /**
     * Makes the workspace, creates the container and starts it.
     *
     * @param image what {@code job.image()} was resolved to
     * @param gpus the devices it gets, by UUID
     * @param events is told what happens, on several threads
     */
    public static ContainerRun start(
            ContainerHost host,
            RunId run,
            Container job,
            EngineImage image,
            ContainerLimits limits,
            List<String> gpus,
            Consumer<ContainerEvent> events)
            throws ContainerException {
        return new ContainerStart(host, run, job, image, limits, gpus, events).call();
    }

    /**
     * Takes over the container of a run that an earlier agent process started, running or ended.
     *
     * @param found as {@link Leftovers} found it
     */
    public static ContainerRun attach(
            ContainerHost host,
            Leftovers.Found found,
            Container job,
            ContainerLimits limits,
            Consumer<ContainerEvent> events)
            throws ContainerException {
        ContainerState state =
                host.engine()
                        .state(found.container())
                        .orElseThrow(
                                () ->
                                        new ContainerException(
                                                Code.ENGINE_FAILED,
                                                "container " + found.run() + " is no more"));
        return began(host, found.run(), job, limits, events, found.container(), state);
    }

    /** Watches and follows a container that was started. */
    static ContainerRun began(
            ContainerHost host,
            RunId run,
            Container job,
            ContainerLimits limits,
            Consumer<ContainerEvent> events,
            String container,
            ContainerState state)
            throws ContainerException {
        LogKeeper keeper = LogKeeper.start(host.workspace(run).log(), limits.logBytes());
        ContainerRun began =
                new ContainerRun(host, run, job, limits, events, container, state, keeper);
        try {
            began.log.follow();
            began.watchdog.begin();
            return began;
        } catch (ContainerException e) {
            began.log.close();
            throw e;
        }
    }

    public RunId id() {
        return run;
    }

    /** Asks the container to end: politely, and after the grace not. Returns at once. */
    public void cancel() {
        watchdog.end(ExitCause.CANCELLED);
    }

    /** Ends the container without asking it. Returns at once. */
    void kill() {
        watchdog.end(ExitCause.ENGINE_LOST);
    }

    /** A process of the tenant's own in the running container. */
    public Shell shell(List<String> command) throws ContainerException {
        return host.engine().shell(container, command);
    }

    /** Processor time and the most memory so far, as last seen. */
    public ContainerUsage usage() {
        Sample sample = usage.get();
        return new ContainerUsage(sample.cpu(), sample.peakMemoryBytes());
    }

    /** Waits for the container's end, collects what it left, and says how it ended. */
    public ContainerOutcome await() throws ContainerException, InterruptedException {
        Optional<ContainerState> end = ended();
        watchdog.close();
        restOfLog();
        Digest logBlob = log.store(host.blobs());
        Optional<ExitCause> ended = endedHere();
        ExitCause cause =
                end.map(state -> Ending.cause(state, ended, usage.get()))
                        .orElse(ExitCause.ENGINE_LOST);
        Optional<Outputs> outputs = Optional.empty();
        String message =
                end.map(state -> Ending.words(cause, state, limits)).orElse("the engine was lost");
        ExitCause last = cause;
        if (cause == ExitCause.DONE) {
            try {
                outputs = Optional.of(collect());
            } catch (ContainerException e) {
                if (e.code().fault() != ExitCause.OUTPUTS.fault()) {
                    throw e;
                }
                last = ExitCause.OUTPUTS;
                message = String.valueOf(e.getMessage());
            }
        }
        int exitCode = end.map(ContainerState::exitCode).orElse(-1);
        events.accept(new ContainerEvent.Ended(run, last, exitCode));
        return new ContainerOutcome(
                run,
                last,
                exitCode,
                message,
                outputs,
                logBlob,
                usage.get().cpu(),
                usage.get().peakMemoryBytes(),
                end.flatMap(ContainerState::startedAt),
                end.flatMap(ContainerState::finishedAt));
    }

    /**
     * Why it was ended from here, or would have been: one that went over its disk between the last
     * look and its end, by whatever that end came, did so all the same.
     */
    private Optional<ExitCause> endedHere() throws ContainerException {
        Optional<ExitCause> cause = watchdog.cause();
        boolean over =
                cause.isEmpty()
                        && !workspace.bounded()
                        && !workspace
                                .use(limits, List.of())
                                .within(limits.diskBytes(), limits.files());
        return over ? Optional.of(ExitCause.DISK_LIMIT) : cause;
    }

    /** What the engine still has of the log; an engine that is away has none to give. */
    private void restOfLog() throws InterruptedException {
        boolean flood = watchdog.cause().equals(Optional.of(ExitCause.LOG_LIMIT));
        try {
            log.drain(flood ? NO_REST : LOG_REST);
        } catch (ContainerException e) {
            // what was seen of it is kept
        }
    }

    private Outputs collect() throws ContainerException {
        OutputCollector collector = new OutputCollector(workspace.out(), host.blobs(), limits);
        OutputManifest manifest = collector.collect(job.outputs());
        return new Outputs(manifest, collector.store(manifest));
    }

    /** The state it ended in; nothing when the engine was lost under it. */
    private Optional<ContainerState> ended() throws ContainerException, InterruptedException {
        while (true) {
            try {
                host.engine().await(container);
                return host.engine().state(container).filter(state -> state.phase() == Phase.ENDED);
            } catch (ContainerException e) {
                if (e.code() != Code.ENGINE_UNREACHABLE) {
                    throw e;
                }
                Optional<ContainerState> state = afterReturn();
                if (state.map(ContainerState::phase).filter(Phase.RUNNING::equals).isEmpty()) {
                    return Optional.empty();
                }
                log.follow();
            }
        }
    }

    /** Waits for an engine that went away; the container's state when it came back. */
    private Optional<ContainerState> afterReturn() throws InterruptedException {
        long deadline = System.nanoTime() + host.patience().toNanos();
        while (System.nanoTime() < deadline) {
            try {
                return host.engine().state(container);
            } catch (ContainerException e) {
                Thread.sleep(ENGINE_PAUSE);
            }
        }
        return Optional.empty();
    }

    /**
     * Stops watching and leaves the container alone, running or not, for {@link Leftovers} to find:
     * what an agent does that is to be started again. Closing the run is then not due.
     */
    public void detach() {
        watchdog.close();
        log.close();
    }

    /**
     * Ends and removes the container and its workspace. When the engine does not answer they stay
     * until {@link Leftovers} removes them.
     */
    @Override
    public void close() throws ContainerException {
        boolean interrupted = Thread.interrupted(); // the removal is not given up halfway
        try {
            watchdog.close();
            log.close();
            host.engine().remove(container);
            workspace.remove();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
