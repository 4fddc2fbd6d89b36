package dev.assay.runtime.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.runtime.container.ContainerCgroup.Sample;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Folders written as cgroups(7) describes them, of both versions. */
class ContainerCgroupTest {
    @TempDir private Path root;

    private void write(String path, String text) throws Exception {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    @Test
    void version1_isReadInItsFolders() throws Exception {
        write("cpuacct/docker/c/cpuacct.usage", "1500000000\n");
        write("memory/docker/c/memory.max_usage_in_bytes", "4096\n");
        write("memory/docker/c/memory.limit_in_bytes", "67108864\n");
        write("memory/docker/c/memory.failcnt", "7\n");
        write(
                "memory/docker/c/memory.oom_control",
                "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
        write("memory/docker/c/cgroup.procs", "12\n34\n");
        ContainerCgroup group =
                ContainerCgroup.of(
                                List.of(
                                        "9:name=systemd:/docker/c",
                                        "4:memory:/docker/c",
                                        "2:cpu,cpuacct:/docker/c",
                                        "0::/docker/c"),
                                root)
                        .orElseThrow();
        assertThat(group.sample()).contains(new Sample(Duration.ofMillis(1500), 4096, true, 2));
        assertThat(group.processes()).containsExactly(12L, 34L);
    }

    /** A kernel need not count failures: then the limit was reached when all of it was used. */
    @ParameterizedTest
    @CsvSource({"67108864, true", "65536000, true", "4096, false"})
    void version1_withoutFailuresCounted_showsWhetherTheLimitWasReached(long peak, boolean reached)
            throws Exception {
        write("cpuacct/docker/c/cpuacct.usage", "0\n");
        write("memory/docker/c/memory.max_usage_in_bytes", peak + "\n");
        write("memory/docker/c/memory.limit_in_bytes", "67108864\n");
        write("memory/docker/c/memory.failcnt", "0\n");
        write("memory/docker/c/memory.oom_control", "oom_kill 1\n");
        ContainerCgroup group =
                ContainerCgroup.of(List.of("4:memory:/docker/c", "2:cpuacct:/docker/c"), root)
                        .orElseThrow();
        assertThat(group.sample()).contains(new Sample(Duration.ZERO, peak, reached, 1));
    }

    @Test
    void version2_isReadInItsOneFolder() throws Exception {
        write("system.slice/c.scope/cpu.stat", "usage_usec 1500000\nuser_usec 1\n");
        write("system.slice/c.scope/memory.peak", "4096\n");
        write("system.slice/c.scope/memory.current", "1024\n");
        write("system.slice/c.scope/memory.events", "low 0\nhigh 0\nmax 7\noom 1\noom_kill 2\n");
        ContainerCgroup group =
                ContainerCgroup.of(List.of("0::/system.slice/c.scope"), root).orElseThrow();
        assertThat(group.sample()).contains(new Sample(Duration.ofMillis(1500), 4096, true, 2));
        Files.delete(root.resolve("system.slice/c.scope/memory.peak"));
        assertThat(group.sample()).contains(new Sample(Duration.ofMillis(1500), 1024, true, 2));
    }

    @Test
    void group_thatIsGone_isReadAsNothing() {
        ContainerCgroup group = ContainerCgroup.of(List.of("0::/c"), root).orElseThrow();
        assertThat(group.sample()).isEmpty();
        assertThat(group.processes()).isEmpty();
        assertThat(ContainerCgroup.of(List.of("nonsense"), root)).isEmpty();
    }

    @Test
    void later_sample_takesNothingBack() {
        Sample first = new Sample(Duration.ofSeconds(2), 10, true, 0);
        Sample second = new Sample(Duration.ofSeconds(1), 20, false, 3);
        assertThat(first.max(second)).isEqualTo(new Sample(Duration.ofSeconds(2), 20, true, 3));
    }
}
