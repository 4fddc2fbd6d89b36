package dev.assay.runtime.container;

import java.util.List;

/**
 * An image that an engine holds.
 *
 * @param id {@code sha256:…} of its configuration: names exactly these bytes
 * @param user as its author wrote it: a name, a number, either with a group, or nothing
 * @param volumes paths that its author wants on volumes
 * @param names by digest, {@code name@sha256:…}, as registries know it
 * @param sizeBytes unpacked
 */
public record EngineImage(
        String id, String user, List<String> volumes, List<String> names, long sizeBytes) {
    public EngineImage {
        volumes = List.copyOf(volumes);
        names = List.copyOf(names);
    }
}
