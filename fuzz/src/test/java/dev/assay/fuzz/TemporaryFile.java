package dev.assay.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * One file of this process for parsers that read files; every input takes the place of the last.
 */
public final class TemporaryFile {
    /** Files in memory, where the system has them: most of the time would go into writing. */
    private static final Path MEMORY = Path.of("/dev/shm");

    private static final Path FILE = create();

    private TemporaryFile() {}

    /** Reads a file. */
    @FunctionalInterface
    public interface Reader<T> {
        T read(Path file) throws Exception;
    }

    /** A parser of bytes by way of the file. */
    public static <T> Target.Parser<T> by(Reader<T> reader) {
        return input -> reader.read(Files.write(FILE, input));
    }

    private static Path create() {
        try {
            Path file =
                    Files.isWritable(MEMORY)
                            ? Files.createTempFile(MEMORY, "assay-fuzz", ".bytes")
                            : Files.createTempFile("assay-fuzz", ".bytes");
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
