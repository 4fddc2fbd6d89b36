package dev.assay.runtime.nvml;

import java.util.Set;

/**
 * What an Xid means for work that runs on the GPU.
 *
 * @see <a href="https://docs.nvidia.com/deploy/xid-errors/">NVIDIA's catalog of Xids</a>
 */
public enum XidKind {
    /** A program did it to itself, such as an access outside its memory: it alone is ended. */
    PROGRAM,
    /** The hardware, or what drives it, ended what runs on the GPU or spoiled its results. */
    FATAL,
    /** A sign of trouble that leaves running work as it is; so is every number not known here. */
    WARNING;

    /** Engine exceptions (13, 69), page faults (31), a channel stopped or cleaned up (43, 45). */
    private static final Set<Long> OF_PROGRAMS = Set.of(13L, 31L, 43L, 45L, 69L);

    /**
     * Memory errors that were not corrected (48, 94, 95, 140), the GPU's own processors (62, 119,
     * 120), NVLink (74), fallen off the bus (79).
     */
    private static final Set<Long> OF_HARDWARE =
            Set.of(48L, 62L, 74L, 79L, 94L, 95L, 119L, 120L, 140L);

    /** The kind of an Xid. */
    public static XidKind of(long xid) {
        if (OF_PROGRAMS.contains(xid)) {
            return PROGRAM;
        }
        return OF_HARDWARE.contains(xid) ? FATAL : WARNING;
    }
}
