package dev.assay.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

class TarReaderTest {
    @TempDir private Path folder;

    private static Map<String, String> read(byte[] tar) throws IOException {
        Map<String, String> files = new TreeMap<>();
        TarReader reader = new TarReader(new ByteArrayInputStream(tar));
        for (var next = reader.next(); next.isPresent(); next = reader.next()) {
            byte[] data = reader.data().readAllBytes();
            assertThat(data).hasSize((int) next.get().size());
            files.put(next.get().name(), new String(data, StandardCharsets.UTF_8));
        }
        return files;
    }

    /** As tar itself writes them: names of any length, in each of its formats. */
    @ParameterizedTest
    @ValueSource(strings = {"ustar", "gnu", "pax", "v7"})
    void archive_ofTar_isReadAsItIs(String format) throws Exception {
        Path files = Files.createDirectories(folder.resolve("files"));
        Map<String, String> expected = new TreeMap<>();
        List<Integer> lengths =
                format.equals("v7") ? List.of(1, 80) : List.of(1, 99, 100, 101, 120, 200);
        for (int length : lengths) {
            String name =
                    length <= 120
                            ? "n".repeat(length)
                            : "d".repeat(length - 60) + "/" + "f".repeat(50);
            if (format.equals("ustar") && length > 99 && length <= 120) {
                continue; // it cannot
            }
            Path file = files.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, "content of " + length);
            expected.put(name, "content of " + length);
        }
        Path tar = folder.resolve("x.tar");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "tar",
                                "-C",
                                files.toString(),
                                "--format=" + format,
                                "-cf",
                                tar.toString()));
        command.addAll(expected.keySet());
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
        assertThat(read(Files.readAllBytes(tar))).isEqualTo(expected);
    }

    @Test
    void data_thatIsNotRead_isSkipped() throws Exception {
        byte[] tar =
                new TestImage.Tar().file("a", 0644, "x".repeat(1000)).file("b", 0644, "y").bytes();
        TarReader reader = new TarReader(new ByteArrayInputStream(tar));
        TarReader.Entry first = reader.next().orElseThrow();
        TarReader.Entry second = reader.next().orElseThrow();
        assertThat(first.start()).isZero();
        assertThat(first.end()).isEqualTo(512 + 1024);
        assertThat(second.start()).isEqualTo(first.end());
        assertThat(second.name()).isEqualTo("b");
        assertThat(reader.next()).isEqualTo(Optional.empty());
    }

    @Test
    void sparseFile_whichUnpacksToMore_isRefused() throws Exception {
        Path hole = folder.resolve("hole");
        try (var file = new java.io.RandomAccessFile(hole.toFile(), "rw")) {
            file.setLength(1L << 40);
        }
        for (String format : List.of("gnu", "pax")) {
            Path tar = folder.resolve(format + ".tar");
            assertThat(
                            new ProcessBuilder(
                                            "tar",
                                            "-C",
                                            folder.toString(),
                                            "--format=" + format,
                                            "-Scf",
                                            tar.toString(),
                                            "hole")
                                    .inheritIO()
                                    .start()
                                    .waitFor())
                    .isZero();
            assertThat(Files.size(tar)).isLessThan(1 << 20);
            byte[] bytes = Files.readAllBytes(tar);
            assertThatThrownBy(() -> read(bytes)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void archive_thatIsDamaged_isRefused() {
        byte[] tar = new TestImage.Tar().file("a", 0644, "x".repeat(1000)).bytes();
        for (int position : new int[] {0, 124, 130, 148, 156}) {
            byte[] damaged = tar.clone();
            damaged[position] ^= 0x15;
            assertThatThrownBy(() -> read(damaged))
                    .as("byte " + position)
                    .isInstanceOf(IOException.class);
        }
        byte[] cut = java.util.Arrays.copyOf(tar, 700);
        assertThatThrownBy(() -> read(cut)).isInstanceOf(IOException.class);
    }

    @Test
    void header_ofAHugeSize_takesNoMemory() {
        byte[] huge =
                new TestImage.Tar().entry("x", 'x', 0644, "", new byte[(1 << 20) + 1]).bytes();
        assertThatThrownBy(() -> read(huge)).hasMessageContaining("a header of");
    }
}
