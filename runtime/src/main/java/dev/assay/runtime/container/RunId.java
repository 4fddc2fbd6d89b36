package dev.assay.runtime.container;

import dev.assay.protocol.id.LeaseId;

/**
 * Names one container of a lease.
 *
 * @param index which one of the job's array, from 0
 * @param count how many the array has
 */
public record RunId(LeaseId lease, int index, int count) {
    public RunId {
        if (index < 0 || index >= count) {
            throw new IllegalArgumentException("index " + index + " of " + count);
        }
    }

    /**
     * The container's name, and that of its folder: an engine has at most one container of this
     * name, so that a lease cannot run twice on a machine.
     */
    public String name() {
        return prefix(lease) + index;
    }

    /** What the names of a lease's containers begin with. */
    static String prefix(LeaseId lease) {
        return "assay-" + lease.hex().substring(0, 24) + "-";
    }

    @Override
    public String toString() {
        return name();
    }
}
