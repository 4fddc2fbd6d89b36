package dev.assay.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The kinds of work that are killed, each short and of several units. */
enum KillJob {
    EXACT(
            """
            resources: { cpu: 1, memory: 512Mi, gpu: { count: 1 } }
            inference: { model: builtin:digits, input: digits.csv, engine: exact, batch: 8 }
            price: { max: "0.80", denom: usdc, per: 1000-rows }
            """),
    TRAINING(
            """
            resources: { cpu: 1, memory: 512Mi, gpu: { count: 2 } }
            training:
              model: builtin:digits
              dataset: digits.csv
              optimizer: { name: sgd, rate: "0.01", momentum: "0.9" }
              steps: 60
              batch: 8
              checkpoint: 5
              seed: 20
            price: { max: "0.80", denom: usdc, per: 1000-rows }
            """),
    /** Without GPUs, which a runner takes only where PyTorch is built for them. */
    RUNNER(
            """
            resources: { cpu: 1, memory: 512Mi }
            inference: { model: builtin:digits, input: digits.csv, engine: pytorch, batch: 8 }
            price: { max: "0.80", denom: usdc, per: 1000-rows }
            """),
    /** Without GPUs, which an engine grants only where NVIDIA's container toolkit is. */
    CONTAINERS(
            """
            resources: { cpu: 1, memory: 64Mi, storage: 64Mi }
            container:
              image: image.tar
              command: [/bin/busybox, sh, -c, 'busybox sleep 0.2; echo $ASSAY_INDEX > /assay/out/n']
              array: 3
            price: { max: "0.80", denom: usdc, per: cpu-hour }
            """);

    static final Path BUSYBOX = Path.of("/bin/busybox");
    private static final int ROWS = 240;

    private final String body;

    KillJob(String body) {
        this.body = body;
    }

    /** Whether an attempt claims GPUs. */
    boolean claims() {
        return this == EXACT || this == TRAINING;
    }

    /** Writes the job and its input; returns the job. */
    Path write(Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Files.write(folder.resolve("digits.csv"), Example.rows(ROWS));
        if (this == CONTAINERS) {
            image(folder);
        }
        return Files.writeString(
                folder.resolve("job.yaml"),
                "version: assay/v1\nname: killed\n"
                        + body
                        + "verify: { audit: 5% }\ndeadline: 1h\n");
    }

    private static void image(Path folder) throws IOException, InterruptedException {
        Path bin = Files.createDirectories(folder.resolve("root/bin"));
        Files.copy(BUSYBOX, bin.resolve("busybox"));
        String tag = "assay-kill:" + ProcessHandle.current().pid();
        Process build =
                new ProcessBuilder(
                                "sh",
                                "-ec",
                                "tar -C root -c . | docker import - \"$1\" && docker save \"$1\" -o"
                                        + " image.tar && docker rmi \"$1\"",
                                "sh",
                                tag)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(build.getInputStream().readAllBytes());
        if (build.waitFor() != 0) {
            throw new IOException(said);
        }
    }
}
