package dev.assay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.assay.cli.tenant.OpenOrders.OpenOrder;
import dev.assay.cli.tenant.RunEvent;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.verification.audit.AuditReport;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A run that is killed at any moment, and what the next one makes of its home. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class CrashTest {
    private static final long SEED = 20260101;
    private static final int KILLS = 8;

    @TempDir private Path folder;

    /**
     * One process is stopped at each event it reports while its home is copied: each copy is what a
     * kill would have left. Every copy must come to a proper end.
     */
    @TestFactory
    Stream<DynamicTest> home_asLeftByAKillAtEachEvent_comesToAProperEnd() throws Exception {
        return snapshots().stream()
                .map(
                        home ->
                                DynamicTest.dynamicTest(
                                        home.getFileName().toString(), () -> assertResumes(home)));
    }

    /** The same with real kills at random moments, and real runs after them. */
    @TestFactory
    Stream<DynamicTest> run_killedAtARandomMoment_isResumedByTheNext() {
        Random random = new Random(SEED);
        return Stream.generate(() -> 400 + random.nextInt(4_000))
                .limit(KILLS)
                .map(
                        millis ->
                                DynamicTest.dynamicTest(
                                        "after " + millis + " ms", () -> killAndRunAgain(millis)));
    }

    private static void assertResumes(Path home) throws Exception {
        List<RunEvent.Ended> ended;
        try (LocalRun local = LocalRun.open(home, 1)) {
            ended = local.resume(_ -> {});
            local.network().checkBooks();
            assertThat(local.tenant().open().all()).as("orders left open").isEmpty();
        }
        Books.read(home).assertWhole();
        for (RunEvent.Ended end : ended) {
            assertThat(end.reason())
                    .as(end.detail())
                    .isIn(CloseReason.DONE, CloseReason.FAILED, CloseReason.NO_BIDS);
            if (end.evidence().isPresent()) {
                AuditReport report = LocalNetworkTest.audit(end.evidence().get());
                assertThat(report.passed()).as(report.toString()).isTrue();
            }
        }
    }

    private void killAndRunAgain(int millis) throws Exception {
        Path home = folder.resolve("killed-" + millis);
        Path job = Example.job(folder.resolve("job"), 640);
        Command command = Command.in(home, folder);
        Process process =
                command.start(folder.resolve("out"), folder.resolve("err"), "run", job.toString());
        process.waitFor(millis, TimeUnit.MILLISECONDS);
        process.destroyForcibly().waitFor();

        Command.Outcome next = command.run("run", job.toString());

        assertThat(next.exit()).as(next.out() + next.err()).isEqualTo(0);
        assertThat(next.err()).isEmpty();
        Books.read(home).assertWhole();
        try (Stream<Path> jobs = Files.walk(home.resolve("jobs"))) {
            assertThat(jobs.filter(file -> file.toString().endsWith(".part"))).isEmpty();
        }
    }

    /** A process may end after it wrote its order down and before it placed it. */
    @Test
    void order_neverSubmitted_isForgottenByTheNextRun() throws Exception {
        Path home = folder.resolve("home");
        try (LocalRun local = LocalRun.open(home, 1)) {
            Digest any = Digest.sha256(new byte[] {1});
            local.tenant().open().add(new OpenOrder(new OrderId(any), any));
        }
        try (LocalRun local = LocalRun.open(home, 1)) {
            assertThat(local.resume(_ -> {})).isEmpty();
            assertThat(local.tenant().open().all()).isEmpty();
        }
    }

    private List<Path> snapshots() throws Exception {
        Path home = folder.resolve("home");
        Path job = Example.job(folder, 1_000);
        Process process =
                Command.in(home, folder)
                        .startPiped(folder.resolve("err"), "run", "--json", job.toString());
        List<Path> snapshots = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode event = new ObjectMapper().readTree(line);
                String moment = event.path("event").asText() + event.path("state").asText();
                if (seen.add(moment)) {
                    stop(process);
                    Path copy = folder.resolve(String.format("%02d-%s", snapshots.size(), moment));
                    copy(home, copy);
                    snapshots.add(copy);
                    Command.signal(process, "CONT");
                }
            }
        }
        assertThat(process.waitFor()).as(Files.readString(folder.resolve("err"))).isEqualTo(0);
        assertThat(seen)
                .contains("resolved", "ordered", "attemptRUNNING", "receipt", "settled", "ended");
        return snapshots;
    }

    /** Stops a process; the signal takes each of its threads a moment. */
    private static void stop(Process process) throws Exception {
        Command.signal(process, "STOP");
        while (!isStopped(process)) {
            Thread.sleep(1);
        }
    }

    private static boolean isStopped(Process process) throws IOException {
        try (Stream<Path> threads =
                Files.list(Path.of("/proc", Long.toString(process.pid()), "task"))) {
            for (Path thread : threads.toList()) {
                if (!Files.readString(thread.resolve("status")).contains("State:\tT")) {
                    return false;
                }
            }
            return true;
        } catch (NoSuchFileException e) {
            return false; // a thread ended meanwhile
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }
}
