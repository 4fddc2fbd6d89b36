package dev.assay.runtime.container;

import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.job.Container;
import dev.assay.runtime.container.ContainerException.Code;
import dev.assay.runtime.container.ContainerRequest.Mount;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * The folder of one run: the only part of this host that its container sees.
 *
 * <pre>
 * NAME/            of the run; nobody else's to enter
 * NAME/in/…        inputs, copied and checked, read-only
 * NAME/data/out    what the container wants kept
 * NAME/data/work   what it does not
 * NAME/data/vol/N  the volumes its image asks for
 * NAME/log/…       its log, outside of what it sees
 * </pre>
 */
final class Workspace {
    private static final String IN = "in";
    private static final String DATA = "data";
    private static final String LOG = "log";

    private final Path folder;
    private final WorkspaceDisk disk;

    private Workspace(Path folder, WorkspaceDisk disk) {
        this.folder = folder;
        this.disk = disk;
    }

    /** The workspace of a run, made or not. */
    static Workspace of(Path root, String name, WorkspaceDisk disk) {
        return new Workspace(root.resolve(name), disk);
    }

    /**
     * Makes the folders and fetches the inputs; one that exists is left alone and is an error.
     *
     * @param mappedUsers whether the engine maps users, and so must enter as somebody else
     */
    void make(
            Container job,
            EngineImage image,
            ContainerLimits limits,
            BlobStore blobs,
            boolean mappedUsers)
            throws ContainerException {
        try {
            Files.createDirectories(folder.getParent());
            Files.createDirectory(folder);
        } catch (FileAlreadyExistsException e) {
            throw new ContainerException(
                    Code.STORAGE,
                    "the workspace "
                            + folder
                            + " exists: its run goes on, or is left over and to be removed first",
                    e);
        } catch (IOException e) {
            throw new ContainerException(
                    Code.STORAGE, "cannot make the workspace " + folder + ": " + e, e);
        }
        try {
            fill(job, image, limits, blobs, mappedUsers);
        } catch (ContainerException e) {
            try {
                remove();
            } catch (ContainerException left) {
                e.addSuppressed(left);
            }
            throw e;
        }
    }

    private void fill(
            Container job,
            EngineImage image,
            ContainerLimits limits,
            BlobStore blobs,
            boolean mappedUsers)
            throws ContainerException {
        try {
            permit(folder, mappedUsers ? "rwx--x--x" : "rwx------");
            Files.createDirectory(folder.resolve(LOG));
            permit(Files.createDirectory(folder.resolve(IN)), "rwxr-xr-x");
            disk.make(folder.resolve(DATA), limits.diskBytes(), limits.files());
            permit(data(), "rwxr-xr-x");
            openToAll(out());
            openToAll(data().resolve("work"));
            Files.createDirectory(data().resolve("vol"));
            for (int i = 0; i < image.volumes().size(); i++) {
                openToAll(volume(i));
            }
        } catch (IOException e) {
            throw new ContainerException(
                    Code.STORAGE, "cannot make the workspace " + folder + ": " + e, e);
        }
        for (Container.Input input : job.inputs()) {
            fetch(input, blobs);
        }
    }

    private void fetch(Container.Input input, BlobStore blobs) throws ContainerException {
        try {
            Path in = folder.resolve(IN);
            Path place = in.resolve(input.path());
            Files.createDirectories(place.getParent());
            for (Path above : folders(input.path())) {
                permit(in.resolve(above), "rwxr-xr-x");
            }
            Files.copy(blobs.file(input.digest()), place);
            permit(place, "r--r--r--");
        } catch (BlobException e) {
            throw new ContainerException(
                    Code.INPUT, "input " + input.path() + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new ContainerException(
                    Code.STORAGE, "cannot copy input " + input.path() + ": " + e, e);
        }
    }

    /** The folders that a path leads through. */
    private static List<Path> folders(String path) {
        Path whole = Path.of(path);
        List<Path> folders = new ArrayList<>();
        for (int names = 1; names < whole.getNameCount(); names++) {
            folders.add(whole.subpath(0, names));
        }
        return folders;
    }

    /** What the container sees of it. */
    List<Mount> mounts(EngineImage image) {
        List<Mount> mounts = new ArrayList<>();
        mounts.add(new Mount(folder.resolve(IN), Container.INPUTS, true));
        mounts.add(new Mount(out(), Container.OUTPUTS, false));
        mounts.add(new Mount(data().resolve("work"), Container.SCRATCH, false));
        for (int i = 0; i < image.volumes().size(); i++) {
            mounts.add(new Mount(volume(i), image.volumes().get(i), false));
        }
        return mounts;
    }

    Path out() {
        return data().resolve("out");
    }

    Path log() {
        return folder.resolve(LOG);
    }

    /** What the container keeps, with what its processes deleted and still hold. */
    FileTree.Use use(ContainerLimits limits, List<Long> processes) throws ContainerException {
        try {
            FileTree.Use use = FileTree.measure(data(), limits.diskBytes(), limits.files());
            long deleted = DeletedFiles.bytes(processes, data());
            return new FileTree.Use(use.bytes() + deleted, use.files(), use.tooDeep());
        } catch (IOException e) {
            throw new ContainerException(Code.STORAGE, "cannot measure " + data() + ": " + e, e);
        }
    }

    boolean bounded() {
        return disk.bounded();
    }

    /** Removes all of it; none is fine. */
    void remove() throws ContainerException {
        try {
            if (Files.exists(folder)) {
                disk.remove(data());
                FileTree.remove(folder);
            }
        } catch (IOException e) {
            throw new ContainerException(
                    Code.STORAGE, "cannot remove the workspace " + folder + ": " + e, e);
        }
    }

    private Path data() {
        return folder.resolve(DATA);
    }

    private Path volume(int index) {
        return data().resolve("vol").resolve(Integer.toString(index));
    }

    /** The container's user is none of this host's; only the run's folder keeps others out. */
    private static void openToAll(Path folder) throws IOException {
        permit(Files.createDirectory(folder), "rwxrwxrwx");
    }

    private static void permit(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }
}
