package dev.assay.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.protocol.lease.Fault;
import dev.assay.runtime.container.ContainerEvent;
import dev.assay.runtime.container.ContainerLimits;
import dev.assay.runtime.container.ContainerOutcome;
import dev.assay.runtime.container.ContainerRun;
import dev.assay.runtime.container.EngineImage;
import dev.assay.runtime.container.ExitCause;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Containers that take all they can: each ends within its limits and leaves nothing. */
final class HostileContainerTest extends HostileMachine {
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
        ContainerOutcome outcome = run(disk, Duration.ofSeconds(3), "fill", "/assay/scratch/x");
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

    /** It is done before anybody looks. */
    @Test
    void overItsDisk_inItsLastMoment_isStillOver() throws Exception {
        machine = Machine.here(folder);
        ContainerOutcome outcome =
                machine.run("cd /assay/scratch; truncate -s 20M a; truncate -s 20M b");
        assertThat(outcome.cause()).isEqualTo(ExitCause.DISK_LIMIT);
        assertThat(outcome.outputs()).isEmpty();
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

    /** What the kernel remembers of each file counts as the container's memory, too. */
    @ParameterizedTest
    @EnumSource(Disk.class)
    void hundredThousandFiles_areNotMoreThanItMayHave(Disk disk) throws Exception {
        machine = disk.machine(folder);
        Duration time = Duration.ofSeconds(disk == Disk.WATCHED ? 120 : 4);
        ContainerLimits limits = limits(time, 1L << 30, 64L << 20, 100_000);
        try (ContainerRun run = start(List.of("/hostile", "files"), limits)) {
            ContainerOutcome outcome = run.await();
            assertThat(outcome.cause())
                    .isEqualTo(disk == Disk.WATCHED ? ExitCause.DISK_LIMIT : ExitCause.TIME_LIMIT);
        }
    }

    @ParameterizedTest
    @EnumSource(Disk.class)
    void hundredThousandFiles_inLittleMemory_areTheTenantsFault(Disk disk) throws Exception {
        machine = disk.machine(folder);
        try (ContainerRun run =
                start(
                        List.of("/hostile", "files"),
                        limits(Duration.ofSeconds(20), 64L << 20, 100_000))) {
            assertThat(run.await().cause().fault()).isEqualTo(Fault.TENANT);
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
}
