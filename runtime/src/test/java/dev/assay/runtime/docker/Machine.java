package dev.assay.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;

import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.job.Container;
import dev.assay.protocol.job.Container.Input;
import dev.assay.protocol.job.ImageName;
import dev.assay.protocol.job.Network;
import dev.assay.runtime.container.ContainerEvent;
import dev.assay.runtime.container.ContainerException;
import dev.assay.runtime.container.ContainerHost;
import dev.assay.runtime.container.ContainerLimits;
import dev.assay.runtime.container.ContainerOutcome;
import dev.assay.runtime.container.ContainerRun;
import dev.assay.runtime.container.EngineImage;
import dev.assay.runtime.container.ImageResolver;
import dev.assay.runtime.container.Leftovers;
import dev.assay.runtime.container.LoopDisk;
import dev.assay.runtime.container.RunId;
import dev.assay.runtime.container.WorkspaceDisk;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A provider's machine for one test: the engine, a blob store, workspaces; all gone afterwards. */
final class Machine implements AutoCloseable {
    private static final AtomicInteger LEASES = new AtomicInteger();
    private static final long IMAGE_BYTES = 64L << 20;

    final DockerEngine engine;
    final Path folder;
    final BlobStore blobs;
    final ContainerHost host;
    final List<ContainerEvent> events = Collections.synchronizedList(new ArrayList<>());
    final LeaseId lease;
    private final Set<String> containers = new TreeSet<>();
    private final Set<String> volumesBefore;

    private Machine(DockerEngine engine, Path folder, WorkspaceDisk disk, String runtime)
            throws Exception {
        this.engine = engine;
        this.folder = folder;
        this.blobs = BlobStore.open(folder.resolve("blobs"));
        this.lease =
                new LeaseId(
                        Digest.sha256(
                                (folder + ":" + LEASES.incrementAndGet())
                                        .getBytes(StandardCharsets.UTF_8)));
        this.host =
                new ContainerHost(
                        engine,
                        engine.facts(),
                        blobs,
                        folder.resolve("runs"),
                        disk,
                        "test-" + lease.brief(),
                        runtime,
                        Duration.ofSeconds(20),
                        InstantSource.system());
        this.volumesBefore = volumes();
    }

    /** With the engine that is there, and workspaces that only the watchdog bounds. */
    static Machine here(Path folder) throws Exception {
        return at(TestDocker.connect(), folder, WorkspaceDisk.plain(), "");
    }

    /** With workspaces that the file system bounds; without root the test is skipped. */
    static Machine withLoopDisk(Path folder) throws Exception {
        DockerEngine engine = TestDocker.connect();
        WorkspaceDisk disk = LoopDisk.probe(folder).orElse(null);
        if (disk == null) {
            engine.close();
            org.junit.jupiter.api.Assumptions.abort("file systems cannot be mounted here");
        }
        return at(engine, folder, disk, "");
    }

    static Machine at(DockerEngine engine, Path folder, WorkspaceDisk disk, String runtime)
            throws Exception {
        try {
            return new Machine(engine, folder, disk, runtime);
        } catch (Exception e) {
            engine.close();
            throw e;
        }
    }

    EngineImage busybox() throws Exception {
        return load(TestImage.busybox(Map.of()));
    }

    EngineImage load(TestImage image) throws Exception {
        Digest digest = blobs.put(image.saved());
        return new ImageResolver(engine, blobs, IMAGE_BYTES, false)
                .resolve(new ImageName.Archive(digest), events::add);
    }

    /** A job that runs a shell script; everything in its outputs is kept. */
    static Container script(String script) {
        return job(List.of("/bin/sh", "-c", script), Map.of(), List.of(), Network.NONE, 1);
    }

    static Container job(
            List<String> command,
            Map<String, String> env,
            List<Input> inputs,
            Network network,
            int array) {
        return new Container(
                new ImageName.Reference("test"),
                command,
                env,
                inputs,
                List.of("."),
                List.of(),
                1 << 20,
                network,
                array);
    }

