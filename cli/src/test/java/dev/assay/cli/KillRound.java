package dev.assay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.cli.network.KillTarget;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.verification.audit.AuditReport;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * One home whose process is killed so many times, and let come to rest now and then. Every start
 * but the first is a restart after a kill.
 */
final class KillRound implements Callable<Void> {
    /** What a kill is aimed at; DONE is written down while the attempt still holds its claim. */
    private static final List<AttemptState> AIMS =
            List.of(
                    AttemptState.DONE,
                    AttemptState.ASSIGNED,
                    AttemptState.PREPARING,
                    AttemptState.RUNNING,
                    AttemptState.RECOVERING,
                    AttemptState.FINISHING,
                    AttemptState.ATTESTING);

    private static final int KILLS_TO_REST = 10;
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final int HELD_MILLIS = 30;
    private static final int RANDOM_MILLIS = 4_000;

    private final KillJob job;
    private final KillHome home;
    private final Path folder;
    private final Path file;
    private final int kills;
    private final Random random;
    private final KillDriver driver;
    private final Map<AttemptState, Integer> hits = new EnumMap<>(AttemptState.class);
    private final Set<String> audited = new HashSet<>();
    private final List<String> story = new ArrayList<>();
    private String sabotage = "";
    private Duration patience = LIMIT;

    /** Whether there may be runners that were stopped, which only the next agent can end. */
    private boolean stopped;

    private int done;

    KillRound(KillJob job, Path folder, int kills, long seed, KillDriver driver)
            throws IOException, InterruptedException {
        this.job = job;
        this.folder = folder;
        this.home = new KillHome(folder.resolve("home"));
        this.file = job.write(folder.resolve("job"));
        this.kills = kills;
        this.random = new Random(seed + job.ordinal());
        this.driver = driver;
    }

    /** Makes the agent's journal behave as this trigger says, to see that it is noticed. */
    KillRound sabotaged(String trigger) {
        sabotage = trigger;
        patience = Duration.ofSeconds(5);
        return this;
    }

    /** How often each state was the attempt's when its process was killed. */
    Map<AttemptState, Integer> hits() {
        return hits;
    }

    int kills() {
        return done;
    }

    @Override
    public Void call() throws Exception {
        try {
            comeToRest();
            if (!sabotage.isEmpty()) {
                home.change(sabotage);
            }
            while (done < kills) {
                kill(aim());
                if (done % KILLS_TO_REST == 0 || done == kills) {
                    comeToRest();
                }
            }
            return null;
        } catch (AssertionError | Exception e) {
            throw new AssertionError(
                    job + " after " + done + " kills: " + e.getMessage() + "\nin " + story, e);
        }
    }

    /** A state to hold the process at; every fourth kill comes at any moment. */
    private Optional<AttemptState> aim() {
        return done % 4 == 3
                ? Optional.empty()
                : Optional.of(AIMS.get((done - done / 4) % AIMS.size()));
    }

    private void kill(Optional<AttemptState> aim) throws Exception {
        boolean told = random.nextBoolean();
        long delay = random.nextInt(aim.isPresent() ? HELD_MILLIS : RANDOM_MILLIS);
        story.add(aim.map(AttemptState::name).orElse("any") + (told ? "+" : "-") + delay + "ms");
        try (Child child = new Child(aim.map(AttemptState::name).orElse("never"), told)) {
            if (aim.isPresent()) {
                if (child.awaitReadyOrHeld()) {
                    assertNothingIsLeftOfTheDead(child);
                    child.awaitHeld();
                }
                stopped = false; // an agent that works has ended what was left
                Thread.sleep(delay);
            } else if (child.comes("ready", Duration.ofMillis(delay))) {
                assertNothingIsLeftOfTheDead(child);
                stopped = false;
            }
            stopped |= random.nextInt(4) == 0 && stopRunners();
            child.kill();
            done++;
            assertAsTheDeadLeftIt();
        }
    }

    /** A runner that is stopped cannot see that its agent is gone. */
    private boolean stopRunners() throws Exception {
        List<ProcessHandle> runners = home.runners();
        for (ProcessHandle runner : runners) {
            new ProcessBuilder("kill", "-STOP", Long.toString(runner.pid())).start().waitFor();
        }
        return !runners.isEmpty();
    }

    private void assertAsTheDeadLeftIt() throws Exception {
        if (home.isNew()) {
            return;
        }
        home.state().ifPresent(state -> hits.merge(state, 1, Integer::sum));
        home.assertNoGpuIsHeldTwice();
        home.assertBooksBalance();
        if (!stopped) {
            becomes("runners end with their agent", () -> home.runners().isEmpty());
        }
    }

    /** The next process has started, and may be at work already on what it took up again. */
    private void assertNothingIsLeftOfTheDead(Child child) throws Exception {
        long now = child.process.pid();
        assertThat(home.runners())
                .as("runners of a dead agent")
                .allMatch(
                        runner -> runner.parent().map(ProcessHandle::pid).equals(Optional.of(now)));
        becomes("no ended lease holds a GPU", () -> home.leakedClaims().isEmpty());
        home.assertNoGpuIsHeldTwice();
        if (job == KillJob.CONTAINERS) {
            becomes("containers are of open leases", this::containersAreOfOpenLeases);
        }
    }

