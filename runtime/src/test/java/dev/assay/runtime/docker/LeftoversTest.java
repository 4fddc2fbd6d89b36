package dev.assay.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.job.Container;
import dev.assay.runtime.container.ContainerEvent;
import dev.assay.runtime.container.ContainerOutcome;
import dev.assay.runtime.container.ContainerRequest;
import dev.assay.runtime.container.ContainerRun;
import dev.assay.runtime.container.EngineImage;
import dev.assay.runtime.container.ExitCause;
import dev.assay.runtime.container.Leftovers;
import dev.assay.runtime.container.Leftovers.Found;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What an agent process finds that starts where another ended. */
class LeftoversTest {
    @TempDir private Path folder;
    private Machine machine;

    @BeforeEach
    void open() throws Exception {
        machine = Machine.here(folder);
    }

    @AfterEach
    void close() throws Exception {
        if (machine != null) {
            machine.close();
            try (Machine after = Machine.here(folder)) {
                after.assertNothingLeft();
            }
        }
    }

    @Test
    void container_thatStillRuns_isTakenOver() throws Exception {
        Container job =
                Machine.script(
                        "echo before; while ! [ -e /tmp/go ]; do sleep 0.05; done; echo after;"
                                + " echo x > /assay/out/x");
        ContainerRun before = machine.start(job, Machine.limits());
        machine.awaitLog("before");
        before.detach();

        List<Found> found = machine.left();
        assertThat(found).extracting(Found::run).containsExactly(machine.run());
        machine.events.clear();
        try (ContainerRun after =
                ContainerRun.attach(
                        machine.host,
                        found.getFirst(),
                        job,
                        Machine.limits(),
                        machine.events::add)) {
            after.shell(List.of("/bin/touch", "/tmp/go")).output().readAllBytes();
            ContainerOutcome outcome = after.await();
            assertThat(outcome.cause()).isEqualTo(ExitCause.DONE);
            assertThat(machine.log(outcome)).containsExactly("out before", "out after");
            assertThat(machine.outputs(outcome)).isEqualTo(Map.of("x", "x\n"));
        }
        machine.assertNothingLeft();
    }

    @Test
    void container_thatEndedMeanwhile_isCollected() throws Exception {
        Container job = Machine.script("echo done; echo x > /assay/out/x");
        ContainerRun before = machine.start(job, Machine.limits());
        before.detach();
        Found found = machine.left().getFirst();
        machine.engine.await(found.container());
        try (ContainerRun after =
                ContainerRun.attach(
                        machine.host, found, job, Machine.limits(), machine.events::add)) {
            ContainerOutcome outcome = after.await();
            assertThat(outcome.cause()).isEqualTo(ExitCause.DONE);
            assertThat(machine.log(outcome)).containsExactly("out done");
            assertThat(machine.outputs(outcome)).containsKey("x");
        }
    }

    @Test
    void containers_ofALeaseThatIsNoMore_areRemoved() throws Exception {
        machine.start(Machine.script("sleep 1000"), Machine.limits()).detach();
        Leftovers.removeUnheld(machine.host, () -> Set.of(lease("another")));
        machine.assertNothingLeft();
    }

    @Test
    void container_thatWasNeverStarted_isRemoved() throws Exception {
        Files.createDirectories(machine.host.root().resolve(machine.run().name()).resolve("log"));
        create(machine.run().name(), machine.host.agent(), machine.lease, Map.of());
        assertThat(machine.left()).isEmpty();
        machine.assertNothingLeft();
    }

    @Test
    void workspace_withoutAContainer_isRemoved() throws Exception {
        Path root = machine.host.root();
        Files.createDirectories(root.resolve(machine.run().name()).resolve("data"));
        Files.createDirectories(root.resolve("assay-left").resolve("data"));
        Files.writeString(root.resolve("assay-left-record"), "");
        assertThat(machine.left()).isEmpty();
        Leftovers.removeUnheld(machine.host, Set::of);
        machine.assertNothingLeft();
    }

    /** The process that made or removed it died in the middle. */
    @Test
    void workspace_inPart_isRemoved() throws Exception {
        Files.createDirectories(machine.host.root().resolve("assay-left").resolve("log"));
        Leftovers.removeUnheld(machine.host, Set::of);
        machine.assertNothingLeft();
    }

    @Test
    void workspaceAndContainer_ofAHeldLease_stay() throws Exception {
        try (ContainerRun run = machine.start(Machine.script("sleep 1000"), Machine.limits())) {
            Leftovers.removeUnheld(machine.host, () -> Set.of(machine.lease));
            assertThat(machine.left()).extracting(Found::run).containsExactly(machine.run());
            run.cancel();
            assertThat(run.await().cause()).isEqualTo(ExitCause.CANCELLED);
        }
    }

    /** An engine may still do what a process asked it for that is dead. */
    @Test
    void container_thatCameAfterItsProcessDied_makesWay() throws Exception {
        create(machine.run().name(), machine.host.agent(), machine.lease, Map.of());
        try (ContainerRun run = machine.start(Machine.script("echo x"), Machine.limits())) {
            assertThat(run.await().cause()).isEqualTo(ExitCause.DONE);
        }
        machine.assertNothingLeft();
    }

    /** Of another agent, of nobody, and one whose image says that it is this agent's. */
    @Test
    void containers_ofStrangers_areNotTouched() throws Exception {
        LeaseId lease = lease("strangers");
        String prefix = "stranger-" + machine.lease.brief();
        List<String> strangers =
                List.of(
                        create(prefix + "-1", "another-agent", lease, Map.of()),
                        create(prefix + "-2", machine.host.agent(), lease, Map.of()),
                        machine.docker()
                                .createContainerCmd(machine.busybox().id())
                                .withName(prefix + "-3")
                                .withCmd("/bin/true")
                                .exec()
                                .getId());
        try {
            Leftovers.removeUnheld(machine.host, Set::of);
            for (String stranger : strangers) {
                assertThat(machine.engine.state(stranger)).isPresent();
            }
        } finally {
            for (String stranger : strangers) {
                machine.engine.remove(stranger);
            }
        }
    }

    @Test
    void run_ofALeaseThatRunsAlready_isRefused() throws Exception {
        try (ContainerRun first = machine.start(Machine.script("sleep 1000"), Machine.limits())) {
            assertThat(
                            org.assertj.core.api.Assertions.catchThrowable(
                                    () -> machine.start(Machine.script("true"), Machine.limits())))
                    .hasMessageContaining(machine.run().name());
            first.cancel();
            ContainerOutcome outcome = first.await();
            assertThat(outcome.cause()).isEqualTo(ExitCause.CANCELLED);
            assertThat(machine.blobs.has(outcome.log())).isTrue();
        }
        assertThat(machine.events.stream().filter(ContainerEvent.Started.class::isInstance))
                .hasSize(1);
    }

    private String create(String name, String agent, LeaseId lease, Map<String, String> env)
            throws Exception {
        EngineImage image = machine.busybox();
        return machine.engine.create(
                new ContainerRequest(
                        name,
                        image.id(),
                        List.of("/bin/true"),
                        env,
                        "65534:65534",
                        List.of(),
                        Machine.limits(),
                        1 << 20,
                        dev.assay.protocol.job.Network.NONE,
                        List.of(),
                        List.of(),
                        "",
                        Map.of(
                                "dev.assay.agent",
                                agent,
                                "dev.assay.lease",
                                lease.hex(),
                                "dev.assay.index",
                                "0",
                                "dev.assay.count",
                                "1")));
    }

    private LeaseId lease(String text) {
        return new LeaseId(
                Digest.sha256((folder + text).getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }
}
