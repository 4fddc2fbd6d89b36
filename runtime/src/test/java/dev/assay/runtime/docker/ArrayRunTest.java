package dev.assay.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.protocol.job.Container;
import dev.assay.protocol.job.Network;
import dev.assay.runtime.container.ArrayRun;
import dev.assay.runtime.container.ContainerEvent;
import dev.assay.runtime.container.ContainerOutcome;
import dev.assay.runtime.container.ContainerRun;
import dev.assay.runtime.container.ExitCause;
import dev.assay.runtime.container.Leftovers;
import dev.assay.runtime.container.RunId;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

class ArrayRunTest {
    @TempDir private Path folder;
    private Machine machine;

    @BeforeEach
    void open() throws Exception {
        machine = Machine.here(folder);
    }

    @AfterEach
    void close() throws Exception {
        if (machine != null) {
            machine.assertNothingLeft();
            machine.close();
        }
    }

    private static Container array(String script, int count) {
        return Machine.job(
                List.of("/bin/sh", "-c", script), Map.of(), List.of(), Network.NONE, count);
    }

    private ArrayRun array(Container job) throws Exception {
        return new ArrayRun(
                machine.host,
                machine.lease,
                job,
                machine.busybox(),
                Machine.limits(),
                List.of(),
                machine.events::add);
    }

    @Test
    void array_ofFive_runsEveryIndexOnce_twoAtATime() throws Exception {
        Container job = array("echo $ASSAY_INDEX/$ASSAY_COUNT > /assay/out/i; sleep 0.2", 5);
        List<ContainerOutcome> outcomes = array(job).run(2, Set.of(), List.of());
        assertThat(outcomes).extracting(ContainerOutcome::cause).containsOnly(ExitCause.DONE);
        assertThat(outcomes)
                .extracting(outcome -> outcome.run().index())
                .containsExactly(0, 1, 2, 3, 4);
        for (ContainerOutcome outcome : outcomes) {
            assertThat(machine.outputs(outcome))
                    .isEqualTo(Map.of("i", outcome.run().index() + "/5\n"));
        }
        assertThat(mostAtATime()).isEqualTo(2);
    }

    private int mostAtATime() {
        int running = 0;
        int most = 0;
        for (ContainerEvent event : machine.events) {
            if (event instanceof ContainerEvent.Started) {
                most = Math.max(most, ++running);
            } else if (event instanceof ContainerEvent.Ended) {
                running--;
            }
        }
        return most;
    }

    @Test
    void array_ofWhichOneFails_endsTheOthersAndStartsNoMore() throws Exception {
        Container job = array("[ $ASSAY_INDEX = 1 ] && exit 7; exec sleep 1000", 6);
        List<ContainerOutcome> outcomes = array(job).run(2, Set.of(), List.of());
        assertThat(outcomes)
                .extracting(outcome -> outcome.run().index() + " " + outcome.cause())
                .containsExactly("0 CANCELLED", "1 EXIT_CODE");
        assertThat(outcomes.getLast().exitCode()).isEqualTo(7);
    }

    @Test
    void array_thatIsCancelled_endsAllThatRun() throws Exception {
        ArrayRun array = array(array("echo up; exec sleep 1000", 3));
        Thread.ofVirtual()
                .start(
                        () -> {
                            try {
                                machine.awaitLog("up");
                                array.cancel();
                            } catch (InterruptedException e) {
                                throw new AssertionError(e);
                            }
                        });
        assertThat(array.run(3, Set.of(), List.of()))
                .isNotEmpty()
                .extracting(ContainerOutcome::cause)
                .containsOnly(ExitCause.CANCELLED);
    }

    @Test
    void array_afterARestart_goesOnWhereItWas() throws Exception {
        Container job = array("echo $ASSAY_INDEX > /assay/out/i", 4);
        ContainerRun.start(
                        machine.host,
                        new RunId(machine.lease, 2, 4),
                        job,
                        machine.busybox(),
                        Machine.limits(),
                        List.of(),
                        machine.events::add)
                .detach();
        List<Leftovers.Found> found = Leftovers.sort(machine.host, Set.of(machine.lease));
        List<ContainerOutcome> outcomes = array(job).run(2, Set.of(0), found);
        assertThat(outcomes).extracting(outcome -> outcome.run().index()).containsExactly(1, 2, 3);
        assertThat(
                        machine.events.stream()
                                .filter(ContainerEvent.Started.class::isInstance)
                                .map(event -> ((ContainerEvent.Started) event).run().index()))
                .containsExactlyInAnyOrder(1, 2, 3);
    }
}
