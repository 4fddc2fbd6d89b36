package dev.assay.runtime.inventory;

import dev.assay.runtime.device.PciAddress;

import java.util.Optional;

/**
 * A graphics device of the kernel's Direct Rendering Manager.
 *
 * @param node {@code card0}, as in {@code /dev/dri}
 * @param address nothing of a device that is not on a PCI bus
 * @param memoryBytes its own memory, where its driver says (AMD's does)
 */
public record DrmCard(
        String node,
        Optional<PciAddress> address,
        Optional<String> driver,
        Optional<Long> memoryBytes) {}
