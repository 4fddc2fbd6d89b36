package dev.assay.runtime.metering;

import dev.assay.runtime.device.GpuId;
import dev.assay.runtime.metering.GpuUnreadableException.Code;
import dev.assay.runtime.nvml.NvmlDevice;
import dev.assay.runtime.nvml.NvmlException;
import dev.assay.runtime.nvml.NvmlLibrary;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The machine's GPUs by NVML. The library is open while a probe is, so that an agent without GPU
 * work holds no driver. Not thread-safe.
 */
final class NvmlGpus implements GpuSource {
    private @Nullable NvmlLibrary library;
    private int probes;

    @Override
    public GpuProbe open(GpuId gpu) throws GpuUnreadableException {
        NvmlLibrary nvml = library == null ? load() : library;
        library = nvml;
        try {
            NvmlProbe probe = NvmlProbe.begin(nvml, device(nvml, gpu), this::release);
            probes++;
            return probe;
        } catch (NvmlException e) {
            throw new GpuUnreadableException(Code.NO_SUCH_GPU, String.valueOf(e.getMessage()));
        } finally {
            unloadUnlessUsed();
        }
    }

    private static NvmlLibrary load() throws GpuUnreadableException {
        try {
            return NvmlLibrary.open();
        } catch (NvmlException e) {
            throw new GpuUnreadableException(Code.NO_SOURCE, String.valueOf(e.getMessage()));
        }
    }

    private void release() {
        probes--;
        unloadUnlessUsed();
    }

    private void unloadUnlessUsed() {
        if (probes == 0 && library != null) {
            library.close();
            library = null;
        }
    }

    /** A GPU, and the instance of it that is meant when one is. */
    record Found(NvmlDevice whole, Optional<NvmlDevice> instance) {}

    private static Found device(NvmlLibrary nvml, GpuId gpu)
            throws NvmlException, GpuUnreadableException {
        for (NvmlDevice device : devices(nvml)) {
            if (is(device, gpu)) {
                return new Found(device, Optional.empty());
            }
            if (gpu.isMig() && device.migMode().known().orElse(false)) {
                Optional<NvmlDevice> instance =
                        device.migInstances().stream().filter(one -> is(one, gpu)).findFirst();
                if (instance.isPresent()) {
                    return new Found(device, instance);
                }
            }
        }
        throw new GpuUnreadableException(
                Code.NO_SUCH_GPU, "NVML lists " + nvml.count() + " GPUs and not this one");
    }

    /** Those that NVML gives a handle to; of one that is lost it gives none. */
    private static List<NvmlDevice> devices(NvmlLibrary nvml) throws NvmlException {
        List<NvmlDevice> devices = new ArrayList<>();
        int count = nvml.count();
        for (int index = 0; index < count; index++) {
            try {
                devices.add(nvml.device(index));
            } catch (NvmlException e) {
                if (e.status().isEmpty()) {
                    throw e;
                }
            }
        }
        return devices;
    }

    private static boolean is(NvmlDevice device, GpuId gpu) {
        return device.uuid().known().filter(gpu.uuid()::equals).isPresent();
    }
}
