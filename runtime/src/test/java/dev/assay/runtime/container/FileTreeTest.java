package dev.assay.runtime.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;

class FileTreeTest {
    private static final long MANY = 1 << 30;

    @TempDir private Path folder;

    @Test
    void measure_ofRandomTrees_countsWhatWasMade() throws Exception {
        Random random = new Random(4);
        for (int round = 0; round < 20; round++) {
            Path root = Files.createDirectory(folder.resolve("t" + round));
            Deque<Path> folders = new ArrayDeque<>();
            folders.add(root);
            long files = 0;
            long bytes = 0;
            for (int i = random.nextInt(60); i > 0; i--) {
                Path inside = folders.peekFirst().resolve("f" + i);
                files++;
                if (random.nextInt(4) == 0) {
                    Files.createDirectory(inside);
                    folders.addFirst(inside);
                    bytes += Files.size(inside);
                } else {
                    byte[] content = new byte[random.nextInt(5000)];
                    Files.write(inside, content);
                    bytes += content.length;
                }
            }
            assertThat(FileTree.measure(root, MANY, MANY))
                    .isEqualTo(new FileTree.Use(bytes, files, false));
            FileTree.remove(root);
            assertThat(root).doesNotExist();
        }
    }

    @Test
    void measure_pastALimit_stopsThere() throws Exception {
        for (int i = 0; i < 100; i++) {
            Files.write(folder.resolve("f" + i), new byte[100]);
        }
        assertThat(FileTree.measure(folder, MANY, 10)).isEqualTo(new FileTree.Use(1100, 11, false));
        assertThat(FileTree.measure(folder, 250, MANY)).isEqualTo(new FileTree.Use(300, 3, false));
        assertThat(new FileTree.Use(300, 3, false).within(300, 3)).isTrue();
        assertThat(new FileTree.Use(300, 3, false).within(299, 3)).isFalse();
        assertThat(new FileTree.Use(300, 3, false).within(300, 2)).isFalse();
        assertThat(new FileTree.Use(0, 0, true).within(300, 3)).isFalse();
    }

    @Test
    void measure_ofAHole_countsItsWholeSize() throws Exception {
        try (RandomAccessFile hole = new RandomAccessFile(folder.resolve("h").toFile(), "rw")) {
            hole.setLength(10L << 30);
        }
        assertThat(FileTree.measure(folder, MANY, MANY).within(MANY, MANY)).isFalse();
    }

    @Test
    void measure_ofLinks_staysInTheFolder() throws Exception {
        Path outside = Files.createDirectory(folder.resolve("outside"));
        Files.write(outside.resolve("f"), new byte[1 << 20]);
        Path inside = Files.createDirectory(folder.resolve("inside"));
        Files.createSymbolicLink(inside.resolve("link"), outside);
        Files.createSymbolicLink(inside.resolve("loop"), inside);
        assertThat(FileTree.measure(inside, MANY, MANY).bytes()).isLessThan(1000);
        assertThat(FileTree.measure(inside, MANY, MANY).files()).isEqualTo(2);
    }

    @Test
    void measure_ofNoFolder_isAnError() {
        assertThatThrownBy(() -> FileTree.measure(folder.resolve("none"), 1, 1))
                .isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void remove_ofAFolderWithLinks_leavesWhatTheyPointTo() throws Exception {
        Path outside = Files.createDirectory(folder.resolve("outside"));
        Files.write(outside.resolve("f"), new byte[1]);
        Path inside = Files.createDirectories(folder.resolve("inside/a/b")).getParent().getParent();
        Files.createSymbolicLink(inside.resolve("link"), outside);
        Files.createSymbolicLink(inside.resolve("a/link"), outside);
        Files.createSymbolicLink(inside.resolve("dangling"), folder.resolve("nowhere"));
        FileTree.remove(inside);
        assertThat(inside).doesNotExist();
        assertThat(outside.resolve("f")).exists();
    }

    /** Names that the removal itself would choose. */
    @Test
    void remove_ofAFolderThatGuessesNames_succeeds() throws Exception {
        Path root = Files.createDirectory(folder.resolve("root"));
        for (int i = 0; i < 5; i++) {
            Files.createDirectories(root.resolve(".removing-" + i).resolve("x/y"));
            Files.createDirectories(root.resolve("d" + i).resolve(".removing-" + i).resolve("z"));
        }
        Files.write(root.resolve(".removing-7"), new byte[1]);
        FileTree.remove(root);
        assertThat(root).doesNotExist();
    }

    @Test
    void remove_ofNothing_isFine() throws Exception {
        FileTree.remove(folder.resolve("none"));
        assertThat(folder).isEmptyDirectory();
    }
}
