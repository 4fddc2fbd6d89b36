package dev.assay.runtime.device;

import java.util.regex.Pattern;

/**
 * A GPU, or a MIG instance of one, by the UUID that its driver gives it: {@code GPU-…} or {@code
 * MIG-…}. Stays the same across restarts and renumbering, which an index does not.
 */
public record GpuId(String uuid) implements Comparable<GpuId> {
    private static final Pattern FORM = Pattern.compile("(GPU|MIG)-[0-9A-Za-z/-]{1,80}");

    public GpuId {
        if (!isOne(uuid)) {
            throw new IllegalArgumentException(
                    "'" + uuid + "' is no UUID of a GPU (GPU-…) or a MIG instance (MIG-…)");
        }
    }

    /** Whether a text has the form of one. */
    public static boolean isOne(String text) {
        return FORM.matcher(text).matches();
    }

    /** Whether it is a part of a GPU. */
    public boolean isMig() {
        return uuid.startsWith("MIG-");
    }

    @Override
    public int compareTo(GpuId other) {
        return uuid.compareTo(other.uuid);
    }

    @Override
    public String toString() {
        return uuid;
    }
}
