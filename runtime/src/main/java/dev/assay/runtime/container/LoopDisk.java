package dev.assay.runtime.container;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Folders that are file systems of their own: an ext4 image of fixed size, mounted on a loop
 * device. The kernel itself bounds bytes and files, even those that a process deleted and holds
 * open, and a folder is gone with its image, whatever is in it. Takes root and {@code mkfs.ext4}.
 *
 * <pre>
 * folder       where it is mounted
 * folder.img   the image: sparse, so that it takes the disk space that is used
 * </pre>
 */
public final class LoopDisk implements WorkspaceDisk {
    private static final String PROBE = ".probe-";
    private static final long INODE_BYTES = 256;
    private static final long LEAST_BYTES = 4L << 20;
    private static final long COMMAND_SECONDS = 30;
    private static final int ATTEMPTS = 3;
    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");

    private LoopDisk() {}

    /**
     * The disk, when one could really be made, written and removed in {@code root}. What a process
     * left that was killed while it tried is removed as well.
     *
     * @param root is this process's alone
     */
    public static Optional<LoopDisk> probe(Path root) {
        LoopDisk disk = new LoopDisk();
        Path folder = root.resolve(PROBE + ProcessHandle.current().pid());
        try {
            Files.createDirectories(root);
            disk.removeProbes(root);
            try {
                disk.make(folder, LEAST_BYTES, 16);
                Files.writeString(folder.resolve("file"), "written");
            } finally {
                disk.remove(folder);
            }
            return Optional.of(disk);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private void removeProbes(Path root) throws IOException {
        List<Path> left = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(root, PROBE + "*")) {
            files.forEach(left::add);
        }
        for (Path file : left) {
            if (Files.isDirectory(file)) {
                remove(file);
            } else {
                Files.deleteIfExists(file);
            }
        }
    }

    @Override
    public boolean bounded() {
        return true;
    }

    @Override
    public void make(Path folder, long bytes, int files) throws IOException {
        Files.createDirectory(folder);
        Path image = image(folder);
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(imageBytes(bytes, files));
        }
        run(
                "mkfs.ext4",
                "-q",
                "-F",
                "-m",
                "0",
                "-O",
                "^has_journal",
                "-E",
                "lazy_itable_init=1,nodiscard",
                "-I",
                Long.toString(INODE_BYTES),
                "-N",
                Long.toString(files + 64L),
                image.toString());
        run("mount", "-o", "loop,nosuid,nodev,noatime", image.toString(), folder.toString());
        Files.delete(folder.resolve("lost+found"));
    }

    /** The content, its tables of files and blocks, and some room. */
    private static long imageBytes(long bytes, int files) {
        long tables = files * INODE_BYTES * 2 + bytes / 50;
        return Math.addExact(bytes, Math.max(LEAST_BYTES, tables));
    }

    @Override
    public void remove(Path folder) throws IOException {
        Files.deleteIfExists(image(folder));
        for (int attempt = 1; ; attempt++) {
            while (mounted(folder)) {
                run("umount", "--lazy", folder.toString());
            }
            try {
                FileTree.remove(folder);
                return;
            } catch (IOException e) {
                // The mount that a killed process asked for may come only now.
                if (attempt == ATTEMPTS || !mounted(folder)) {
                    throw e;
                }
            }
        }
    }

    /** Of a folder that there is none of, nothing is mounted. */
    private static boolean mounted(Path folder) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        String name = " " + folder.toRealPath() + " ";
        return Files.readString(MOUNTS).lines().anyMatch(line -> line.contains(name));
    }

    private static Path image(Path folder) {
        return folder.resolveSibling(folder.getFileName() + ".img");
    }

    private static void run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            process.getOutputStream().close();
            if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException(String.join(" ", command) + " does not end");
            }
            if (process.exitValue() != 0) {
                String words =
                        new String(
                                process.getInputStream().readNBytes(2000), StandardCharsets.UTF_8);
                throw new IOException(List.of(command) + " failed: " + words.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while " + command[0] + " ran");
        } finally {
            process.destroyForcibly();
        }
    }
}
