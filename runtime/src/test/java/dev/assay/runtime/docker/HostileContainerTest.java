package dev.assay.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.protocol.job.Container;
import dev.assay.protocol.job.Network;
import dev.assay.protocol.lease.Fault;
import dev.assay.runtime.container.ContainerEvent;
import dev.assay.runtime.container.ContainerLimits;
import dev.assay.runtime.container.ContainerOutcome;
import dev.assay.runtime.container.ContainerRun;
import dev.assay.runtime.container.EngineImage;
import dev.assay.runtime.container.ExitCause;
import dev.assay.runtime.container.OutputManifest.Kind;
import dev.assay.runtime.container.OutputManifest.Skipped;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Containers that mean harm: each ends within its limits and leaves nothing. */
class HostileContainerTest {
    private static final Duration SHORT = Duration.ofSeconds(2);
    @TempDir private static Path built;
    private static byte[] program;

    @TempDir private Path folder;
    private Machine machine;

    /** What bounds the workspace. */
    enum Disk {
        WATCHED,
        MOUNTED;

        Machine machine(Path folder) throws Exception {
            return switch (this) {
                case WATCHED -> Machine.here(folder);
                case MOUNTED -> Machine.withLoopDisk(folder);
            };
        }
    }

    @BeforeAll
    static void compile() throws Exception {
        program = Hostile.program(built);
    }

    @AfterEach
    void close() throws Exception {
        if (machine != null) {
            machine.assertNothingLeft();
            machine.close();
        }
    }

