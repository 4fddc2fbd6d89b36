package dev.assay.runtime.container;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Files that processes deleted and still hold, open or mapped: they take space that no folder
 * shows. Linux names them in proc(5) as links to {@code PATH (deleted)}.
 */
final class DeletedFiles {
    private static final String DELETED = " (deleted)";

    private DeletedFiles() {}

    /** The bytes of such files that these processes hold on the file system of this folder. */
    static long bytes(List<Long> processes, Path folder) throws IOException {
        Object device = Files.getAttribute(folder, "unix:dev");
        Set<Object> seen = new HashSet<>();
        long bytes = 0;
        for (long id : processes) {
            Path process = Path.of("/proc", Long.toString(id));
            try (DirectoryStream<Path> open = Files.newDirectoryStream(process.resolve("fd"))) {
                for (Path link : open) {
                    bytes += bytes(link, device, seen);
                }
                for (String range : mapped(process)) {
                    bytes += bytes(process.resolve("map_files").resolve(range), device, seen);
                }
            } catch (IOException | DirectoryIteratorException e) {
                // the process ended, or this one may not look
            }
        }
        return bytes;
    }

    /** Where a process has deleted files in its memory: {@code from-to … PATH (deleted)}. */
    private static List<String> mapped(Path process) throws IOException {
        return Files.readAllLines(process.resolve("maps"), StandardCharsets.ISO_8859_1).stream()
                .filter(line -> line.endsWith(DELETED))
                .map(
                        line ->
                                line.substring(0, line.indexOf(' '))
                                        .replaceAll("\\b0+(?=[0-9a-f])", ""))
                .toList();
    }

    private static long bytes(Path link, Object device, Set<Object> seen) {
        try {
            String target = Files.readSymbolicLink(link).toString();
            if (!target.endsWith(DELETED)
                    || !Files.getAttribute(link, "unix:dev").equals(device)
                    || !seen.add(Files.getAttribute(link, "unix:ino"))) {
                return 0;
            }
            return Files.size(link);
        } catch (IOException e) {
            return 0; // closed meanwhile
        }
    }
}
