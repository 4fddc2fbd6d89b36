package dev.assay.runtime.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Folders on loop devices, which a process may leave behind in any part. */
class LoopDiskTest {
    private static final long BYTES = 8L << 20;

    @TempDir private Path root;
    private LoopDisk disk;

    @BeforeEach
    void probe() {
        var found = LoopDisk.probe(root);
        assumeTrue(found.isPresent(), "no loop devices, no root or no mkfs.ext4 here");
        disk = found.get();
    }

    @Test
    void folder_made_isBoundedAndRemovedWhole() throws IOException {
        Path folder = root.resolve("data");
        disk.make(folder, BYTES, 16);
        Files.write(folder.resolve("file"), new byte[1 << 20]);
        assertThat(Files.getFileStore(folder)).isNotEqualTo(Files.getFileStore(root));
        disk.remove(folder);
        assertNothingLeft();
    }

    @Test
    void folder_thatIsNotThere_isRemovedAlready() throws IOException {
        disk.remove(root.resolve("data"));
        assertNothingLeft();
    }

    /** It was killed before it mounted, or after it took the mount away. */
    @Test
    void folder_withoutMount_isRemoved() throws IOException {
        Path folder = Files.createDirectory(root.resolve("data"));
        Files.createFile(root.resolve("data.img"));
        disk.remove(folder);
        assertNothingLeft();
    }

    /** It was killed after it removed the image, which the mount holds open. */
    @Test
    void folder_withoutImage_isRemoved() throws IOException {
        Path folder = root.resolve("data");
        disk.make(folder, BYTES, 16);
        Files.delete(root.resolve("data.img"));
        disk.remove(folder);
        assertNothingLeft();
    }

    private void assertNothingLeft() throws IOException {
        try (Stream<Path> files = Files.list(root)) {
            assertThat(files).isEmpty();
        }
        assertThat(Files.readString(Path.of("/proc/self/mountinfo")))
                .doesNotContain(root.toString());
    }
}
