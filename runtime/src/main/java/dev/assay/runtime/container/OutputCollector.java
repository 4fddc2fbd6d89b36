package dev.assay.runtime.container;

import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.runtime.container.ContainerException.Code;
import dev.assay.runtime.container.OutputManifest.Kind;
import dev.assay.runtime.container.OutputManifest.OutputFile;
import dev.assay.runtime.container.OutputManifest.Skipped;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Takes a container's outputs into the blob store. Folders and files are opened relative to the
 * folder above them and never through a link, and nothing but a regular file is ever opened, so
 * that what is collected is what the container wrote and nothing of the host. The whole is counted
 * before any of it is stored.
 */
final class OutputCollector {
    private final Path root;
    private final BlobStore blobs;
    private final ContainerLimits limits;

    OutputCollector(Path root, BlobStore blobs, ContainerLimits limits) {
        this.root = root;
        this.blobs = blobs;
        this.limits = limits;
    }

    /** Does something with what lies at a path. */
    private interface Visitor {
        void visit(
                SecureDirectoryStream<Path> folder, Path name, String path, BasicFileAttributes a)
                throws IOException, BlobException, ContainerException;
    }

    /** Collects these paths; a path that is missing is an error, for the job names it. */
    OutputManifest collect(List<String> paths) throws ContainerException {
        try {
            Count count = new Count();
            forEach(paths, (_, _, path, attributes) -> count.add(path, attributes));
            List<OutputFile> files = new ArrayList<>();
            List<Skipped> skipped = new ArrayList<>();
            forEach(
                    paths,
                    (folder, name, path, attributes) -> {
                        if (!readable(name)) {
                            skipped.add(new Skipped(path, Kind.NAME));
                        } else if (attributes.isSymbolicLink()) {
                            skipped.add(new Skipped(path, Kind.LINK));
                        } else if (attributes.isOther()) {
                            skipped.add(new Skipped(path, Kind.SPECIAL));
                        } else if (attributes.isRegularFile()) {
                            files.add(store(folder, name, path, attributes.size()));
                        }
                    });
            return new OutputManifest(files, skipped);
        } catch (IOException e) {
            throw new ContainerException(
                    Code.STORAGE, "cannot read the outputs in " + root + ": " + e, e);
        } catch (BlobException e) {
            throw new ContainerException(
                    Code.STORAGE, "cannot store an output: " + e.getMessage(), e);
        }
    }

    /** Stores the manifest itself. */
    Digest store(OutputManifest manifest) throws ContainerException {
        try {
            return blobs.put(CanonicalJson.bytes(manifest.json()));
        } catch (BlobException e) {
            throw new ContainerException(
                    Code.STORAGE, "cannot store the outputs' manifest: " + e.getMessage(), e);
        }
    }

    private final class Count {
        private long bytes;
        private long files;

        void add(String path, BasicFileAttributes attributes) throws ContainerException {
            files++;
            if (attributes.isRegularFile()) {
                bytes = Math.max(bytes, bytes + attributes.size());
            }
            if (files > limits.files() || bytes > limits.outputBytes()) {
                throw new ContainerException(
                        Code.OUTPUT_LIMIT,
                        "the outputs up to "
                                + path
                                + " are "
                                + bytes
                                + " bytes in "
                                + files
                                + " files and folders; at most "
                                + limits.outputBytes()
                                + " in "
                                + limits.files()
                                + " are collected");
            }
        }
    }

    private OutputFile store(SecureDirectoryStream<Path> folder, Path name, String path, long size)
            throws IOException, BlobException {
        try (SeekableByteChannel channel =
                folder.newByteChannel(
                        name, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            return new OutputFile(path, size, blobs.put(Channels.newInputStream(channel), size));
        }
    }

    private void forEach(List<String> paths, Visitor visitor)
            throws IOException, BlobException, ContainerException {
        try (SecureDirectoryStream<Path> top = FileTree.open(root)) {
            for (String path : paths) {
                if (path.equals(".")) {
                    forEachIn(top, "", 1, visitor);
                } else {
                    descend(top, path, path, visitor);
                }
            }
        }
    }

    /** Finds a named output, one folder after the other. */
    private void descend(
            SecureDirectoryStream<Path> folder, String rest, String path, Visitor visitor)
            throws IOException, BlobException, ContainerException {
        int slash = rest.indexOf('/');
        Path name = Path.of(slash < 0 ? rest : rest.substring(0, slash));
        BasicFileAttributes attributes = attributes(folder, name, path);
        if (slash < 0) {
            visit(folder, name, path, attributes, 1, visitor);
        } else if (!attributes.isDirectory()) {
            throw missing(path);
        } else {
            try (SecureDirectoryStream<Path> inside =
                    folder.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
                descend(inside, rest.substring(slash + 1), path, visitor);
            }
        }
    }

    private void forEachIn(
            SecureDirectoryStream<Path> folder, String prefix, int depth, Visitor visitor)
            throws IOException, BlobException, ContainerException {
        if (depth > FileTree.MAX_DEPTH) {
            throw new ContainerException(
                    Code.OUTPUT_LIMIT,
                    "the outputs are folders in folders more than "
                            + FileTree.MAX_DEPTH
                            + " deep; write them flatter");
        }
        for (Path entry : folder) {
            Path name = entry.getFileName();
            visit(folder, name, prefix + name, FileTree.attributes(folder, name), depth, visitor);
        }
    }

    private void visit(
            SecureDirectoryStream<Path> folder,
            Path name,
            String path,
            BasicFileAttributes attributes,
            int depth,
            Visitor visitor)
            throws IOException, BlobException, ContainerException {
        visitor.visit(folder, name, path, attributes);
        if (attributes.isDirectory() && readable(name)) {
            try (SecureDirectoryStream<Path> inside =
                    folder.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
                forEachIn(inside, path + "/", depth + 1, visitor);
            }
        }
    }

    private static BasicFileAttributes attributes(
            SecureDirectoryStream<Path> folder, Path name, String path) throws ContainerException {
        try {
            return FileTree.attributes(folder, name);
        } catch (IOException e) {
            throw missing(path);
        }
    }

    private static ContainerException missing(String path) {
        return new ContainerException(
                Code.OUTPUT_MISSING,
                "the container ended without making its output "
                        + path
                        + "; outputs are files and folders under "
                        + dev.assay.protocol.job.Container.OUTPUTS);
    }

    /** Whether the name is the same after it was text: bytes that are no text are not. */
    private static boolean readable(Path name) {
        String text = name.toString();
        return text.indexOf('\uFFFD') < 0 && name.getFileSystem().getPath(text).equals(name);
    }
}
