package dev.assay.runtime.inventory;

import dev.assay.runtime.cuda.CudaDriver;
import dev.assay.runtime.cuda.CudaView;
import dev.assay.runtime.cuda.DriverException;

/** The CUDA driver as this process sees it, CUDA_VISIBLE_DEVICES applied. */
public final class CudaSource implements Source<CudaView> {
    @Override
    public Observation<CudaView> observe() {
        try {
            return new Observation.Seen<>(CudaDriver.load().describe());
        } catch (DriverException e) {
            String why = String.valueOf(e.getMessage());
            return switch (e.code()) {
                case LIBRARY_MISSING -> new Observation.Absent<>(why);
                case SYMBOL_MISSING, NOT_LOADABLE, CALL_REFUSED -> new Observation.Failed<>(why);
            };
        }
    }
}
