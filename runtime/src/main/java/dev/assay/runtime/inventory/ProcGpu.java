package dev.assay.runtime.inventory;

import dev.assay.runtime.device.PciAddress;

import java.util.Optional;

/**
 * A GPU that NVIDIA's kernel driver has taken.
 *
 * @param model by the driver's own list of PCI ids; nothing when it is newer than that
 * @param uuid nothing until the driver has first talked to it; question marks count as nothing
 * @param excluded whether the driver was told to leave it alone
 * @param hasNode whether its device node is here, which every library opens; a container has the
 *     nodes of its own GPUs only
 */
public record ProcGpu(
        PciAddress address,
        Optional<String> model,
        Optional<String> uuid,
        boolean excluded,
        boolean hasNode) {}
