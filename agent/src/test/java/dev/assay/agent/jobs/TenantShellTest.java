package dev.assay.agent.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.protocol.job.ContainerResult;
import dev.assay.protocol.market.AgentMessage.ReportShell;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.ShellInput;
import dev.assay.protocol.market.ShellOutput;
import dev.assay.protocol.market.ShellRequest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The tenant's shell in a container of an attempt. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
final class TenantShellTest extends AttemptedContainers {
    @Test
    void shell_ofAJobThatDidNotAsk_isRefused() throws Exception {
        try (Attempted attempted = new Attempted(assignment(job("true", 1)), List.of())) {
            attempted.shells.open(1, new ShellRequest(0, List.of("/bin/sh"), 80, 24));
            assertThat(next(ReportShell.class).output())
                    .isEqualTo(new ShellOutput.Ended(-1, "the job did not ask for a shell"));
        }
    }

    @Test
    void shell_inAContainer_carriesBothWays_andEndsWithIt() throws Exception {
        try (Attempted attempted = new Attempted(assignment(job(WAIT, 1).withShell()), List.of())) {
            attempted.shells.open(7, new ShellRequest(0, List.of("/bin/sh"), 80, 24));
            CompletableFuture<ContainerResult> result =
                    CompletableFuture.supplyAsync(() -> unchecked(attempted));
            assertThat(next(ReportShell.class).output()).isEqualTo(new ShellOutput.Opened());
            attempted.shells.open(8, new ShellRequest(0, List.of("/bin/sh"), 80, 24));
            assertThat(next(ReportShell.class))
                    .isEqualTo(
                            new ReportShell(
                                    attempted.assignment.id(),
                                    8,
                                    new ShellOutput.Ended(-1, "a shell is open already")));
            type(attempted, "echo $((40+2)) > /assay/out/answer; > /tmp/go\n");
            ShellOutput last = next(ReportShell.class).output();
            while (!(last instanceof ShellOutput.Ended)) {
                if (last instanceof ShellOutput.Written) {
                    attempted.shells.input(7, new ShellInput.Taken(1));
                }
                last = next(ReportShell.class).output();
            }
            assertThat(result.join().units().getFirst().done()).isTrue();
        }
    }

    private static ContainerResult unchecked(Attempted attempted) {
        try {
            return attempted.result(1);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void type(Attempted attempted, String text) {
        attempted.shells.input(
                7, new ShellInput.Typed(Bytes.copyOf(text.getBytes(StandardCharsets.UTF_8))));
    }
}
