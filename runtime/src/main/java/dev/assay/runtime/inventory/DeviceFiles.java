package dev.assay.runtime.inventory;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Small files in which the kernel tells one thing each (sysfs, procfs). */
final class DeviceFiles {
    private static final int MOST_BYTES = 16 << 10;

    private DeviceFiles() {}

    /**
     * The text of a file without the white space around it; nothing when the file is not there, or
     * the kernel will not give it.
     */
    static Optional<String> text(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            String text =
                    new String(in.readNBytes(MOST_BYTES), StandardCharsets.ISO_8859_1)
                            .replaceAll("[^\\n\\t\\x20-\\x7e]", "?")
                            .strip();
            return text.isEmpty() ? Optional.empty() : Optional.of(text);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** A hexadecimal number such as {@code 0x10de}. */
    static Optional<Integer> hex(Path file) {
        return text(file)
                .filter(text -> text.matches("0x[0-9a-fA-F]{1,7}"))
                .map(text -> Integer.parseInt(text.substring(2), 16));
    }

    /** A decimal number. */
    static Optional<Long> number(Path file) {
        return text(file).filter(text -> text.matches("-?[0-9]{1,18}")).map(Long::parseLong);
    }

    /** The last name of what a link points to. */
    static Optional<String> linkName(Path link) {
        try {
            return Optional.of(Files.readSymbolicLink(link).getFileName().toString());
        } catch (IOException | UnsupportedOperationException e) {
            return Optional.empty();
        }
    }

    /** What a directory holds, in order. */
    static List<Path> list(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new NoSuchFileException(directory.toString());
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        } catch (UncheckedIOException e) {
            throw new IOException("it cannot be read to its end", e);
        }
    }
}