    private boolean containersAreOfOpenLeases() {
        try {
            Collection<String> running = home.containers();
            return home.unfinishedLeases().containsAll(running);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Something that holds at any moment but this one, and holds soon. */
    private void becomes(String what, BooleanSupplier holds) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            Thread.sleep(20);
        }
    }

    /** A process that places nothing new and is not killed: at its end nothing is left. */
    private void comeToRest() throws Exception {
        try (Child child = new Child("finish", true)) {
            child.awaitReady();
            assertNothingIsLeftOfTheDead(child);
            child.end();
        }
        story.add("rest");
        home.assertNoGpuIsHeldTwice();
        assertThat(home.openClaims()).as("open claims").isEmpty();
        assertThat(home.unfinishedLeases()).as("unfinished attempts").isEmpty();
        assertThat(home.runners()).as("runners").isEmpty();
        assertThat(home.mounts()).as("mounts").isEmpty();
        assertThat(home.workspaces()).as("workspaces").isEmpty();
        if (job == KillJob.CONTAINERS) {
            assertThat(home.containers()).as("containers").isEmpty();
        }
        Books.read(home.root()).assertWhole();
        if (job.claims()) {
            assertThat(home.doneWithoutClaim()).as("attempts without a claim").isEmpty();
        }
        assertThat(home.failures()).as("attempts that did not go on").isEmpty();
        audit();
    }

    private void audit() throws IOException {
        Path jobs = home.root().resolve("jobs");
        if (!Files.exists(jobs)) {
            return;
        }
        try (var orders = Files.list(jobs)) {
            for (Path order : orders.toList()) {
                Path evidence = order.resolve("evidence");
                if (Files.exists(evidence) && audited.add(order.toString())) {
                    AuditReport report = LocalNetworkTest.audit(evidence);
                    assertThat(report.passed()).as(report.toString()).isTrue();
                }
            }
        }
    }

    /** A process over the home; closing it kills it. */
    private final class Child implements AutoCloseable {
        private final Process process;
        private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        private final Path errors = folder.resolve("errors");

        Child(String hold, boolean told) throws IOException {
            ProcessBuilder builder =
                    new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                            "-XX:+UseSerialGC",
                            "-Xshare:auto",
                            "--enable-native-access=ALL-UNNAMED",
                            "--sun-misc-unsafe-memory-access=allow",
                            "--add-modules",
                            "jdk.incubator.vector",
                            "-Djava.io.tmpdir=" + Files.createDirectories(folder.resolve("tmp")),
                            "-cp",
                            System.getProperty("java.class.path"),
                            KillTarget.class.getName(),
                            home.root().toString(),
                            file.toString(),
                            driver.kernel().toString(),
                            hold,
                            Boolean.toString(told));
            builder.environment().remove("CUDA_VISIBLE_DEVICES");
            builder.environment().put("LD_LIBRARY_PATH", driver.libraries().toString());
            builder.environment().put("ASSAY_FAKE_GPUS", driver.machine().toString());
            process = builder.redirectError(errors.toFile()).start();
            Thread.ofVirtual().start(this::read);
        }

        private void read() {
            try (BufferedReader said = process.inputReader()) {
                said.lines().forEach(lines::add);
            } catch (IOException | UncheckedIOException e) {
                // killed in the middle of a line
            } finally {
                lines.add("over");
            }
        }

        void awaitReady() throws Exception {
            assertThat(await("ready"::equals)).as(Files.readString(errors)).isEqualTo("ready");
        }

        /** Whether it is ready; otherwise it is held still before it is. */
        boolean awaitReadyOrHeld() throws Exception {
            String line = await(said -> said.equals("ready") || said.startsWith("hold "));
            assertThat(line).as(Files.readString(errors)).isNotEqualTo("over");
            return line.equals("ready");
        }

        /**
         * Waits until it is held, or has done an order from its beginning to its end without: what
         * it takes up again skips some states, and nothing recovers when nothing was interrupted.
         */
        void awaitHeld() throws Exception {
            String line = "";
            for (int ended = 0; ended < 2 && !line.startsWith("hold "); ended++) {
                line = await(said -> said.startsWith("hold ") || said.startsWith("ended "));
            }
        }

        String await(Predicate<String> wanted) throws Exception {
            while (true) {
                String line = lines.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
                assertThat(line).as("nothing more: " + Files.readString(errors)).isNotNull();
                if (wanted.test(line) || line.equals("over")) {
                    return line;
                }
            }
        }

        /** Waits so long, and says whether a line came meanwhile. */
        boolean comes(String wanted, Duration within) throws InterruptedException {
            long deadline = System.nanoTime() + within.toNanos();
            boolean came = false;
            for (long left = within.toNanos(); left > 0; left = deadline - System.nanoTime()) {
                String line = lines.poll(left, TimeUnit.NANOSECONDS);
                came |= wanted.equals(line);
            }
            return came;
        }

        /** Kills it and waits until it is no more. */
        void kill() {
            var _ = process.destroyForcibly().onExit().join();
        }

        /** Waits for its own end, which must be a good one. */
        void end() throws Exception {
            assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .as("no end: " + Files.readString(errors))
                    .isTrue();
            assertThat(process.exitValue()).as(Files.readString(errors)).isZero();
        }

        @Override
        public void close() {
            kill();
        }
    }
}
