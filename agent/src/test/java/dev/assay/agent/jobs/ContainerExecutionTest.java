package dev.assay.agent.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.Container;
import dev.assay.protocol.job.ContainerResult;
import dev.assay.protocol.job.ImageName;
import dev.assay.protocol.job.Network;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.market.AgentMessage;
import dev.assay.protocol.market.AgentMessage.ReportOutput;
import dev.assay.protocol.market.AgentMessage.ReportProgress;
import dev.assay.protocol.market.OutputLine;
import dev.assay.protocol.market.Progress;
import dev.assay.protocol.market.ShellRequest;
import dev.assay.runtime.container.ContainerLimits;
import dev.assay.runtime.container.ContainerRun;
import dev.assay.runtime.container.ContainerUsage;
import dev.assay.runtime.container.EngineImage;
import dev.assay.runtime.container.ImageResolver;
import dev.assay.runtime.container.LeaseRecord;
import dev.assay.runtime.container.RunId;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The containers of an attempt: their order, their output, and what a restart finds of them. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
final class ContainerExecutionTest extends AttemptedContainers {
    private String log(ContainerResult.Unit unit) throws Exception {
        return new String(rig.blobs.read(unit.log(), 1 << 20), StandardCharsets.UTF_8);
    }

    @Test
    void array_inParallel_showsProgressAndOutputAndEndsInOrder() throws Exception {
        Container work =
                job("echo out $ASSAY_INDEX; echo err >&2; exit $ASSAY_INDEX", 3).inParallel(2);
        try (Attempted attempted = new Attempted(assignment(work), List.of())) {
            ContainerResult result = attempted.result(3);
            assertThat(result.units())
                    .extracting(unit -> unit.cause() + " " + unit.exitCode())
                    .containsExactly("done 0", "exit_code 1", "exit_code 2");
            List<AgentMessage> messages = List.copyOf(sent);
            assertThat(messages)
                    .filteredOn(ReportProgress.class::isInstance)
                    .last()
                    .isEqualTo(new ReportProgress(attempted.assignment.id(), new Progress(3, 3)));
            assertThat(
                            messages.stream()
                                    .filter(ReportOutput.class::isInstance)
                                    .flatMap(m -> ((ReportOutput) m).output().lines().stream())
                                    .map(line -> line.stream() + " " + line.text()))
                    .containsExactlyInAnyOrder(
                            "OUT out 0", "OUT out 1", "OUT out 2", "ERR err", "ERR err", "ERR err");
        }
    }

    /** Unit 0 was committed, container 1 runs, 2 had not begun; a stranger's is there too. */
    @Test
    void execution_afterARestart_takesOverWhatRuns() throws Exception {
        Container work =
                job("echo begun $ASSAY_INDEX; [ $ASSAY_INDEX = 1 ] && " + WAIT + "; exit 0", 3)
                        .withShell();
        Assignment assignment = assignment(work);
        Digest first = leaveBehind(work, assignment);
        String stranger = "assay-stranger-" + ProcessHandle.current().pid();
        assertThat(
                        succeeds(
                                "docker",
                                "create",
                                "--name",
                                stranger,
                                "--label",
                                "dev.assay.lease=" + assignment.id().hex(),
                                image().id(),
                                "/bin/true"))
                .isTrue();
        try (Attempted attempted = new Attempted(assignment, List.of(first))) {
            assertThat(attempted.execution.processes().read().orElseThrow().cpu())
                    .as("of the first, which is gone, and of the second")
                    .isGreaterThanOrEqualTo(Duration.ofSeconds(7));
            attempted.shells.open(
                    1, new ShellRequest(1, List.of("/bin/sh", "-c", "> /tmp/go"), 80, 24));
            ContainerResult result = attempted.result(2);
            assertThat(result.units()).hasSize(3);
            assertThat(result.units().getFirst().digest()).isEqualTo(first);
            for (ContainerResult.Unit unit : result.units().subList(1, 3)) {
                assertThat(log(unit).lines()).hasSize(1);
                assertThat(log(unit)).endsWith(" out begun " + unit.index() + "\n");
            }
            assertThat(succeeds("docker", "inspect", stranger)).isTrue();
        } finally {
            assertThat(succeeds("docker", "rm", "-f", stranger)).isTrue();
        }
    }

    private EngineImage image() throws Exception {
        return new ImageResolver(engine, rig.blobs, 64 << 20, false)
                .resolve(new ImageName.Archive(archive), _ -> {});
    }

    /** What an agent that was killed leaves; answers the unit of container 0. */
    private Digest leaveBehind(Container work, Assignment assignment) throws Exception {
        EngineImage image = image();
        ContainerResult.Unit unit =
                new ContainerResult.Unit(
                        0,
                        "exit_code",
                        9,
                        rig.blobs.put(new byte[] {1}),
                        java.util.Optional.empty());
        try (LeaseRecord record = LeaseRecord.open(host, assignment.id())) {
            record.image(image.id());
            record.ended(
                    0,
                    new LeaseRecord.Ended(
                            rig.blobs.put(unit.bytes()),
                            new ContainerUsage(Duration.ofSeconds(7), 1 << 20)));
        }
        ContainerRun.start(
                        host,
                        new RunId(assignment.id(), 1, 3),
                        work,
                        image,
                        ContainerLimits.of(1, 64 << 20, 64 << 20, 1, Duration.ofMinutes(5)),
                        List.of(),
                        _ -> {})
                .detach();
        return unit.digest();
    }

    @Test
    void execution_whoseRecordIsGone_fails() throws Exception {
        Assignment assignment = assignment(job("true", 2));
        ContainerResult.Unit unit =
                new ContainerResult.Unit(
                        0,
                        "exit_code",
                        9,
                        rig.blobs.put(new byte[] {1}),
                        java.util.Optional.empty());
        Digest first = rig.blobs.put(unit.bytes());
        assertThatThrownBy(() -> new Attempted(assignment, List.of(first)))
                .isInstanceOf(AttemptFailure.class)
                .extracting(e -> ((AttemptFailure) e).reason())
                .isEqualTo(Cause.STORAGE);
    }

    /** A registry that takes the connection and says nothing. */
    @Test
    void pull_whenTheEndIsRequested_endsAtOnce() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Container work =
                    new Container(
                            new ImageName.Reference(
                                    "127.0.0.1:" + silent.getLocalPort() + "/image:tag"),
                            List.of(),
                            Map.of(),
                            List.of(),
                            List.of("."),
                            List.of(),
                            1 << 20,
                            Network.NONE,
                            1);
            CompletableFuture<Socket> accepted = new CompletableFuture<>();
            Thread.ofVirtual()
                    .start(
                            () -> {
                                try {
                                    accepted.complete(silent.accept());
                                    cancellation.request(AttemptFailure.requested(Cause.CANCELLED));
                                } catch (IOException e) {
                                    accepted.completeExceptionally(e);
                                }
                            });
            assertThatThrownBy(() -> new Attempted(assignment(work), List.of()))
                    .isInstanceOf(AttemptFailure.class)
                    .hasMessage("the tenant ended the order");
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            accepted.join().close();
        }
    }

    @Test
    void output_isWhatTheContainerWrote_withItsTime() throws Exception {
        try (Attempted attempted = new Attempted(assignment(job("echo one", 1)), List.of())) {
            attempted.result(1);
            OutputLine line = next(ReportOutput.class).output().lines().getFirst();
            assertThat(line.text()).isEqualTo("one");
            assertThat(line.time())
                    .isBetween(
                            rig.clock.instant().minusSeconds(600),
                            rig.clock.instant().plusSeconds(600));
        }
    }
}
