package dev.assay.runtime.container;

import java.util.Set;

/**
 * What a container engine says of itself.
 *
 * @param version the engine's version
 * @param storageDriver such as {@code overlay2}
 * @param cgroups which kernel interface its limits use: {@code 1} or {@code 2}
 * @param seccomp whether containers get a system call filter by default
 * @param userNamespaces whether the engine maps containers' users away from the host's
 * @param cdi whether it takes devices by the Container Device Interface
 * @param runtimes what it can run containers with, such as {@code runc} and {@code runsc}
 */
public record EngineFacts(
        String version,
        String storageDriver,
        int cgroups,
        boolean seccomp,
        boolean userNamespaces,
        boolean cdi,
        Set<String> runtimes) {
    public EngineFacts {
        runtimes = Set.copyOf(runtimes);
    }
}
