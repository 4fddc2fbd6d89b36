package dev.assay.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A home whose disk fills at some point of a run, or cannot be written at all; and what the next
 * run makes of it once there is room. The disk is a tmpfs of its own, in a mount namespace.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class FullHomeTest {
    /** Runs its arguments over a home on a disk that is first one thing and then 64 MiB. */
    private static final String SCRIPT =
            """
            home=$1 first=$2 folder=$3; shift 3
            mkdir -p "$home" && mount -t tmpfs -o "$first" none "$home" || exit 9
            "$@" > "$folder/first.out" 2> "$folder/first.err"; echo $? > "$folder/first.exit"
            mount -o remount,rw,size=64m "$home" || exit 9
            "$@" > "$folder/next.out" 2> "$folder/next.err"; echo $? > "$folder/next.exit"
            cp -a "$home" "$folder/kept"
            """;

    @TempDir private Path folder;

    @BeforeEach
    void mountsCanBePrivate() throws Exception {
        Process probe =
                new ProcessBuilder("unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt").start();
        assumeTrue(probe.waitFor() == 0, "needs the right to mount (root)");
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 256, 512, 704, 832, 896, 960, 1024})
    void disk_fullDuringARun_saysSoAndTheNextRunEndsWhatWasBegun(int kibibytes) throws Exception {
        runTwice("size=" + kibibytes + "k");

        assertError("(?i).*(no space left|full|no transaction is active).*");
        assertNextRunIsWhole();
    }

    @Test
    void disk_readOnly_saysSoAndTheNextRunWorks() throws Exception {
        runTwice("size=64m,ro");

        assertError("assay: cannot use .*: Read-only file system; set ASSAY_HOME to .*");
        assertNextRunIsWhole();
    }

    private void runTwice(String disk) throws Exception {
        Path home = folder.resolve("home");
        Path job = Example.job(folder.resolve("job"), 2_000);
        Command.Outcome script =
                Command.in(home, folder)
                        .after(
                                List.of(
                                        "unshare",
                                        "-m",
                                        "sh",
                                        "-c",
                                        SCRIPT,
                                        "sh",
                                        home.toString(),
                                        disk,
                                        folder.toString()))
                        .run("run", job.toString());
        assertThat(script.exit()).as(script.err()).isZero();
    }

    private void assertError(String line) throws Exception {
        String said = Command.said(folder.resolve("first.err"));
        assertThat(said.lines()).as(said).hasSize(1).allMatch(text -> text.matches(line));
        assertThat(said).startsWith("assay: ");
        assertThat(Files.readString(folder.resolve("first.exit")).strip()).isEqualTo("3");
    }

    private void assertNextRunIsWhole() throws Exception {
        String said = Command.said(folder.resolve("next.err"));
        assertThat(said).isEmpty();
        assertThat(Files.readString(folder.resolve("next.exit")).strip())
                .as(Files.readString(folder.resolve("next.out")))
                .isEqualTo("0");
        Books.read(folder.resolve("kept")).assertWhole();
    }
}
