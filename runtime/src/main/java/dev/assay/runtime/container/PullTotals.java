package dev.assay.runtime.container;

import dev.assay.runtime.container.ContainerEngine.PullProgress;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Adds up what an engine says of an image's layers while it fetches them. The total grows while
 * layers begin, for nobody says their sizes before. Not thread-safe.
 */
public final class PullTotals {
    private static final String FETCHING = "Downloading";
    private static final Set<String> FETCHED =
            Set.of("Verifying Checksum", "Download complete", "Extracting", "Pull complete");

    private final Map<String, Fetched> layers = new HashMap<>();

    /** So much of the layers that have begun. */
    public record Fetched(long doneBytes, long totalBytes) {}

    /** Takes a step into account; answers how far all layers are. */
    public Fetched add(PullProgress step) {
        if (step.status().equals(FETCHING) && step.totalBytes() > 0) {
            layers.put(
                    step.layer(),
                    new Fetched(Math.min(step.doneBytes(), step.totalBytes()), step.totalBytes()));
        } else if (FETCHED.contains(step.status())) {
            layers.computeIfPresent(
                    step.layer(),
                    (_, layer) -> new Fetched(layer.totalBytes(), layer.totalBytes()));
        }
        return new Fetched(
                layers.values().stream().mapToLong(Fetched::doneBytes).sum(),
                layers.values().stream().mapToLong(Fetched::totalBytes).sum());
    }
}
