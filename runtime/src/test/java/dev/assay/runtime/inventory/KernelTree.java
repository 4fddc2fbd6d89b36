package dev.assay.runtime.inventory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The files that a kernel with NVIDIA's driver shows of its devices, in a directory of a test. */
record KernelTree(Path root) {
    static KernelTree in(Path root) throws IOException {
        Files.createDirectories(root.resolve("sys/bus/pci/devices"));
        return new KernelTree(root);
    }

    /** A PCI device; without a driver when that is empty. */
    KernelTree pci(String address, int vendor, int device, int classCode, String driver)
            throws IOException {
        Path entry = Files.createDirectories(root.resolve("sys/bus/pci/devices/" + address));
        write(entry.resolve("vendor"), "0x%04x".formatted(vendor));
        write(entry.resolve("device"), "0x%04x".formatted(device));
        write(entry.resolve("class"), "0x%06x".formatted(classCode));
        write(entry.resolve("numa_node"), "0");
        write(entry.resolve("current_link_speed"), "16.0 GT/s PCIe");
        write(entry.resolve("current_link_width"), "16");
        if (!driver.isEmpty()) {
            Path drivers = Files.createDirectories(root.resolve("sys/bus/pci/drivers/" + driver));
            Files.createSymbolicLink(entry.resolve("driver"), entry.relativize(drivers));
        }
        return this;
    }

    /** A graphics card of the kernel, over a PCI device. */
    KernelTree drm(String node, String address, String driver) throws IOException {
        Path device = Files.createDirectories(root.resolve("sys/class/drm/" + node + "/device"));
        write(device.resolve("uevent"), "DRIVER=" + driver + "\nPCI_SLOT_NAME=" + address);
        return this;
    }

    /** NVIDIA's kernel driver, loaded. */
    KernelTree driver(String version) throws IOException {
        Path proc = Files.createDirectories(root.resolve("proc/driver/nvidia"));
        write(
                proc.resolve("version"),
                "NVRM version: NVIDIA UNIX x86_64 Kernel Module  "
                        + version
                        + "  Thu Feb 22 01:44:30 UTC 2024\nGCC version:  gcc version 12.2.0");
        return this;
    }

    /** A GPU that NVIDIA's kernel driver has. */
    KernelTree proc(String address, String model, String uuid, String excluded) throws IOException {
        Path gpu = Files.createDirectories(root.resolve("proc/driver/nvidia/gpus/" + address));
        write(
                gpu.resolve("information"),
                """
                Model: \t\t %s
                IRQ:   \t\t 130
                GPU UUID: \t %s
                Bus Location: \t %s
                GPU Excluded:\t %s\
                """
                        .formatted(model, uuid, address, excluded));
        return this;
    }

    /** The number of the device node of a GPU that NVIDIA's kernel driver has. */
    KernelTree minor(String address, int minor) throws IOException {
        Path information =
                root.resolve("proc/driver/nvidia/gpus/" + address).resolve("information");
        Files.writeString(information, Files.readString(information) + "Device Minor: \t " + minor);
        return this;
    }

    /** The device node of that number. */
    KernelTree node(int minor) throws IOException {
        write(Files.createDirectories(root.resolve("dev")).resolve("nvidia" + minor), "");
        return this;
    }

    /** Makes a PCI device a virtual function of another. */
    KernelTree virtualFunction(String address, String of) throws IOException {
        Path devices = root.resolve("sys/bus/pci/devices");
        Files.createSymbolicLink(devices.resolve(address + "/physfn"), Path.of("../" + of));
        return this;
    }

    /** A GPU of NVIDIA's as everything in the kernel sees it. */
    KernelTree nvidia(String address, String model, String uuid) throws IOException {
        return pci(address, 0x10de, 0x2330, 0x030200, "nvidia").proc(address, model, uuid, "No");
    }

    /** The kernel's log. */
    KernelTree log(String text) throws IOException {
        write(root.resolve("dmesg"), text);
        return this;
    }

    /** The log's text, or the error of a user who may not read it. */
    static String readLog(Path root) throws IOException {
        return Files.readString(root.resolve("dmesg"));
    }

    private static void write(Path file, String text) throws IOException {
        Files.writeString(file, text + "\n");
    }
}
