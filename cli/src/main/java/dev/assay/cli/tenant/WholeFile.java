package dev.assay.cli.tenant;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A file for people, which appears whole or not at all: it is written under another name and then
 * moved. One that is there already is replaced, and so is what a process that died left half
 * written.
 */
record WholeFile(Path path) {
    void write(byte[] bytes) throws IOException {
        Path partial = partial();
        Files.write(partial, bytes);
        appear(partial);
    }

    void copy(Path from) throws IOException {
        Path partial = partial();
        Files.copy(from, partial, StandardCopyOption.REPLACE_EXISTING);
        appear(partial);
    }

    private Path partial() throws IOException {
        Files.createDirectories(path.toAbsolutePath().getParent());
        return path.resolveSibling(path.getFileName() + ".part");
    }

    private void appear(Path partial) throws IOException {
        Files.move(partial, path, StandardCopyOption.ATOMIC_MOVE);
    }
}
