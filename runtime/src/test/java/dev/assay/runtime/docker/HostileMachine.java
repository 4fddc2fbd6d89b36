package dev.assay.runtime.docker;

import dev.assay.protocol.job.Network;
import dev.assay.runtime.container.ContainerLimits;
import dev.assay.runtime.container.ContainerOutcome;
import dev.assay.runtime.container.ContainerRun;
import dev.assay.runtime.container.EngineImage;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A machine with the program that means harm; no test may leave anything on it. */
abstract class HostileMachine {
    static final Duration SHORT = Duration.ofSeconds(2);

    @TempDir static Path built;
    static byte[] program;

    @TempDir Path folder;
    Machine machine;

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

    ContainerOutcome run(Disk disk, Duration time, String... arguments) throws Exception {
        machine = disk.machine(folder);
        List<String> command = new ArrayList<>(List.of("/hostile"));
        command.addAll(List.of(arguments));
        try (ContainerRun run = start(command, limits(time, 32L << 20, 1000))) {
            return run.await();
        }
    }

    ContainerRun start(List<String> command, ContainerLimits limits) throws Exception {
        EngineImage image = machine.load(TestImage.busybox(Map.of(), Map.of("hostile", program)));
        Map<String, String> mark = Map.of("TEST_LEASE", machine.lease.hex());
        return machine.start(Machine.job(command, mark, List.of(), Network.NONE, 1), image, limits);
    }

    static ContainerLimits limits(Duration time, long diskBytes, int files) {
        return limits(time, Machine.limits().memoryBytes(), diskBytes, files);
    }

    static ContainerLimits limits(Duration time, long memoryBytes, long diskBytes, int files) {
        ContainerLimits small = Machine.limits();
        return new ContainerLimits(
                small.nanoCpus(),
                memoryBytes,
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
