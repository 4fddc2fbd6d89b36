package dev.assay.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Writes the kept inputs of all targets as one corpus for the target {@code all}: {@code
 * MixedCorpus CORPUS FOLDER}.
 */
final class MixedCorpus {
    private MixedCorpus() {}

    public static void main(String[] args) throws IOException {
        Path corpus = Path.of(args[0]);
        Path mixed = Path.of(args[1]);
        List<Target<?>> targets = Targets.all();
        for (int i = 0; i < targets.size(); i++) {
            String name = targets.get(i).name();
            try (Stream<Path> files = Files.list(corpus.resolve(name))) {
                for (Path file : files.sorted().toList()) {
                    byte[] input = Files.readAllBytes(file);
                    byte[] marked = new byte[1 + input.length];
                    marked[0] = (byte) i;
                    System.arraycopy(input, 0, marked, 1, input.length);
                    Files.write(mixed.resolve(name + "-" + file.getFileName()), marked);
                }
            }
        }
    }
}