    @Test
    void forkBomb_staysWithinItsProcesses_andEnds() throws Exception {
        machine = Machine.here(folder);
        ContainerLimits limits = limits(SHORT, 32L << 20, 1000);
        try (ContainerRun run = start(List.of("/hostile", "fork"), limits)) {
            int most = 0;
            ContainerOutcome[] outcome = new ContainerOutcome[1];
            Thread waiting =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        try {
                                            outcome[0] = run.await();
                                        } catch (Exception e) {
                                            throw new AssertionError(e);
                                        }
                                    });
            while (waiting.isAlive()) {
                most = Math.max(most, machine.processes().size());
                Thread.sleep(20);
            }
            assertThat(outcome[0].cause()).isIn(ExitCause.TIME_LIMIT, ExitCause.OUT_OF_MEMORY);
            assertThat(most).isBetween(2, limits.pids());
        }
    }

    @Test
    void memoryBomb_isKilledAtItsOwnLimit() throws Exception {
        ContainerOutcome outcome = run(Disk.WATCHED, SHORT, "memory");
        assertThat(outcome.cause()).isEqualTo(ExitCause.OUT_OF_MEMORY);
        assertThat(outcome.cause().fault()).isEqualTo(Fault.TENANT);
    }

    @Test
    void memoryBomb_inFilesOfMemory_isKilledAtItsOwnLimit() throws Exception {
        machine = Machine.here(folder);
        ContainerOutcome outcome =
                machine.run(
                        "dd if=/dev/zero of=/tmp/x bs=1M count=100 2>&1 | grep -c 'No space';"
                                + " dd if=/dev/zero of=/dev/shm/x bs=64k count=100 2>&1 | grep -c"
                                + " 'No space'");
        assertThat(machine.log(outcome)).containsExactly("out 1", "out 1");
    }

    @ParameterizedTest
    @EnumSource(Disk.class)
    void diskFiller_getsNoMoreThanItsDisk(Disk disk) throws Exception {
        ContainerOutcome outcome = run(disk, Duration.ofSeconds(3), "fill", "/assay/work/x");
        assertThat(outcome.cause())
                .isIn(ExitCause.EXIT_CODE, ExitCause.DISK_LIMIT, ExitCause.TIME_LIMIT);
        assertThat(outcome.cause().fault()).isEqualTo(Fault.TENANT);
    }

    /** The watchdog sees files that no folder shows; the mounted file system just ends. */
    @ParameterizedTest
    @EnumSource(Disk.class)
    void diskFiller_ofDeletedFiles_getsNoMoreThanItsDisk(Disk disk) throws Exception {
        ContainerOutcome outcome = run(disk, SHORT, "deleted");
        assertThat(outcome.cause())
                .isEqualTo(disk == Disk.WATCHED ? ExitCause.DISK_LIMIT : ExitCause.TIME_LIMIT);
    }

    @Test
    void diskFiller_ofDeletedMappedFiles_isFound() throws Exception {
        ContainerOutcome outcome = run(Disk.WATCHED, Duration.ofSeconds(20), "mapped");
        assertThat(outcome.cause()).isEqualTo(ExitCause.DISK_LIMIT);
    }

    @ParameterizedTest
    @EnumSource(Disk.class)
    void outputOf10Gigabytes_stopsAtTheLimit(Disk disk) throws Exception {
        machine = disk.machine(folder);
        long before = machine.folder.toFile().getUsableSpace();
        ContainerOutcome outcome =
                machine.run(
                        Machine.script(
                                "i=0; while [ $i -lt 640 ]; do dd if=/dev/zero of=/assay/out/$i"
                                        + " bs=1M count=16 || exit 1; i=$((i+1)); done"),
                        limits(Duration.ofSeconds(20), 32L << 20, 1000));
        assertThat(outcome.cause()).isIn(ExitCause.EXIT_CODE, ExitCause.DISK_LIMIT);
        assertThat(outcome.outputs()).isEmpty();
        assertThat(before - machine.folder.toFile().getUsableSpace()).isLessThan(4L << 30);
    }

    @Test
    void outputOf10Gigabytes_thatIsAHole_isRefused() throws Exception {
        machine = Machine.here(folder);
        ContainerOutcome outcome = machine.run("truncate -s 10G /assay/out/hole");
        assertThat(outcome.cause()).isEqualTo(ExitCause.EXIT_CODE);
        assertThat(outcome.outputs()).isEmpty();
    }

    @Test
    void linksOutOfTheOutputs_leadNowhere() throws Exception {
        machine = Machine.here(folder);
        Files.writeString(folder.resolve("secret"), "of the host");
        ContainerOutcome outcome =
                machine.run(
                        "cd /assay/out; ln -s /etc/passwd a; ln -s / b; ln -s ../../../../secret c;"
                            + " ln -s /proc/self/root/etc d; ln /bin/sh e; ln -s . loop; echo x >"
                            + " f");
        assertThat(outcome.cause()).as(outcome.message()).isEqualTo(ExitCause.DONE);
        assertThat(machine.outputs(outcome)).isEqualTo(Map.of("f", "x\n"));
        assertThat(outcome.outputs().orElseThrow().manifest().skipped())
                .containsExactly(
                        new Skipped("a", Kind.LINK),
                        new Skipped("b", Kind.LINK),
                        new Skipped("c", Kind.LINK),
                        new Skipped("d", Kind.LINK),
                        new Skipped("loop", Kind.LINK));
    }

    @Test
    void output_thatBecomesALink_isNotFollowed() throws Exception {
        machine = Machine.here(folder);
        Container job = Machine.script("ln -s /etc /assay/out/frames");
        ContainerOutcome outcome =
                machine.run(
                        new Container(
                                job.image(),
                                job.command(),
                                job.env(),
                                job.inputs(),
                                List.of("frames/hostname"),
                                job.ports(),
                                job.shmBytes(),
                                job.network(),
                                1),
                        Machine.limits());
        assertThat(outcome.cause()).isEqualTo(ExitCause.OUTPUTS);
        assertThat(outcome.outputs()).isEmpty();
    }

    @Test
    void deviceNodesAndPipes_areRefusedOrLeftOut() throws Exception {
        machine = Machine.here(folder);
        ContainerOutcome outcome =
                machine.run(
                        "cd /assay/out; mknod disk b 8 0 2>/dev/null || echo no disk; mknod mem c 1"
                            + " 1 2>/dev/null || echo no mem; mkfifo pipe; ls /dev | grep -v core |"
                            + " sort | tr '\\n"
                            + "' ' '");
        assertThat(outcome.cause()).isEqualTo(ExitCause.DONE);
        assertThat(machine.log(outcome))
                .startsWith("out no disk", "out no mem")
                .last()
                .isEqualTo(
                        "out fd full mqueue null ptmx pts random shm stderr stdin stdout tty"
                                + " urandom zero ");
        assertThat(outcome.outputs().orElseThrow().manifest().skipped())
                .containsExactly(new Skipped("pipe", Kind.SPECIAL));
    }

    @Test
    void devicesOfTheImage_cannotBeOpened() throws Exception {
        machine = Machine.here(folder);
        byte[] layer = new TestImage.Tar().entry("disk", '4', 0666, "", new byte[0]).bytes();
        TestImage busybox = TestImage.busybox(Map.of(), Map.of());
        byte[] both = new byte[busybox.layer.length - 1024 + layer.length];
        System.arraycopy(busybox.layer, 0, both, 0, busybox.layer.length - 1024);
        System.arraycopy(layer, 0, both, busybox.layer.length - 1024, layer.length);
        EngineImage image = machine.load(TestImage.of(both, Map.of()));
        try (ContainerRun run =
                machine.start(
                        Machine.script("test -b /disk && head -c 1 /disk"),
                        image,
                        Machine.limits())) {
            ContainerOutcome outcome = run.await();
            assertThat(outcome.cause()).isEqualTo(ExitCause.EXIT_CODE);
            assertThat(machine.log(outcome)).anyMatch(line -> line.contains("/disk"));
        }
    }

    @Test
    void writesToProcAndSys_areRefused() throws Exception {
        machine = Machine.here(folder);
        ContainerOutcome outcome =
                machine.run(
                        """
                        for f in /proc/sysrq-trigger /proc/sys/kernel/core_pattern \
                          /proc/sys/vm/drop_caches /proc/sys/kernel/hostname /proc/1/oom_score_adj \
                          /sys/kernel/mm/ksm/run /sys/fs/cgroup/memory/memory.limit_in_bytes \
                          /sys/fs/cgroup/memory.max /etc/resolv.conf /etc/passwd /new /bin/new; do
                          (echo -500 > $f) 2>/dev/null && echo WROTE $f
                        done
                        cat /proc/kcore /dev/mem /proc/keys 2>/dev/null | head -c 10 | wc -c
                        """);
        assertThat(machine.log(outcome)).containsExactly("out 0");
    }

    @Test
    void callsOnTheKernel_areRefused() throws Exception {
        ContainerOutcome outcome = run(Disk.WATCHED, SHORT, "kernel");
        assertThat(outcome.cause()).as(outcome.message()).isEqualTo(ExitCause.DONE);
        assertThat(machine.log(outcome))
                .hasSize(13)
                .allMatch(line -> line.endsWith("refused"), "refused");
    }

    @Test
    void rootOfTheImage_isNobodyHere() throws Exception {
        machine = Machine.here(folder);
        for (String user : List.of("", "root", "0", "0:0", "toor", "nosuchuser")) {
            EngineImage image = machine.load(TestImage.busybox(Map.of("User", user)));
            try (ContainerRun run =
                    machine.start(
                            Machine.script("id -u; id -g; grep -E 'Cap|NoNew' /proc/self/status"),
                            image,
                            Machine.limits())) {
                assertThat(machine.log(run.await()))
                        .as(user)
                        .containsExactly(
                                "out 65534",
                                "out 65534",
                                "out CapInh:\t0000000000000000",
                                "out CapPrm:\t0000000000000000",
                                "out CapEff:\t0000000000000000",
                                "out CapBnd:\t0000000000000000",
                                "out CapAmb:\t0000000000000000",
                                "out NoNewPrivs:\t1");
            }
        }
    }

    @Test
    void setuidProgramOfTheImage_givesNothing() throws Exception {
        machine = Machine.here(folder);
        byte[] id = Files.readAllBytes(Path.of("/bin/busybox"));
        byte[] layer =
                new TestImage.Tar()
                        .folder("bin")
                        .file("bin/busybox", 04755, id)
                        .link("bin/sh", "busybox")
                        .link("bin/id", "busybox")
                        .bytes();
        try (ContainerRun run =
                machine.start(
                        Machine.script("id -u"),
                        machine.load(TestImage.of(layer, Map.of())),
                        Machine.limits())) {
            assertThat(machine.log(run.await())).containsExactly("out 65534");
        }
    }

    @Test
    void userOfTheImage_thatIsNotRoot_isKept() throws Exception {
        machine = Machine.here(folder);
        for (String user : List.of("work", "1234:1234", "work:1234")) {
            EngineImage image = machine.load(TestImage.busybox(Map.of("User", user)));
            try (ContainerRun run =
                    machine.start(
                            Machine.script("id -u; echo x > /assay/out/x; echo x > /tmp/x"),
                            image,
                            Machine.limits())) {
                ContainerOutcome outcome = run.await();
                assertThat(machine.log(outcome)).as(user).containsExactly("out 1234");
                assertThat(machine.outputs(outcome)).containsKey("x");
            }
        }
    }

    @Test
    void network_thatNobodyAskedFor_isNotThere() throws Exception {
        machine = Machine.here(folder);
        ContainerOutcome outcome =
                machine.run(
                        "ls /sys/class/net | tr '\\n' ' '; echo; ip route; nc -w 1 1.1.1.1 53 ||"
                                + " echo unreachable");
        assertThat(machine.log(outcome).stream().filter(line -> line.startsWith("out")))
                .containsExactly("out lo ", "out unreachable");
    }

    @Test
    void network_thatWasAskedFor_leadsOutside() throws Exception {
        machine = Machine.here(folder);
        ContainerOutcome outcome =
                machine.run(
                        Machine.job(
                                List.of(
                                        "/bin/sh",
                                        "-c",
                                        "ls /sys/class/net | tr '\\n' ' '; echo; ip route | grep -c"
                                                + " default"),
                                Map.of(),
                                List.of(),
                                Network.EGRESS,
                                1),
                        Machine.limits());
        assertThat(machine.log(outcome)).containsExactly("out eth0 lo ", "out 1");
    }

    @Test
    void program_thatIgnoresSignals_isKilledAfterTheGrace() throws Exception {
        machine = Machine.here(folder);
        try (ContainerRun run =
                start(
                        List.of("/hostile", "stubborn"),
                        limits(SHORT.multipliedBy(10), 1 << 20, 100))) {
            machine.awaitLog("ready");
            run.cancel();
            ContainerOutcome outcome = run.await();
            assertThat(outcome.cause()).isEqualTo(ExitCause.CANCELLED);
            assertThat(outcome.exitCode()).isEqualTo(137);
        }
    }

    @ParameterizedTest
    @EnumSource(Disk.class)
    void hundredThousandFiles_areNotMoreThanItMayHave(Disk disk) throws Exception {
        machine = disk.machine(folder);
        ContainerLimits limits =
                limits(Duration.ofSeconds(disk == Disk.WATCHED ? 120 : 4), 64L << 20, 100_000);
        try (ContainerRun run = start(List.of("/hostile", "files"), limits)) {
            ContainerOutcome outcome = run.await();
            assertThat(outcome.cause())
                    .isEqualTo(disk == Disk.WATCHED ? ExitCause.DISK_LIMIT : ExitCause.TIME_LIMIT);
        }
    }

    @Test
    void foldersInFolders_areEndedAndRemoved() throws Exception {
        machine = Machine.here(folder);
        try (ContainerRun run =
                start(
                        List.of("/hostile", "deep"),
                        limits(Duration.ofSeconds(20), 64L << 20, 100_000))) {
            assertThat(run.await().cause()).isEqualTo(ExitCause.DISK_LIMIT);
        }
    }

    @Test
    void endlessLog_isCutAndEnded() throws Exception {
        machine = Machine.here(folder);
        ContainerLimits small = Machine.limits();
        ContainerLimits limits =
                new ContainerLimits(
                        small.nanoCpus(),
                        small.memoryBytes(),
                        small.pids(),
                        small.openFiles(),
                        small.tmpBytes(),
                        small.diskBytes(),
                        small.files(),
                        small.outputBytes(),
                        1 << 17,
                        small.time(),
                        small.grace());
        ContainerOutcome outcome = machine.run(Machine.script("yes 'says nothing'"), limits);
        assertThat(outcome.cause()).isEqualTo(ExitCause.LOG_LIMIT);
        assertThat(Files.size(machine.blobs.file(outcome.log())))
                .isLessThan(limits.logBytes() + 1000);
        assertThat(machine.log(outcome)).anyMatch(line -> line.contains("were not kept"));
        assertThat(machine.events.stream().filter(ContainerEvent.Ending.class::isInstance))
                .hasSize(1);
    }

    @Test
    void processesLeftBehind_endWithTheirContainer() throws Exception {
        machine = Machine.here(folder);
        ContainerOutcome outcome =
                machine.run("(trap '' HUP TERM; sleep 1000) & (sleep 1000 &) ; exit 0");
        assertThat(outcome.cause()).isEqualTo(ExitCause.DONE);
        assertThat(machine.processes()).isEmpty();
    }

    @Test
    void volumesOfTheImage_areBoundedAndLeaveNone() throws Exception {
        machine = Machine.here(folder);
        EngineImage image =
                machine.load(TestImage.busybox(Map.of("Volumes", Map.of("/data", Map.of()))));
        try (ContainerRun run =
                machine.start(
                        Machine.script(
                                "i=0; while :; do dd if=/dev/zero of=/data/$i bs=1M count=4"
                                        + " 2>/dev/null || sleep 1; i=$((i+1)); done"),
                        image,
                        Machine.limits())) {
            assertThat(run.await().cause()).isEqualTo(ExitCause.DISK_LIMIT);
        }
    }

    private ContainerOutcome run(Disk disk, Duration time, String... arguments) throws Exception {
        machine = disk.machine(folder);
        List<String> command = new java.util.ArrayList<>(List.of("/hostile"));
        command.addAll(List.of(arguments));
        try (ContainerRun run = start(command, limits(time, 32L << 20, 1000))) {
            return run.await();
        }
    }

    private ContainerRun start(List<String> command, ContainerLimits limits) throws Exception {
        EngineImage image = machine.load(TestImage.busybox(Map.of(), Map.of("hostile", program)));
        Map<String, String> mark = Map.of("TEST_LEASE", machine.lease.hex());
        return machine.start(Machine.job(command, mark, List.of(), Network.NONE, 1), image, limits);
    }

    private static ContainerLimits limits(Duration time, long diskBytes, int files) {
        ContainerLimits small = Machine.limits();
        return new ContainerLimits(
                small.nanoCpus(),
                small.memoryBytes(),
                small.pids(),
                small.openFiles(),
                small.tmpBytes(),
                diskBytes,
                files,
                diskBytes,
                small.logBytes(),
                time,
                Duration.ofSeconds(1));
    }
}
