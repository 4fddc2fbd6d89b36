package dev.assay.runtime.cuda;

import dev.assay.runtime.device.PciAddress;

/**
 * A device as the CUDA driver describes it: a GPU, or one MIG instance of a GPU.
 *
 * @param ordinal in the order of this process, which CUDA_VISIBLE_DEVICES and CUDA_DEVICE_ORDER
 *     change
 * @param uuid {@code GPU-} and 32 hex digits in five groups; of an instance, its GPU's
 * @param computeMajor of the compute capability
 * @param memoryBytes what programs can allocate from: less than is installed
 */
public record CudaDevice(
        int ordinal,
        String uuid,
        String name,
        int computeMajor,
        int computeMinor,
        int multiprocessors,
        long memoryBytes,
        PciAddress pci) {
    /** Whether it is a MIG instance; its name says so, {@code NVIDIA H100 … MIG 1g.10gb}. */
    public boolean isInstance() {
        return name.contains(" MIG ");
    }

    /** {@code 9.0}. */
    public String computeCapability() {
        return computeMajor + "." + computeMinor;
    }
}
