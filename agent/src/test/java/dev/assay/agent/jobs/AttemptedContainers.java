package dev.assay.agent.jobs;

import static org.assertj.core.api.Assertions.assertThat;
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
import dev.assay.protocol.market.AgentMessage;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.Price;
import dev.assay.protocol.money.PriceUnit;
import dev.assay.runtime.container.ContainerHost;
import dev.assay.runtime.container.WorkspaceDisk;
import dev.assay.runtime.docker.DockerEngine;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Containers of an attempt on a real Docker Engine; without one the tests are skipped. */
abstract class AttemptedContainers {
    static final Path BUSYBOX = Path.of("/bin/busybox");
    static final Resources NEEDED = new Resources(1, 64 << 20, 64 << 20, 0);
    static final String WAIT = "while ! [ -e /tmp/go ]; do busybox sleep 0.05; done";

    @TempDir Path folder;
    final BlockingQueue<AgentMessage> sent = new LinkedBlockingQueue<>();
    final Cancellation cancellation = new Cancellation();
    DockerEngine engine;
    Rig rig;
    ContainerHost host;
    Digest archive;

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

    Digest archive() throws Exception {
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

    static boolean succeeds(String... words) throws InterruptedException {
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

    List<String> containers() throws Exception {
        return engine.list(Map.of("dev.assay.agent", host.agent())).stream()
                .map(container -> container.name())
                .toList();
    }

    Container job(String script, int array) {
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

    Assignment assignment(Container work) throws Exception {
        Price price = new Price(MicroAmount.of(1), Denom.USDC, PriceUnit.CPU_HOUR);
        return rig.assignment(
                rig.award(new JobSpec("test", NEEDED, work, price, new Verification(10_000))));
    }

    Workplace workplace() {
        return rig.workplace(() -> host);
    }

    /** What an attempt has, without its thread and its market. */
    final class Attempted implements AutoCloseable {
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

    <M extends AgentMessage> M next(Class<M> kind) throws InterruptedException {
        while (true) {
            AgentMessage message = sent.take();
            if (kind.isInstance(message)) {
                return kind.cast(message);
            }
        }
    }
}
