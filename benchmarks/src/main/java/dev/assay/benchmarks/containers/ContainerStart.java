package dev.assay.benchmarks.containers;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.benchmarks.ResultFile;
import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.job.Container;
import dev.assay.protocol.job.ImageName;
import dev.assay.protocol.job.Network;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.runtime.container.ContainerEvent;
import dev.assay.runtime.container.ContainerException;
import dev.assay.runtime.container.ContainerHost;
import dev.assay.runtime.container.ContainerLimits;
import dev.assay.runtime.container.ContainerRun;
import dev.assay.runtime.container.EngineImage;
import dev.assay.runtime.container.LoopDisk;
import dev.assay.runtime.container.RunId;
import dev.assay.runtime.container.WorkspaceDisk;
import dev.assay.runtime.docker.DockerEngine;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * From the order to start a container to the first byte that its program writes: ours, with its
 * hardening, workspace and log, against {@code docker run} of the same image, none of them with a
 * network, once plain and once with the same limits and mounts. The ways take turns; medians over
 * rounds. Where file systems can be mounted, ours is measured with a bounded disk too. Arguments:
 * rounds, result file; the engine is that of {@code DOCKER_HOST}. Takes /bin/busybox, statically
 * linked.
 */
public final class ContainerStart {
    private static final int WARM_UP = 3;
    private static final long MEMORY = 256L << 20;
    private static final long DISK = 64L << 20;
    private static final String TAG = "assay-benchmark:start";
    private static final List<String> COMMAND = List.of("/bin/busybox", "sh", "-c", "echo ready");

    private final DockerEngine engine;
    private final Path folder;
    private final BlobStore blobs;
    private final EngineImage image;
    private int started;

    private ContainerStart(DockerEngine engine, Path folder, BlobStore blobs, EngineImage image) {
        this.engine = engine;
        this.folder = folder;
        this.blobs = blobs;
        this.image = image;
    }

    /** One way to start a container; answers the seconds to its first output. */
    private interface Way {
        double seconds() throws IOException, InterruptedException, ContainerException;
    }

    public static void main(String[] args)
            throws IOException, InterruptedException, ContainerException, BlobException {
        int rounds = Integer.parseInt(args[0]);
        Path folder = Files.createTempDirectory("assay-benchmark-containers");
        String named = System.getenv("DOCKER_HOST");
        makeImage(folder);
        try (DockerEngine engine =
                DockerEngine.at(named == null ? DockerEngine.DEFAULT_SOCKET : URI.create(named))) {
            EngineImage image =
                    engine.image(TAG).orElseThrow(() -> new IOException("no image " + TAG));
            ContainerStart start =
                    new ContainerStart(
                            engine, folder, BlobStore.open(folder.resolve("blobs")), image);
            ResultFile.write(
                    Path.of(args[1]), "benchmarks/run.sh containers", start.measure(rounds));
        } finally {
            docker("rmi", "-f", TAG);
        }
    }

    private static void makeImage(Path folder) throws IOException, InterruptedException {
        Path bin = Files.createDirectories(folder.resolve("root/bin"));
        Files.copy(Path.of("/bin/busybox"), bin.resolve("busybox"));
        Path archive = folder.resolve("root.tar");
        run(List.of("tar", "-C", folder.resolve("root").toString(), "-cf", archive + "", "."));
        docker("import", archive.toString(), TAG);
    }

