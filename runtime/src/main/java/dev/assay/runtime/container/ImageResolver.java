package dev.assay.runtime.container;

import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.job.ImageName;
import dev.assay.runtime.container.ContainerException.Code;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Finds out which image a name stands for, fetches it, and pins it: from then on it is its id that
 * runs. Thread-safe.
 *
 * @param maxBytes the largest image that is taken: transferred, and unpacked
 * @param local whether a name may mean an image that the engine has already. Off for strangers'
 *     jobs: a machine's own images are not theirs to run, so the registry must give it to anybody
 */
public record ImageResolver(ContainerEngine engine, BlobStore blobs, long maxBytes, boolean local) {
    private static final int MAX_VOLUMES = 32;
    private static final List<String> RESERVED = List.of("/proc", "/sys", "/dev", "/tmp", "/assay");

    /** Resolves a name; what is fetched on the way is told to {@code events}. */
    public EngineImage resolve(ImageName name, Consumer<ContainerEvent> events)
            throws ContainerException {
        EngineImage image =
                switch (name) {
                    case ImageName.Archive archive -> load(archive);
                    case ImageName.Reference reference -> fetch(reference, events);
                };
        EngineImage checked = checked(name, image);
        events.accept(new ContainerEvent.ImageReady(name.toString(), image.id()));
        return checked;
    }

    /** The image of a name that was resolved before, by its id. */
    public EngineImage pinned(ImageName name, String id) throws ContainerException {
        return checked(
                name,
                engine.image(id)
                        .orElseThrow(
                                () ->
                                        new ContainerException(
                                                Code.ENGINE_FAILED,
                                                "the engine lost image " + id + " of " + name)));
    }

    private EngineImage checked(ImageName name, EngineImage image) throws ContainerException {
        if (image.sizeBytes() > maxBytes) {
            throw refused(
                    name,
                    "has " + image.sizeBytes() + " bytes; at most " + maxBytes + " are taken here");
        }
        return new EngineImage(
                image.id(),
                image.user(),
                volumes(name, image.volumes()),
                image.names(),
                image.sizeBytes());
    }

    private EngineImage load(ImageName.Archive archive) throws ContainerException {
        Path file;
        try {
            file = blobs.file(archive.digest());
        } catch (BlobException e) {
            throw new ContainerException(Code.INPUT, "image " + archive + ": " + e.getMessage(), e);
        }
        String id = engine.load(file, maxBytes);
        return engine.image(id)
                .orElseThrow(
                        () ->
                                new ContainerException(
                                        Code.ENGINE_FAILED,
                                        "the engine took the archive "
                                                + archive
                                                + " but has no image "
                                                + id));
    }

    private EngineImage fetch(ImageName.Reference reference, Consumer<ContainerEvent> events)
            throws ContainerException {
        if (local) {
            Optional<EngineImage> present = engine.image(reference.text());
            if (present.isPresent()) {
                return present.get();
            }
        }
        engine.pull(
                reference.text(),
                maxBytes,
                progress -> events.accept(new ContainerEvent.Pulling(progress)));
        return engine.image(reference.text())
                .orElseThrow(
                        () ->
                                new ContainerException(
                                        Code.ENGINE_FAILED,
                                        "the engine fetched "
                                                + reference
                                                + " but does not have it"));
    }

    /**
     * Volumes become folders of the workspace, so that no image can have the engine keep files for
     * it elsewhere; none may hide what the container is given.
     */
    private static List<String> volumes(ImageName name, List<String> volumes)
            throws ContainerException {
        List<String> normal =
                volumes.stream()
                        .map(path -> Path.of(path).normalize().toString())
                        .sorted()
                        .toList();
        for (String path : normal) {
            boolean reserved =
                    Stream.concat(RESERVED.stream(), Stream.of("/"))
                            .anyMatch(
                                    place ->
                                            path.equals(place)
                                                    || (!place.equals("/")
                                                            && Path.of(path).startsWith(place)));
            if (!path.startsWith("/") || reserved || normal.size() > MAX_VOLUMES) {
                throw refused(name, "asks for a volume at " + path + ", where none can be");
            }
        }
        return normal;
    }

    private static ContainerException refused(ImageName name, String why) {
        return new ContainerException(Code.IMAGE_REFUSED, "image " + name + " " + why);
    }
}
