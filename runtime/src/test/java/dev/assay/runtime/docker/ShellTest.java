package dev.assay.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.runtime.container.ContainerRun;
import dev.assay.runtime.container.ExitCause;
import dev.assay.runtime.container.Shell;

import org.junit.jupiter.api.Test;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;

final class ShellTest extends CleanMachine {
    @Test
    void shell_inARunningContainer_talksBothWaysAndGivesItsCode() throws Exception {
        try (ContainerRun run = machine.start(Machine.script("sleep 1000"), Machine.limits());
                Shell shell = run.shell(List.of("/bin/sh"));
                BufferedReader output =
                        new BufferedReader(
                                new InputStreamReader(shell.output(), StandardCharsets.UTF_8))) {
            shell.resize(100, 30);
            write(shell, "stty -echo; PS1=; echo answer $((6 * 7)); stty size; id -u; exit 5\n");
            List<String> lines = output.lines().map(String::strip).toList();
            assertThat(lines).contains("answer 42", "30 100", "65534");
            assertThat(shell.exitCode()).isEqualTo(5);
        }
    }

    /** The tenant's shell and the container's work are bound alike. */
    @Test
    void shell_inAContainer_cannotDoMoreThanTheContainer() throws Exception {
        try (ContainerRun run = machine.start(Machine.script("sleep 1000"), Machine.limits());
                Shell shell =
                        run.shell(
                                List.of(
                                        "/bin/sh",
                                        "-c",
                                        "grep -E 'CapEff|CapBnd|NoNew|Seccomp:' /proc/self/status;"
                                                + " touch /x || echo read-only"));
                BufferedReader output =
                        new BufferedReader(
                                new InputStreamReader(shell.output(), StandardCharsets.UTF_8))) {
            assertThat(output.lines().map(line -> line.strip().replaceAll("\\s+", " ")))
                    .contains(
                            "CapEff: 0000000000000000",
                            "CapBnd: 0000000000000000",
                            "NoNewPrivs: 1",
                            "Seccomp: 2",
                            "read-only");
        }
    }

    @Test
    void shell_whoseContainerEnds_endsToo() throws Exception {
        try (ContainerRun run = machine.start(Machine.script("sleep 1000"), Machine.limits());
                Shell shell = run.shell(List.of("/bin/cat"))) {
            write(shell, "hello\n");
            byte[] echo = shell.output().readNBytes("hello\r\n".length());
            assertThat(new String(echo, StandardCharsets.UTF_8)).isEqualTo("hello\r\n");
            run.cancel();
            assertThat(run.await().cause()).isEqualTo(ExitCause.CANCELLED);
            shell.output().readAllBytes();
        }
    }

    @Test
    void shell_thatIsClosed_endsItsProcess() throws Exception {
        try (ContainerRun run =
                machine.start(
                        Machine.script(
                                "while ! [ -e /tmp/pid ]; do sleep 0.05; done; while kill -0 $(cat"
                                        + " /tmp/pid) 2>/dev/null; do sleep 0.05; done; echo gone"),
                        Machine.limits())) {
            Shell shell =
                    run.shell(
                            List.of(
                                    "/bin/sh",
                                    "-c",
                                    "trap '' HUP TERM; echo $$ > /tmp/pid; echo ready; while :; do"
                                            + " sleep 1; done"));
            shell.output().readNBytes("ready\r\n".length());
            shell.close();
            assertThat(machine.log(run.await())).containsExactly("out gone");
        }
    }

    private static void write(Shell shell, String text) throws Exception {
        shell.input().write(text.getBytes(StandardCharsets.UTF_8));
        shell.input().flush();
    }
}
