package dev.assay.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** The kept inputs, with nothing between parser and test: allocation is what it is in use. */
final class CorpusTest {
    private static final Path CORPUS =
            Path.of(Objects.requireNonNull(System.getProperty("assay.root")), "fuzz", "corpus");

    static Stream<String> names() {
        return Targets.all().stream().map(Target::name);
    }

    @ParameterizedTest
    @MethodSource("names")
    void corpus_parsed_keepsEveryPromise(String name) throws IOException {
        Target<?> target = Targets.named(name);
        int accepted = 0;
        int refused = 0;
        for (Path file : files(CORPUS.resolve(name))) {
            for (byte[] input : target.variants().of(Files.readAllBytes(file))) {
                Trial trial = trial(target, input, file);
                accepted += trial.accepted() ? 1 : 0;
                refused += trial.accepted() ? 0 : 1;
            }
        }
        assertThat(accepted).as("inputs that the parser accepts").isPositive();
        assertThat(refused).as("inputs that the parser refuses").isPositive();
    }

    private static Trial trial(Target<?> target, byte[] input, Path file) {
        try {
            return Trial.of(target, input, target.bound().bytes(input.length));
        } catch (Throwable e) {
            throw new AssertionError(file + ": " + e, e);
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return new ArrayList<>(files.sorted().toList());
        }
    }
}