    /** Small limits, so that whoever means harm reaches them soon. */
    static ContainerLimits limits() {
        return new ContainerLimits(
                1_000_000_000L,
                64L << 20,
                64,
                256,
                8L << 20,
                32L << 20,
                1000,
                32L << 20,
                1L << 20,
                Duration.ofSeconds(60),
                Duration.ofSeconds(1));
    }

    RunId run() {
        return new RunId(lease, 0, 1);
    }

    ContainerRun start(Container job, ContainerLimits limits) throws Exception {
        return start(job, busybox(), limits);
    }

    ContainerRun start(Container job, EngineImage image, ContainerLimits limits)
            throws ContainerException {
        ContainerRun run =
                ContainerRun.start(host, run(), job, image, limits, List.of(), events::add);
        engine.list(Map.of("dev.assay.agent", host.agent()))
                .forEach(container -> containers.add(container.id()));
        return run;
    }

    /** Runs to the end and removes everything. */
    ContainerOutcome run(Container job, ContainerLimits limits) throws Exception {
        try (ContainerRun run = start(job, limits)) {
            return run.await();
        }
    }

    ContainerOutcome run(String script) throws Exception {
        return run(script(script), limits());
    }

    /** The log's texts, without their times: {@code out TEXT} and {@code err TEXT}. */
    List<String> log(ContainerOutcome outcome) throws Exception {
        return new String(blobs.read(outcome.log(), Integer.MAX_VALUE), StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.substring(line.indexOf(' ') + 1))
                .toList();
    }

    /** The collected files' texts by path. */
    Map<String, String> outputs(ContainerOutcome outcome) throws Exception {
        Map<String, String> texts = new TreeMap<>();
        for (var file : outcome.outputs().orElseThrow().manifest().files()) {
            texts.put(
                    file.path(),
                    new String(blobs.read(file.digest(), 1 << 20), StandardCharsets.UTF_8));
        }
        return texts;
    }

    DockerClient docker() {
        return engine.client();
    }

    Set<String> volumes() {
        var volumes = docker().listVolumesCmd().exec().getVolumes();
        Set<String> names = new TreeSet<>();
        if (volumes != null) {
            volumes.forEach(volume -> names.add(volume.getName()));
        }
        return names;
    }

    /** Waits until a container wrote this line. */
    void awaitLog(String text) throws InterruptedException {
        while (List.copyOf(events).stream()
                .noneMatch(
                        event ->
                                event instanceof ContainerEvent.Logged logged
                                        && logged.entry().text().strip().equals(text))) {
            Thread.sleep(5);
        }
    }

    /** No container, no volume, no workspace, no mount, no process. */
    void assertNothingLeft() throws Exception {
        assertThat(engine.list(Map.of("dev.assay.agent", host.agent()))).isEmpty();
        assertThat(volumes()).isEqualTo(volumesBefore);
        if (Files.exists(host.root())) {
            try (Stream<Path> left = Files.list(host.root())) {
                assertThat(left).isEmpty();
            }
        }
        assertThat(Files.readString(Path.of("/proc/self/mountinfo")))
                .doesNotContain(host.root().toString());
        assertThat(processes()).isEmpty();
    }

    /** Processes of this host that run in a container of this test. */
    List<Path> processes() throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            for (Path process :
                    all.filter(p -> p.getFileName().toString().matches("[0-9]+")).toList()) {
                if (containers.stream().anyMatch(read(process.resolve("cgroup"))::contains)) {
                    found.add(process);
                }
            }
        }
        return found;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return ""; // gone
        }
    }

    /** What is left of the lease, after what cannot go on was removed. */
    List<Leftovers.Found> left() throws ContainerException {
        return Leftovers.of(host, lease, Set.of());
    }

    @Override
    public void close() throws ContainerException {
        try {
            Leftovers.removeUnheld(host, Set::of);
        } finally {
            engine.close();
        }
    }
}
