package dev.assay.runtime.inventory;

import dev.assay.runtime.device.PciAddress;

import java.util.Locale;
import java.util.Optional;

/**
 * A display or compute device on the PCI bus, as the kernel lists it.
 *
 * @param classCode base class, subclass and interface, 8 bits each
 * @param driver the kernel driver that has it, if any does
 * @param link speed and width of its link now, such as {@code 16.0 GT/s PCIe x16}
 * @param numaNode the memory node nearest to it
 */
public record PciDevice(
        PciAddress address,
        int vendorId,
        int deviceId,
        int classCode,
        Optional<String> driver,
        Optional<String> link,
        Optional<Integer> numaNode) {
    private static final int MICROSOFT = 0x1414;
    private static final int RENDER_DEVICE = 0x008e;

    /** Whether it stands for a GPU that Hyper-V passes on without showing its bus, as in WSL. */
    boolean isParavirtual() {
        return vendorId == MICROSOFT && deviceId == RENDER_DEVICE;
    }

    /** Who made it, if one of those who make GPUs. */
    public Optional<Vendor> vendor() {
        return Vendor.of(vendorId);
    }

    /** {@code 10de:2330}. */
    public String id() {
        return String.format(Locale.ROOT, "%04x:%04x", vendorId, deviceId);
    }
}