    private static void docker(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("docker"));
        command.addAll(List.of(words));
        run(command);
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(command)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        if (process.waitFor() != 0) {
            throw new IOException(command + " ended with " + process.exitValue());
        }
    }

    private ObjectNode measure(int rounds)
            throws IOException, InterruptedException, ContainerException {
        Map<String, Way> ways = new LinkedHashMap<>();
        ContainerHost plain = host(WorkspaceDisk.plain(), "plain");
        ways.put("ours", () -> ours(plain));
        Optional<LoopDisk> bounded = LoopDisk.probe(folder);
        if (bounded.isPresent()) {
            ContainerHost host = host(bounded.get(), "bounded");
            ways.put("oursBoundedDisk", () -> ours(host));
        }
        ways.put("dockerRunPlain", () -> theirs(List.of("--network=none")));
        ways.put("dockerRunHardened", () -> theirs(hardening()));

        Map<String, double[]> seconds = new LinkedHashMap<>();
        for (int round = -WARM_UP; round < rounds; round++) {
            for (Map.Entry<String, Way> way : ways.entrySet()) {
                double took = way.getValue().seconds();
                if (round >= 0) {
                    seconds.computeIfAbsent(way.getKey(), _ -> new double[rounds])[round] = took;
                }
            }
        }
        ObjectNode figures = CanonicalJson.object().put("rounds", rounds);
        figures.put("engine", engine.facts().version());
        ObjectNode medians = figures.putObject("firstOutputSeconds");
        seconds.forEach((way, all) -> medians.put(way, ResultFile.rounded(ResultFile.median(all))));
        ObjectNode ratios = figures.putObject("ratioToDockerRunHardened");
        ObjectNode plainRatios = figures.putObject("ratioToDockerRunPlain");
        for (String way : seconds.keySet()) {
            if (way.startsWith("ours")) {
                double took = medians.get(way).asDouble();
                ratios.put(
                        way,
                        ResultFile.rounded(took / medians.get("dockerRunHardened").asDouble()));
                plainRatios.put(
                        way, ResultFile.rounded(took / medians.get("dockerRunPlain").asDouble()));
            }
        }
        return figures;
    }

    private ContainerHost host(WorkspaceDisk disk, String name) throws ContainerException {
        return new ContainerHost(
                engine,
                engine.facts(),
                blobs,
                folder.resolve(name),
                disk,
                "assay-benchmark",
                "",
                Duration.ofSeconds(10),
                InstantSource.system());
    }

    private double ours(ContainerHost host) throws ContainerException, InterruptedException {
        Container job =
                new Container(
                        new ImageName.Reference(TAG),
                        COMMAND,
                        Map.of(),
                        List.of(),
                        List.of("."),
                        List.of(),
                        1 << 20,
                        Network.NONE,
                        1);
        Digest lease = Digest.sha256((folder + " " + ++started).getBytes(StandardCharsets.UTF_8));
        CompletableFuture<Long> first = new CompletableFuture<>();
        long began = System.nanoTime();
        try (ContainerRun run =
                ContainerRun.start(
                        host,
                        new RunId(new LeaseId(lease), 0, 1),
                        job,
                        image,
                        ContainerLimits.of(1, MEMORY, DISK, 1, Duration.ofMinutes(1)),
                        List.of(),
                        event -> {
                            if (event instanceof ContainerEvent.Logged) {
                                first.complete(System.nanoTime());
                            }
                        })) {
            var _ = run.await();
        }
        return (first.join() - began) / 1e9;
    }

    private static double theirs(List<String> options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("docker", "run", "--rm"));
        command.addAll(options);
        command.add(TAG);
        command.addAll(COMMAND);
        long began = System.nanoTime();
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (InputStream out = process.getInputStream()) {
            if (out.read() < 0) {
                throw new IOException(command + " wrote nothing");
            }
            long first = System.nanoTime();
            out.readAllBytes();
            process.waitFor();
            return (first - began) / 1e9;
        } finally {
            process.destroyForcibly();
        }
    }

    /** What every container of ours gets, as options; the folders are made before. */
    private List<String> hardening() throws IOException {
        List<String> options =
                new ArrayList<>(
                        List.of(
                                "--network=none",
                                "--cap-drop=ALL",
                                "--security-opt=no-new-privileges",
                                "--read-only",
                                "--ipc=private",
                                "--user=65534:65534",
                                "--memory=" + MEMORY,
                                "--memory-swap=" + MEMORY,
                                "--cpus=1",
                                "--pids-limit=4096",
                                "--ulimit=nofile=16384:16384",
                                "--ulimit=fsize=" + DISK + ":" + DISK,
                                "--ulimit=core=0:0",
                                "--shm-size=" + (1 << 20),
                                "--tmpfs=/tmp:rw,nosuid,nodev,noexec,size=" + MEMORY / 2,
                                "--log-opt=max-size=128m",
                                "--log-opt=max-file=2",
                                "--env=HOME=" + Container.SCRATCH));
        for (String place : List.of(Container.INPUTS, Container.OUTPUTS, Container.SCRATCH)) {
            Path source = Files.createDirectories(folder.resolve("theirs" + place));
            options.add(
                    "--mount=type=bind,src="
                            + source
                            + ",dst="
                            + place
                            + (place.equals(Container.INPUTS) ? ",readonly" : ""));
        }
        return options;
    }
}
