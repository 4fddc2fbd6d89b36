package dev.assay.runtime.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A directory for as long as something is measured. */
record Scratch(Path path) implements AutoCloseable {
    static Scratch under(Path directory) throws IOException {
        Files.createDirectories(directory);
        return new Scratch(Files.createTempDirectory(directory, "bench"));
    }

    /** Removes a directory and all it holds, such as what a killed process left. */
    static void remove(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        List<Path> deepestFirst;
        try (Stream<Path> files = Files.walk(directory)) {
            deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : deepestFirst) {
            Files.delete(file);
        }
    }

    @Override
    public void close() throws IOException {
        remove(path);
    }
}
