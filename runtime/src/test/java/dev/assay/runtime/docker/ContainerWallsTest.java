package dev.assay.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.protocol.job.Container;
import dev.assay.protocol.job.Network;
import dev.assay.runtime.container.ContainerOutcome;
import dev.assay.runtime.container.ContainerRun;
import dev.assay.runtime.container.EngineImage;
import dev.assay.runtime.container.ExitCause;
import dev.assay.runtime.container.OutputManifest.Kind;
import dev.assay.runtime.container.OutputManifest.Skipped;

import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What a container may not reach: the host's files, devices, kernel, users and network. */
final class ContainerWallsTest extends HostileMachine {
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
}
