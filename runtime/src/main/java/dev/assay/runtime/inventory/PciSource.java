package dev.assay.runtime.inventory;

import dev.assay.runtime.device.PciAddress;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The kernel's list of PCI devices, of which display controllers and accelerators are kept. It
 * needs no driver for them, and no library of a vendor has a hand in it. Left out are virtual
 * functions, which are a GPU's parts for virtual machines, and Intel's accelerators, which are no
 * GPUs. A list of no device at all is taken for a sandbox that hides the bus.
 *
 * @param devices normally {@code /sys/bus/pci/devices}
 */
public record PciSource(Path devices) implements Source<List<PciDevice>> {
    private static final int DISPLAY = 0x03;
    private static final int ACCELERATOR = 0x12;
    private static final int MOST_LANES = 32;

    @Override
    public Observation<List<PciDevice>> observe() {
        try {
            List<Path> entries = DeviceFiles.list(devices);
            if (entries.isEmpty()) {
                return new Observation.Absent<>("no device in " + devices);
            }
            List<PciDevice> seen = new ArrayList<>();
            for (Path entry : entries) {
                device(entry).ifPresent(seen::add);
            }
            return new Observation.Seen<>(List.copyOf(seen));
        } catch (NoSuchFileException e) {
            return new Observation.Absent<>("no " + devices + " here");
        } catch (IOException e) {
            return new Observation.Failed<>("cannot list " + devices + ": " + e);
        }
    }

    private static Optional<PciDevice> device(Path entry) {
        String name = entry.getFileName().toString();
        Optional<Integer> vendor = DeviceFiles.hex(entry.resolve("vendor"));
        Optional<Integer> device = DeviceFiles.hex(entry.resolve("device"));
        Optional<Integer> classCode = DeviceFiles.hex(entry.resolve("class"));
        if (!PciAddress.isOne(name)
                || vendor.isEmpty()
                || device.isEmpty()
                || classCode.isEmpty()
                || !counts(classCode.get() >> 16, vendor.get())
                || Files.exists(entry.resolve("physfn"))) {
            return Optional.empty();
        }
        return Optional.of(
                new PciDevice(
                        PciAddress.parse(name),
                        vendor.get(),
                        device.get(),
                        classCode.get(),
                        DeviceFiles.linkName(entry.resolve("driver")),
                        link(entry),
                        DeviceFiles.number(entry.resolve("numa_node"))
                                .filter(node -> node >= 0 && node < Integer.MAX_VALUE)
                                .map(Math::toIntExact)));
    }

    private static boolean counts(int baseClass, int vendor) {
        return baseClass == DISPLAY
                || (baseClass == ACCELERATOR
                        && !Vendor.of(vendor).equals(Optional.of(Vendor.INTEL)));
    }

    /** A device that is powered down, or gone, has a link of unknown speed or of 63 lanes. */
    private static Optional<String> link(Path entry) {
        return DeviceFiles.text(entry.resolve("current_link_speed"))
                .filter(speed -> !speed.startsWith("Unknown"))
                .flatMap(
                        speed ->
                                DeviceFiles.number(entry.resolve("current_link_width"))
                                        .filter(width -> width > 0 && width <= MOST_LANES)
                                        .map(width -> speed + " x" + width));
    }
}
