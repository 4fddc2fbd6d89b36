package dev.assay.runtime.inventory;

import dev.assay.runtime.cuda.CudaDevice;
import dev.assay.runtime.device.PciAddress;
import dev.assay.runtime.nvml.NvmlGpu;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One GPU with what each source says of it. Nothing is merged: where sources differ, both are here
 * and a finding says so.
 *
 * @param address nothing when the only source that knows it does not say
 * @param cuda more than one where MIG divides it
 */
public record Gpu(
        Optional<PciAddress> address,
        Vendor vendor,
        Optional<PciDevice> pci,
        Optional<ProcGpu> proc,
        Optional<NvmlGpu> nvml,
        List<CudaDevice> cuda,
        Optional<DrmCard> drm) {
    public Gpu {
        cuda = List.copyOf(cuda);
    }

    /** What it is called in findings: its address, else its UUID, else its place with NVML. */
    public String label() {
        return address.map(PciAddress::toString)
                .or(this::uuid)
                .or(() -> nvml.map(gpu -> "NVML GPU " + gpu.index()))
                .orElse("a GPU");
    }

    /** Its UUID by the first source that knows one: NVML, CUDA, the kernel driver. */
    public Optional<String> uuid() {
        return Stream.of(
                        nvml.flatMap(gpu -> gpu.uuid().known()),
                        cuda.stream().findFirst().map(CudaDevice::uuid),
                        proc.flatMap(ProcGpu::uuid))
                .flatMap(Optional::stream)
                .findFirst();
    }

    /** Its name by the first source that knows one; else vendor and PCI id. */
    public String name() {
        return Stream.of(
                        nvml.flatMap(gpu -> gpu.name().known()),
                        cuda.stream().findFirst().map(CudaDevice::name),
                        proc.flatMap(ProcGpu::model),
                        pci.map(device -> vendor.text() + " " + device.id()))
                .flatMap(Optional::stream)
                .findFirst()
                .orElse(vendor.text() + " GPU");
    }

    /** Whether CUDA offers one of its MIG instances. */
    boolean offersInstance() {
        return isDivided() && !cuda.isEmpty();
    }

    /** Whether NVML says that MIG divides it. */
    public boolean isDivided() {
        return nvml.flatMap(gpu -> gpu.migMode().known()).orElse(false);
    }
}
