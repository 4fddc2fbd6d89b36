package dev.assay.runtime.inventory;

import dev.assay.runtime.device.PciAddress;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The kernel's list of graphics devices that a driver drives.
 *
 * @param devices normally {@code /sys/class/drm}
 */
public record DrmSource(Path devices) implements Source<List<DrmCard>> {
    @Override
    public Observation<List<DrmCard>> observe() {
        try {
            List<DrmCard> cards = new ArrayList<>();
            for (Path entry : DeviceFiles.list(devices)) {
                String node = entry.getFileName().toString();
                if (node.matches("card[0-9]+")) { // connectors are card0-HDMI-A-1 and so on
                    cards.add(card(node, entry.resolve("device")));
                }
            }
            return new Observation.Seen<>(List.copyOf(cards));
        } catch (NoSuchFileException e) {
            return new Observation.Absent<>("no " + devices + " here");
        } catch (IOException e) {
            return new Observation.Failed<>("cannot list " + devices + ": " + e);
        }
    }

    private static DrmCard card(String node, Path device) {
        Optional<String> event = DeviceFiles.text(device.resolve("uevent"));
        return new DrmCard(
                node,
                event.flatMap(text -> value(text, "PCI_SLOT_NAME"))
                        .filter(PciAddress::isOne)
                        .map(PciAddress::parse),
                event.flatMap(text -> value(text, "DRIVER")),
                DeviceFiles.number(device.resolve("mem_info_vram_total")).filter(n -> n >= 0));
    }

    private static Optional<String> value(String event, String key) {
        return event.lines()
                .filter(line -> line.startsWith(key + "="))
                .map(line -> line.substring(key.length() + 1))
                .findFirst();
    }
}
