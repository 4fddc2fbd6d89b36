package dev.assay.runtime.metering;

import dev.assay.runtime.device.GpuId;

/** Where GPUs are read. Not thread-safe. It holds nothing while no probe of it is open. */
interface GpuSource {
    /** A probe of this GPU; the caller closes it. */
    GpuProbe open(GpuId gpu) throws GpuUnreadableException;
}
