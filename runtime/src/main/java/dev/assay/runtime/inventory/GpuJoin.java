package dev.assay.runtime.inventory;

import dev.assay.runtime.cuda.CudaDevice;
import dev.assay.runtime.cuda.CudaView;
import dev.assay.runtime.device.PciAddress;
import dev.assay.runtime.nvml.NvmlGpu;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Puts together what the sources say of the same GPU: by PCI address, and by UUID where a source
 * gives no address or one where no other source sees anything. Whatever finds no partner stands
 * alone, so a source can add a GPU but never hide one.
 */
final class GpuJoin {
    private static final Comparator<Gpu> BY_ADDRESS =
            Comparator.comparing((Gpu gpu) -> gpu.address().isEmpty()) // those without come last
                    .thenComparing(gpu -> gpu.address().orElse(new PciAddress(0, 0, 0, 0)));

    private final List<Place> places = new ArrayList<>();

    private GpuJoin() {}

    /** The GPUs of these observations, by address. */
    static List<Gpu> join(Observations seen) {
        GpuJoin join = new GpuJoin();
        seen.pci().seen().orElse(List.of()).forEach(join::add);
        seen.proc().seen().map(ProcView::gpus).orElse(List.of()).forEach(join::add);
        seen.nvml().seen().map(NvmlView::gpus).orElse(List.of()).forEach(join::add);
        seen.cuda().seen().map(CudaView::devices).orElse(List.of()).forEach(join::add);
        seen.drm().seen().orElse(List.of()).forEach(join::add);
        return join.places.stream().map(Place::gpu).sorted(BY_ADDRESS).toList();
    }

    /** A GPU while its parts are collected. */
    private static final class Place {
        private final Optional<PciAddress> address;
        private Vendor vendor = Vendor.NVIDIA;
        private Optional<PciDevice> pci = Optional.empty();
        private Optional<ProcGpu> proc = Optional.empty();
        private Optional<NvmlGpu> nvml = Optional.empty();
        private final List<CudaDevice> cuda = new ArrayList<>();
        private Optional<DrmCard> drm = Optional.empty();

        Place(Optional<PciAddress> address) {
            this.address = address;
        }

        boolean has(String uuid) {
            return gpu().uuid().filter(uuid::equalsIgnoreCase).isPresent();
        }

        Gpu gpu() {
            return new Gpu(address, vendor, pci, proc, nvml, cuda, drm);
        }
    }

    private void add(PciDevice device) {
        device.vendor()
                .ifPresent(
                        vendor -> {
                            Place place = at(device.address());
                            place.vendor = vendor;
                            place.pci = Optional.of(device);
                        });
    }

    private void add(ProcGpu gpu) {
        at(gpu.address()).proc = Optional.of(gpu);
    }

    private void add(NvmlGpu gpu) {
        Optional<PciAddress> address = gpu.pci().known();
        Place place =
                address.flatMap(this::find)
                        .or(() -> gpu.uuid().known().flatMap(this::find))
                        .filter(found -> found.nvml.isEmpty()) // a second one stands alone
                        .orElseGet(() -> create(address));
        place.nvml = Optional.of(gpu);
    }

    private void add(CudaDevice device) {
        Place place =
                find(device.pci())
                        .or(() -> find(device.uuid()))
                        .orElseGet(() -> create(Optional.of(device.pci())));
        place.cuda.add(device);
    }

    /** A card adds to a GPU that another source knows; displays that compute nothing have cards. */
    private void add(DrmCard card) {
        card.address().flatMap(this::find).ifPresent(place -> place.drm = Optional.of(card));
    }

    private Place at(PciAddress address) {
        return find(address).orElseGet(() -> create(Optional.of(address)));
    }

    private Place create(Optional<PciAddress> address) {
        Place place = new Place(address);
        places.add(place);
        return place;
    }

    private Optional<Place> find(PciAddress address) {
        return places.stream()
                .filter(place -> place.address.filter(address::equals).isPresent())
                .findFirst();
    }

    private Optional<Place> find(String uuid) {
        return places.stream().filter(place -> place.has(uuid)).findFirst();
    }
}
