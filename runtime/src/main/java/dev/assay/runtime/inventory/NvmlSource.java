package dev.assay.runtime.inventory;

import dev.assay.runtime.nvml.NvmlException;
import dev.assay.runtime.nvml.NvmlLibrary;
import dev.assay.runtime.nvml.NvmlStatus;

import java.util.Optional;

/** NVML, loaded for the one look and unloaded again. */
public final class NvmlSource implements Source<NvmlView> {
    @Override
    public Observation<NvmlView> observe() {
        try (NvmlLibrary nvml = NvmlLibrary.open()) {
            return new Observation.Seen<>(
                    new NvmlView(
                            nvml.driverVersion(),
                            nvml.version(),
                            nvml.cudaVersion(),
                            nvml.describe()));
        } catch (NvmlException e) {
            return switch (e.code()) {
                case LIBRARY_MISSING -> new Observation.Absent<>(message(e));
                case CALL_REFUSED ->
                        e.status().equals(Optional.of(NvmlStatus.DRIVER_NOT_LOADED))
                                ? new Observation.Absent<>(
                                        "the library is here and finds no kernel driver of"
                                                + " NVIDIA's")
                                : new Observation.Failed<>(message(e));
                case SYMBOL_MISSING, IMPLAUSIBLE -> new Observation.Failed<>(message(e));
            };
        }
    }

    private static String message(NvmlException e) {
        return String.valueOf(e.getMessage());
    }
}
