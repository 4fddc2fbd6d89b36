package dev.assay.runtime.container;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.EnumSet;

/**
 * A folder that a stranger filled: measured and removed without following a link, whatever its
 * depth, size and names.
 */
final class FileTree {
    /** The deepest folder that is measured and collected; deeper ones are over every limit. */
    static final int MAX_DEPTH = 128;

    private static final String MOVED = ".removing-";

    private FileTree() {}

    /**
     * What a folder holds.
     *
     * @param bytes sizes as programs see them: a hole counts
     * @param files files, links, folders and everything else
     * @param tooDeep whether there is more below {@link #MAX_DEPTH}
     */
    record Use(long bytes, long files, boolean tooDeep) {
        boolean within(long maxBytes, long maxFiles) {
            return !tooDeep && bytes <= maxBytes && files <= maxFiles;
        }
    }

    /**
     * Measures a folder that may change meanwhile; stops early once a limit is passed.
     *
     * @throws IOException when the folder itself cannot be read
     */
    static Use measure(Path root, long maxBytes, long maxFiles) throws IOException {
        Measure measure = new Measure(root, maxBytes, maxFiles);
        Files.walkFileTree(
                root, EnumSet.noneOf(java.nio.file.FileVisitOption.class), MAX_DEPTH, measure);
        return measure.use();
    }

    private static final class Measure extends SimpleFileVisitor<Path> {
        private final Path root;
        private final long maxBytes;
        private final long maxFiles;
        private long bytes;
        private long files;
        private boolean tooDeep;

        Measure(Path root, long maxBytes, long maxFiles) {
            this.root = root;
            this.maxBytes = maxBytes;
            this.maxFiles = maxFiles;
        }

        Use use() {
            return new Use(bytes, files, tooDeep);
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return folder.equals(root) ? FileVisitResult.CONTINUE : count(attributes.size());
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            tooDeep |= attributes.isDirectory();
            return count(attributes.size());
        }

        private FileVisitResult count(long size) {
            files++;
            bytes = Math.max(bytes, bytes + size); // never wraps
            return use().within(maxBytes, maxFiles)
                    ? FileVisitResult.CONTINUE
                    : FileVisitResult.TERMINATE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (file.equals(root)) {
                throw e;
            }
            return FileVisitResult.CONTINUE; // gone meanwhile
        }

        @Override
        public FileVisitResult postVisitDirectory(
                Path folder, @org.jspecify.annotations.Nullable IOException e) {
            return FileVisitResult.CONTINUE;
        }
    }

    /**
     * Removes a folder and all below it; one that is not there is fine. Folders inside are first
     * moved to the top, so that no path gets long and no recursion deep.
     */
    static void remove(Path root) throws IOException {
        if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        long moved = 0;
        long before;
        do {
            before = moved;
            try (SecureDirectoryStream<Path> top = open(root)) {
                for (Path entry : top) {
                    Path name = entry.getFileName();
                    if (isFolder(top, name)) {
                        moved = flatten(top, name, moved);
                        top.deleteDirectory(name);
                    } else {
                        top.deleteFile(name);
                    }
                }
            } catch (NoSuchFileException e) {
                moved++; // an entry moved while it was listed: look again
            }
        } while (moved != before);
        Files.delete(root);
    }

    /** Empties a folder of {@code top}: files are deleted, folders moved up. */
    private static long flatten(SecureDirectoryStream<Path> top, Path folder, long moved)
            throws IOException {
        long count = moved;
        try (SecureDirectoryStream<Path> inside =
                top.newDirectoryStream(folder, LinkOption.NOFOLLOW_LINKS)) {
            for (Path entry : inside) {
                Path name = entry.getFileName();
                if (isFolder(inside, name)) {
                    count = moveUp(inside, name, top, count);
                } else {
                    inside.deleteFile(name);
                }
            }
        }
        return count;
    }

    private static long moveUp(
            SecureDirectoryStream<Path> from,
            Path name,
            SecureDirectoryStream<Path> top,
            long moved)
            throws IOException {
        for (long n = moved; ; n++) {
            try {
                from.move(name, top, Path.of(MOVED + n));
                return n + 1;
            } catch (FileSystemException e) {
                if (!exists(top, Path.of(MOVED + n))) {
                    throw e;
                }
            }
        }
    }

    private static boolean exists(SecureDirectoryStream<Path> folder, Path name) {
        try {
            attributes(folder, name);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Opens a folder of our own; what is in it is opened relative to it and never through a link.
     */
    @SuppressWarnings("StreamResourceLeak") // the caller closes it
    static SecureDirectoryStream<Path> open(Path folder) throws IOException {
        DirectoryStream<Path> stream = Files.newDirectoryStream(folder);
        if (stream instanceof SecureDirectoryStream<Path> secure) {
            return secure;
        }
        stream.close();
        throw new IOException(
                "the file system of " + folder + " cannot open files relative to one");
    }

    static BasicFileAttributes attributes(SecureDirectoryStream<Path> folder, Path name)
            throws IOException {
        return folder.getFileAttributeView(
                        name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes();
    }

    private static boolean isFolder(SecureDirectoryStream<Path> folder, Path name)
            throws IOException {
        return attributes(folder, name).isDirectory();
    }
}
