package dev.assay.runtime.inventory;

import java.util.List;
import java.util.Optional;

/**
 * What NVIDIA's kernel driver says of itself.
 *
 * @param driverVersion such as {@code 550.54.15}
 */
public record ProcView(Optional<String> driverVersion, List<ProcGpu> gpus) {
    public ProcView {
        gpus = List.copyOf(gpus);
    }
}
