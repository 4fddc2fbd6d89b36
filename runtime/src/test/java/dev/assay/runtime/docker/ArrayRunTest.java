package dev.assay.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.protocol.job.Container;
import dev.assay.protocol.job.ContainerResult.Unit;
import dev.assay.protocol.job.Network;
import dev.assay.runtime.container.ArrayRun;
import dev.assay.runtime.container.ContainerEvent;
import dev.assay.runtime.container.ContainerEvent.Collected;
import dev.assay.runtime.container.ContainerException;
import dev.assay.runtime.container.ContainerRun;
import dev.assay.runtime.container.ContainerUsage;
import dev.assay.runtime.container.LeaseRecord;
import dev.assay.runtime.container.Leftovers;
import dev.assay.runtime.container.RunId;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
class ArrayRunTest {
    private static final String WAIT = "while ! [ -e /tmp/go ]; do sleep 0.02; done";

    @TempDir private Path folder;
    private Machine machine;
    private LeaseRecord record;

    @BeforeEach
    void open() throws Exception {
        machine = Machine.here(folder);
        record = LeaseRecord.open(machine.host, machine.lease);
    }

    @AfterEach
    void close() throws Exception {
        if (machine != null) {
            record.close();
            assertThat(machine.engine.list(Map.of("dev.assay.agent", machine.host.agent())))
                    .isEmpty();
            Leftovers.remove(machine.host, machine.lease);
            machine.assertNothingLeft();
            machine.close();
        }
    }

    private static Container array(String script, int count, int parallel) {
        return Machine.job(
                        List.of("/bin/sh", "-c", script), Map.of(), List.of(), Network.NONE, count)
                .inParallel(parallel);
    }

    private ArrayRun start(Container job, int committed, List<Leftovers.Found> found)
            throws Exception {
        ArrayRun array =
                ArrayRun.prepare(
                        new ArrayRun.Terms(
                                machine.host,
                                machine.lease,
                                job,
                                machine.busybox(),
                                Machine.limits(),
                                Instant.now().plus(Duration.ofMinutes(1)),
                                List.of()),
                        record,
                        committed,
                        found,
                        machine.events::add);
        array.begin();
        return array;
    }

