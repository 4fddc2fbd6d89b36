package dev.assay.runtime.inventory;

import dev.assay.runtime.device.PciAddress;

import java.util.Optional;

/**
 * A GPU that NVIDIA's kernel driver has taken.
 *
 * @param uuid nothing until the driver has first talked to it; question marks count as nothing
 * @param excluded whether the driver was told to leave it alone
 */
public record ProcGpu(
        PciAddress address, Optional<String> model, Optional<String> uuid, boolean excluded) {}
