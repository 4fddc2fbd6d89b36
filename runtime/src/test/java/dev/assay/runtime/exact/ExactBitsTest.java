package dev.assay.runtime.exact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The bits of {@link Bits} in other virtual machines than this one. */
class ExactBitsTest {
    private static final String MAPPED = "mapped ";

    @TempDir private Path directory;

    /** Lanes of 4, 8 and 16 floats, no lanes at all, one thread and two. */
    @ParameterizedTest
    @CsvSource({
        "-XX:UseAVX=0, 2",
        "-XX:UseAVX=1, 1",
        "-XX:UseAVX=2, 1",
        "-XX:UseAVX=2, 2",
        "-XX:UseAVX=3, 2",
        "-Xint, 1",
        "-XX:TieredStopAtLevel=1, 2"
    })
    void digests_otherInstructionsAndThreads_areTheSame(String flag, String threads)
            throws Exception {
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "the flags are x86's");
        List<String> expected = digests(run("-showversion", "1"));
        assertThat(expected).hasSize(47);
        assertThat(digests(run(flag, threads))).isEqualTo(expected);
    }

    @Test
    void libraries_mappedByARun_areTheJdksOwn() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/self/maps")), "no /proc here");
        List<String> mapped =
                run("-showversion", "2").stream().filter(l -> l.startsWith(MAPPED)).toList();
        String jdk = Path.of(System.getProperty("java.home")).toRealPath().toString();
        assertThat(mapped).allSatisfy(line -> assertThat(line).startsWith(MAPPED + jdk));
    }

    private static List<String> digests(List<String> lines) {
        return lines.stream().filter(line -> line.contains("sha256:")).toList();
    }

    private List<String> run(String flag, String threads) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--add-modules", "jdk.incubator.vector", flag));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(Bits.class.getName(), threads));
        Path output = Files.createTempFile(directory, "bits", ".txt");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        try {
            assertThat(process.waitFor(5, TimeUnit.MINUTES)).as(command.toString()).isTrue();
        } finally {
            process.destroyForcibly();
        }
        String text = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(process.exitValue()).as(text).isZero();
        return text.lines().toList();
    }
}
