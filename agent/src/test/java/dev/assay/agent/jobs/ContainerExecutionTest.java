package dev.assay.agent.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.assay.agent.Rig;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.Container;
import dev.assay.protocol.job.ContainerResult;
import dev.assay.protocol.job.ImageName;
import dev.assay.protocol.job.JobSpec;
import dev.assay.protocol.job.Network;
import dev.assay.protocol.job.Resources;
import dev.assay.protocol.job.Verification;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.market.AgentMessage;
import dev.assay.protocol.market.AgentMessage.ReportOutput;
import dev.assay.protocol.market.AgentMessage.ReportProgress;
import dev.assay.protocol.market.AgentMessage.ReportShell;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.OutputLine;
import dev.assay.protocol.market.Progress;
import dev.assay.protocol.market.ShellInput;
import dev.assay.protocol.market.ShellOutput;
import dev.assay.protocol.market.ShellRequest;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.Price;
import dev.assay.protocol.money.PriceUnit;
import dev.assay.runtime.container.ContainerHost;
import dev.assay.runtime.container.ContainerLimits;
import dev.assay.runtime.container.ContainerRun;
import dev.assay.runtime.container.ContainerUsage;
import dev.assay.runtime.container.EngineImage;
import dev.assay.runtime.container.ImageResolver;
import dev.assay.runtime.container.LeaseRecord;
import dev.assay.runtime.container.RunId;
import dev.assay.runtime.container.WorkspaceDisk;
import dev.assay.runtime.docker.DockerEngine;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Containers of an attempt, on a real Docker Engine. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class ContainerExecutionTest {
    private static final Path BUSYBOX = Path.of("/bin/busybox");
    private static final Resources NEEDED = new Resources(1, 64 << 20, 64 << 20, 0);
    private static final String WAIT = "while ! [ -e /tmp/go ]; do busybox sleep 0.05; done";

    @TempDir private Path folder;
    private final BlockingQueue<AgentMessage> sent = new LinkedBlockingQueue<>();
    private final Cancellation cancellation = new Cancellation();
    private DockerEngine engine;
    private Rig rig;
    private ContainerHost host;
    private Digest archive;

    @BeforeEach
    void open() throws Exception {
        assumeTrue(Files.isExecutable(BUSYBOX), "no /bin/busybox: needs busybox-static");
        assumeTrue(succeeds("docker", "version"), "no Docker Engine answers");
        String socket = System.getenv("DOCKER_HOST");
        engine = DockerEngine.at(socket == null ? DockerEngine.DEFAULT_SOCKET : URI.create(socket));
        rig = new Rig(folder);
        host =
                new ContainerHost(
                        engine,
                        engine.facts(),
                        rig.blobs,
                        folder.resolve("runs"),
                        WorkspaceDisk.plain(),
                        rig.provider.keyId().hex(),
                        "",
                        Duration.ofSeconds(20),
                        rig.clock);
        archive = archive();
    }

    @AfterEach
    void close() throws Exception {
        if (rig != null) {
            assertThat(containers()).isEmpty();
            if (Files.exists(host.root())) {
                assertThat(host.root()).isEmptyDirectory();
            }
            rig.close();
            engine.close();
        }
    }

    private Digest archive() throws Exception {
        String tag = "assay-agent-test:" + ProcessHandle.current().pid();
        Path root = Files.createDirectories(folder.resolve("root/bin"));
        Files.copy(BUSYBOX, root.resolve("busybox"));
        Files.createSymbolicLink(root.resolve("sh"), Path.of("busybox"));
        assertThat(succeeds("tar", "-C", folder + "/root", "-cf", folder + "/root.tar", "."))
                .isTrue();
        assertThat(succeeds("docker", "import", folder + "/root.tar", tag)).isTrue();
        assertThat(succeeds("docker", "save", tag, "-o", folder + "/image.tar")).isTrue();
        assertThat(succeeds("docker", "rmi", tag)).isTrue();
        return rig.blobs.put(folder.resolve("image.tar"));
    }

    private static boolean succeeds(String... words) throws InterruptedException {
        try {
            return new ProcessBuilder(words)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private List<String> containers() throws Exception {
        return engine.list(Map.of("dev.assay.agent", host.agent())).stream()
                .map(container -> container.name())
                .toList();
    }

    private Container job(String script, int array) {
        return new Container(
                new ImageName.Archive(archive),
                List.of("/bin/sh", "-c", script),
                Map.of(),
                List.of(),
                List.of("."),
                List.of(),
                1 << 20,
                Network.NONE,
                array);
    }

    private Assignment assignment(Container work) throws Exception {
        Price price = new Price(MicroAmount.of(1), Denom.USDC, PriceUnit.CPU_HOUR);
        return rig.assignment(
                rig.award(new JobSpec("test", NEEDED, work, price, new Verification(10_000))));
    }

    private Workplace workplace() {
        return rig.workplace(() -> host);
    }

    /** What an attempt has, without its thread and its market. */
    private final class Attempted implements AutoCloseable {
        final Assignment assignment;
        final Live live;
        final Shells shells;
        final Execution execution;

        Attempted(Assignment assignment, List<Digest> finished) throws AttemptFailure {
            this.assignment = assignment;
            this.live = new Live(assignment.id(), sent::add).begin();
            this.shells =
                    new Shells(
                            assignment.id(),
                            ((Container) assignment.spec().work()).shell(),
                            sent::add);
            try {
                this.execution =
                        Execution.prepare(
                                assignment,
                                workplace(),
                                cancellation,
                                finished,
                                List.of(),
                                live,
                                shells);
            } catch (AttemptFailure e) {
                live.close();
                throw e;
            }
        }

        ContainerResult result(int units) throws Exception {
            List<Digest> digests = new ArrayList<>();
            for (int i = 0; i < units; i++) {
                digests.add(execution.next());
            }
            live.settle();
            ContainerResult result =
                    ContainerResult.parse(rig.blobs.read(execution.store(), 1 << 20));
            assertThat(
                            result.units().stream()
                                    .map(ContainerResult.Unit::digest)
                                    .toList()
                                    .subList(result.units().size() - units, result.units().size()))
                    .isEqualTo(digests);
            return result;
        }

        @Override
        public void close() {
            execution.close();
            shells.close();
            live.close();
        }
    }

    private <M extends AgentMessage> M next(Class<M> kind) throws InterruptedException {
        while (true) {
            AgentMessage message = sent.take();
            if (kind.isInstance(message)) {
                return kind.cast(message);
            }
        }
    }

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

    @Test
    void shell_ofAJobThatDidNotAsk_isRefused() throws Exception {
        try (Attempted attempted = new Attempted(assignment(job("true", 1)), List.of())) {
            attempted.shells.open(1, new ShellRequest(0, List.of("/bin/sh"), 80, 24));
            assertThat(next(ReportShell.class).output())
                    .isEqualTo(new ShellOutput.Ended(-1, "the job did not ask for a shell"));
        }
    }

    @Test
    void shell_inAContainer_carriesBothWays_andEndsWithIt() throws Exception {
        try (Attempted attempted = new Attempted(assignment(job(WAIT, 1).withShell()), List.of())) {
            attempted.shells.open(7, new ShellRequest(0, List.of("/bin/sh"), 80, 24));
            CompletableFuture<ContainerResult> result =
                    CompletableFuture.supplyAsync(() -> unchecked(attempted));
            assertThat(next(ReportShell.class).output()).isEqualTo(new ShellOutput.Opened());
            attempted.shells.open(8, new ShellRequest(0, List.of("/bin/sh"), 80, 24));
            assertThat(next(ReportShell.class))
                    .isEqualTo(
                            new ReportShell(
                                    attempted.assignment.id(),
                                    8,
                                    new ShellOutput.Ended(-1, "a shell is open already")));
            type(attempted, "echo $((40+2)) > /assay/out/answer; > /tmp/go\n");
            ShellOutput last = next(ReportShell.class).output();
            while (!(last instanceof ShellOutput.Ended)) {
                if (last instanceof ShellOutput.Written) {
                    attempted.shells.input(7, new ShellInput.Taken(1));
                }
                last = next(ReportShell.class).output();
            }
            assertThat(result.join().units().getFirst().done()).isTrue();
        }
    }

    private static ContainerResult unchecked(Attempted attempted) {
        try {
            return attempted.result(1);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void type(Attempted attempted, String text) {
        attempted.shells.input(
                7, new ShellInput.Typed(Bytes.copyOf(text.getBytes(StandardCharsets.UTF_8))));
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
