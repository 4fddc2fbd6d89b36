package dev.assay.runtime.container;

import dev.assay.protocol.blob.BlobStore;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;

/**
 * What an agent runs its containers with.
 *
 * @param facts of the engine
 * @param root where the workspaces are; the agent's alone
 * @param agent the agent's id: its containers are labelled with it, and it touches no others
 * @param runtime what to run containers with that need neither network nor GPU, such as gVisor's;
 *     empty for the engine's default
 * @param patience how long a run waits for an engine that went away
 */
public record ContainerHost(
        ContainerEngine engine,
        EngineFacts facts,
        BlobStore blobs,
        Path root,
        WorkspaceDisk disk,
        String agent,
        String runtime,
        Duration patience,
        InstantSource clock) {
    static final String AGENT = "dev.assay.agent";
    static final String LEASE = "dev.assay.lease";
    static final String INDEX = "dev.assay.index";
    static final String COUNT = "dev.assay.count";

    /** How the container of a run is found again. */
    Map<String, String> labels(RunId run) {
        return Map.of(
                AGENT,
                agent,
                LEASE,
                run.lease().hex(),
                INDEX,
                Integer.toString(run.index()),
                COUNT,
                Integer.toString(run.count()));
    }

    Workspace workspace(RunId run) {
        return Workspace.of(root, run.name(), disk);
    }
}
