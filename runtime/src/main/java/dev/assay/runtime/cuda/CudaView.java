package dev.assay.runtime.cuda;

import java.util.List;

/**
 * What the CUDA driver says of this process's devices.
 *
 * @param cudaVersion the newest CUDA it runs, such as {@code 12.6}
 * @param refused devices that are counted and could not be described, each with the call that
 *     failed
 */
public record CudaView(String cudaVersion, List<CudaDevice> devices, List<String> refused) {
    public CudaView {
        devices = List.copyOf(devices);
        refused = List.copyOf(refused);
    }
}
