package dev.assay.runtime.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.runtime.runner.MemoryGroup.Version;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What is written to and read from a group's files, where they are files of a test. */
final class MemoryGroupTest {
    private static final long NOBODY = 999_999_999;

    @TempDir Path root;

    private void file(String name, String text) throws Exception {
        Files.writeString(root.resolve(name), text);
    }

    private String text(String name) throws Exception {
        return Files.readString(root.resolve(name));
    }

    @Test
    void limit_ofVersion2_isWhatItHoldsAndMoreWithoutSwap() throws Exception {
        file("memory.current", "1000\n");
        file("memory.swap.max", "max\n");
        file("memory.events", "low 0\nhigh 0\nmax 3\noom 0\noom_kill 0\noom_group_kill 0\n");
        MemoryGroup group = new MemoryGroup(root, Version.V2);
        group.limit(500);
        assertThat(text("memory.max")).isEqualTo("1500");
        assertThat(text("memory.swap.max")).isEqualTo("0");
        assertThat(group.reached()).isFalse();
        file("memory.events", "max 7\noom 1\noom_kill 1\n");
        assertThat(group.reached()).isTrue();
    }

    @Test
    void limit_ofVersion1_boundsSwapToo() throws Exception {
        file("memory.usage_in_bytes", "1000\n");
        file("memory.memsw.limit_in_bytes", "9223372036854771712\n");
        file("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
        MemoryGroup group = new MemoryGroup(root, Version.V1);
        group.limit(500);
        assertThat(text("memory.limit_in_bytes")).isEqualTo("1500");
        assertThat(text("memory.memsw.limit_in_bytes")).isEqualTo("1500");
        assertThat(group.reached()).isTrue();
    }

    @Test
    void group_withoutAMemoryController_isNotMade() throws Exception {
        long self = ProcessHandle.current().pid();
        assertThat(MemoryGroup.around(self, root, List.of("0::/"))).isEmpty();
        assertThat(MemoryGroup.around(self, root, List.of("4:memory:/a", "0::/"))).isEmpty();
        assertThat(MemoryGroup.around(self, root, List.of("1:cpu:/"))).isEmpty();
        assertThat(root).isEmptyDirectory();
    }

    @Test
    void groups_ofAgentsThatAreNoMore_areRemoved() throws Exception {
        long self = ProcessHandle.current().pid();
        Files.createDirectory(root.resolve("assay-runner-" + NOBODY + "-7"));
        Path living = Files.createDirectory(root.resolve("assay-runner-" + self + "-7"));
        Path strange = Files.createDirectory(root.resolve("assay-runner-of-somebody"));
        assertThat(MemoryGroup.around(self, root, List.of("0::/"))).isEmpty();
        assertThat(root).isDirectoryContaining(living::equals);
        try (var left = Files.list(root)) {
            assertThat(left).containsExactlyInAnyOrder(living, strange);
        }
    }
}