    /** The units that are left, in the order they come. */
    private static List<Unit> rest(ArrayRun array, int count) throws Exception {
        List<Unit> units = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            units.add(array.next());
        }
        return units;
    }

    private List<String> log(Unit unit) throws Exception {
        return new String(machine.blobs.read(unit.log(), 1 << 20), StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.substring(line.indexOf(' ') + 1))
                .toList();
    }

    private static void shell(ArrayRun array, int index, String script) throws Exception {
        try (var shell =
                array.running(index).orElseThrow().shell(List.of("/bin/sh", "-c", script))) {
            shell.output().readAllBytes();
        }
    }

    private void awaitCollected(int index) throws InterruptedException {
        while (List.copyOf(machine.events).stream()
                .noneMatch(e -> e instanceof Collected c && c.run().index() == index)) {
            Thread.sleep(5);
        }
    }

    @Test
    void array_ofFive_runsEveryIndexOnce_twoAtATime() throws Exception {
        Container job = array("echo $ASSAY_INDEX/$ASSAY_COUNT; sleep 0.2", 5, 2);
        try (ArrayRun array = start(job, 0, List.of())) {
            List<Unit> units = rest(array, 5);
            assertThat(units).extracting(Unit::index).containsExactly(0, 1, 2, 3, 4);
            assertThat(units).allMatch(Unit::done);
            for (Unit unit : units) {
                assertThat(log(unit)).containsExactly("out " + unit.index() + "/5");
            }
        }
        assertThat(mostAtATime()).isEqualTo(2);
        assertThat(
                        machine.events.stream()
                                .filter(Collected.class::isInstance)
                                .map(event -> ((Collected) event).finished()))
                .containsExactlyInAnyOrder(1, 2, 3, 4, 5);
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
    void array_ofWhichOneFails_losesNoOther() throws Exception {
        Container job = array("[ $ASSAY_INDEX = 1 ] && exit 7; echo fine", 4, 2);
        try (ArrayRun array = start(job, 0, List.of())) {
            assertThat(rest(array, 4))
                    .extracting(unit -> unit.index() + " " + unit.cause() + " " + unit.exitCode())
                    .containsExactly("0 done 0", "1 exit_code 7", "2 done 0", "3 done 0");
        }
    }

    @Test
    void units_thatEndInAnotherOrder_areHandedOutByIndex() throws Exception {
        Container job = array("if [ $ASSAY_INDEX = 0 ]; then " + WAIT + "; fi", 3, 2);
        try (ArrayRun array = start(job, 0, List.of())) {
            awaitCollected(1);
            awaitCollected(2);
            shell(array, 0, "touch /tmp/go");
            assertThat(rest(array, 3)).extracting(Unit::index).containsExactly(0, 1, 2);
        }
    }

    @Test
    void array_thatIsCancelled_endsAllThatRun_andStartsNoMore() throws Exception {
        try (ArrayRun array = start(array("echo up; exec sleep 1000", 3, 2), 0, List.of())) {
            machine.awaitLog("up");
            array.cancel();
            assertThatThrownBy(array::next)
                    .isInstanceOf(ContainerException.class)
                    .hasMessageContaining("cancelled");
            assertThat(array.running(2)).isEmpty();
        }
        assertThat(machine.events.stream().filter(ContainerEvent.Started.class::isInstance))
                .hasSizeLessThan(3);
    }

    @Test
    void array_thatIsClosed_leavesNothing() throws Exception {
        ArrayRun array = start(array("echo up; exec sleep 1000", 2, 2), 0, List.of());
        machine.awaitLog("up");
        array.close();
        assertThat(machine.engine.list(Map.of("dev.assay.agent", machine.host.agent()))).isEmpty();
    }

    /** Index 0 was committed, 1 ended, 2 runs, and 3 had not begun when the agent died. */
    @Test
    void array_afterARestart_goesOnWhereItWas() throws Exception {
        Container job =
                array(
                        "echo begun $ASSAY_INDEX; [ $ASSAY_INDEX = 2 ] && " + WAIT + "; exit 0",
                        4,
                        2);
        try (ArrayRun before = start(job.inParallel(1), 0, List.of())) {
            before.next();
            awaitCollected(1);
            machine.awaitLog("begun 2");
        } // which ends container 2: the next one stands for it
        ContainerRun.start(
                        machine.host,
                        new RunId(machine.lease, 2, 4),
                        job,
                        machine.busybox(),
                        Machine.limits(),
                        List.of(),
                        _ -> {})
                .detach();
        record.close();
        machine.events.clear();

        record = LeaseRecord.open(machine.host, machine.lease);
        assertThat(record.ended().keySet()).containsExactlyInAnyOrder(0, 1);
        List<Leftovers.Found> found =
                Leftovers.of(machine.host, machine.lease, record.ended().keySet());
        assertThat(found).extracting(one -> one.run().index()).containsExactly(2);
        try (ArrayRun array = start(job, 1, found)) {
            assertThat(array.usage().cpu())
                    .isGreaterThanOrEqualTo(
                            record.ended().values().stream()
                                    .map(ended -> ended.usage().cpu())
                                    .reduce(Duration.ZERO, Duration::plus));
            awaitCollected(3);
            shell(array, 2, "touch /tmp/go");
            List<Unit> units = rest(array, 3);
            assertThat(units).extracting(Unit::index).containsExactly(1, 2, 3);
            for (Unit unit : units) {
                assertThat(log(unit)).containsExactly("out begun " + unit.index());
            }
        }
        assertThat(
                        machine.events.stream()
                                .filter(ContainerEvent.Started.class::isInstance)
                                .map(event -> ((ContainerEvent.Started) event).run().index()))
                .containsExactly(3);
    }

    /** A container that was recorded as ended, but not yet removed when the agent died. */
    @Test
    void container_thatIsRecordedAsEnded_isRemoved() throws Exception {
        Container job = array("echo up", 2, 1);
        ContainerRun.start(
                        machine.host,
                        new RunId(machine.lease, 0, 2),
                        job,
                        machine.busybox(),
                        Machine.limits(),
                        List.of(),
                        _ -> {})
                .detach();
        record.ended(
                0,
                new LeaseRecord.Ended(
                        machine.blobs.put(new byte[] {1}), new ContainerUsage(Duration.ZERO, 0)));
        assertThat(Leftovers.of(machine.host, machine.lease, Set.of(0))).isEmpty();
        assertThat(machine.engine.list(Map.of("dev.assay.agent", machine.host.agent()))).isEmpty();
    }
}
