package dev.assay.runtime.inventory;

import java.util.Arrays;
import java.util.Optional;

/** Who made a GPU, by PCI vendor id. */
public enum Vendor {
    NVIDIA(0x10de, "NVIDIA"),
    AMD(0x1002, "AMD"),
    INTEL(0x8086, "Intel");

    private final int id;
    private final String text;

    Vendor(int id, String text) {
        this.id = id;
        this.text = text;
    }

    static Optional<Vendor> of(int id) {
        return Arrays.stream(values()).filter(vendor -> vendor.id == id).findFirst();
    }

    /** The name as people write it. */
    public String text() {
        return text;
    }
}
