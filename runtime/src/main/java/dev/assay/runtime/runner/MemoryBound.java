package dev.assay.runtime.runner;

import java.io.IOException;
import java.nio.file.Path;

/**
 * What keeps a process within its memory; a process that wants more is killed, and nothing else.
 * The kernel's control groups do it where the agent may make one; else a thread watches. One user
 * at a time, but for {@link #reached}.
 */
sealed interface MemoryBound extends AutoCloseable permits MemoryGroup, ResidentWatch {
    /** The bound for a process that has just started. */
    static MemoryBound of(Process process, Path controlGroups) {
        MemoryGroup group = MemoryGroup.around(process.pid(), controlGroups).orElse(null);
        return group != null ? group : new ResidentWatch(process.pid(), process::destroyForcibly);
    }

    /** From now on the process may take so many bytes on top of what it holds. */
    void limit(long bytes) throws IOException;

    /** Whether the process was killed for wanting more. */
    boolean reached();

    /** Ends the bound; the process has ended. */
    @Override
    void close();
}
