package dev.assay.runtime.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.runtime.device.PciAddress;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What is read from the kernel's files, in trees that a test builds. */
class KernelSourcesTest {
    private static final PciAddress ADDRESS = PciAddress.parse("0000:3b:00.0");

    @TempDir private Path root;
    private KernelTree kernel;

    @BeforeEach
    void bus() throws IOException {
        kernel = KernelTree.in(root);
    }

    private Observation<List<PciDevice>> pci() {
        return new PciSource(root.resolve("sys/bus/pci/devices")).observe();
    }

    private Observation<ProcView> proc() {
        return new ProcSource(root.resolve("proc/driver/nvidia"), root.resolve("dev")).observe();
    }

    private Observation<List<DrmCard>> drm() {
        return new DrmSource(root.resolve("sys/class/drm")).observe();
    }

    @Test
    void pci_withADisplayAmongOtherDevices_tellsOfTheDisplayOnly() throws IOException {
        kernel.pci("0000:3b:00.0", 0x10de, 0x2330, 0x030200, "nvidia")
                .pci("0000:3b:00.1", 0x10de, 0x22a3, 0x040300, "snd_hda_intel")
                .pci("0000:3b:00.4", 0x10de, 0x2330, 0x030200, "nvidia")
                .virtualFunction("0000:3b:00.4", "0000:3b:00.0")
                .pci("0000:c1:00.0", 0x10de, 0x22a3, 0x068000, "nvidia-nvswitch")
                .pci("0000:00:0b.0", 0x8086, 0x7d1d, 0x120000, "intel_vpu")
                .pci("0000:00:1f.2", 0x8086, 0xa182, 0x010601, "ahci");
        assertThat(pci())
                .isEqualTo(
                        new Observation.Seen<>(
                                List.of(
                                        new PciDevice(
                                                ADDRESS,
                                                0x10de,
                                                0x2330,
                                                0x030200,
                                                Optional.of("nvidia"),
                                                Optional.of("16.0 GT/s PCIe x16"),
                                                Optional.of(0)))));
    }

    @Test
    void pci_ofADeviceWithoutPower_tellsNoLink() throws IOException {
        kernel.pci("0000:3b:00.0", 0x10de, 0x2330, 0x030200, "nvidia")
                .pci("0000:5e:00.0", 0x10de, 0x2330, 0x030200, "nvidia");
        Path devices = root.resolve("sys/bus/pci/devices");
        Files.writeString(devices.resolve("0000:3b:00.0/current_link_width"), "63\n");
        Files.writeString(devices.resolve("0000:5e:00.0/current_link_speed"), "Unknown\n");
        assertThat(pci().seen().orElseThrow())
                .hasSize(2)
                .allMatch(device -> device.link().isEmpty());
    }

    @Test
    void pci_thatListsNothingAtAll_isHiddenBySomething() {
        assertThat(pci()).isInstanceOf(Observation.Absent.class);
    }

    @Test
    void pci_withFilesThatMakeNoSense_leavesTheDeviceOut() throws IOException {
        kernel.pci("0000:3b:00.0", 0x10de, 0x2330, 0x030200, "")
                .pci("0000:5e:00.0", 0x10de, 0x2330, 0x030200, "");
        Path broken = root.resolve("sys/bus/pci/devices/0000:3b:00.0");
        Files.writeString(broken.resolve("vendor"), "0xffffffffffff");
        Files.createDirectories(root.resolve("sys/bus/pci/devices/not an address"));
        assertThat(pci().seen().orElseThrow().stream().map(device -> device.address().toString()))
                .containsExactly("0000:5e:00.0");
    }

    @Test
    void sources_withoutTheirDirectories_areAbsent() throws IOException {
        Files.delete(root.resolve("sys/bus/pci/devices"));
        assertThat(pci()).isInstanceOf(Observation.Absent.class);
        assertThat(proc()).isInstanceOf(Observation.Absent.class);
        assertThat(drm()).isInstanceOf(Observation.Absent.class);
    }

    @Test
    void source_whoseDirectoryIsAFile_isAbsent() throws IOException {
        Files.createDirectories(root.resolve("sys/class"));
        Files.writeString(root.resolve("sys/class/drm"), "");
        assertThat(drm()).isInstanceOf(Observation.Absent.class);
    }

    @Test
    void proc_ofALoadedDriver_tellsVersionAndGpus() throws IOException {
        kernel.driver("550.54.15")
                .proc("0000:3b:00.0", "NVIDIA H100 80GB HBM3", "GPU-1", "No")
                .minor("0000:3b:00.0", 3)
                .node(3)
                .proc("0000:5e:00.0", "Unknown", "GPU-????????-????", "Yes")
                .minor("0000:5e:00.0", 4);
        assertThat(proc())
                .isEqualTo(
                        new Observation.Seen<>(
                                new ProcView(
                                        Optional.of("550.54.15"),
                                        List.of(
                                                new ProcGpu(
                                                        ADDRESS,
                                                        Optional.of("NVIDIA H100 80GB HBM3"),
                                                        Optional.of("GPU-1"),
                                                        false,
                                                        true),
                                                new ProcGpu(
                                                        PciAddress.parse("0000:5e:00.0"),
                                                        Optional.empty(),
                                                        Optional.empty(),
                                                        true,
                                                        false)))));
    }

    /** The open and the closed kernel module write their line differently. */
    @ParameterizedTest
    @CsvSource({
        "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.183.01  Sun May 12 UTC 2024",
        "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  535.183.01  Release Build",
    })
    void proc_ofEitherModule_tellsItsVersion(String line) throws IOException {
        kernel.driver("1.0");
        Files.writeString(root.resolve("proc/driver/nvidia/version"), line + "\n");
        assertThat(proc().seen().orElseThrow().driverVersion()).contains("535.183.01");
    }

    @Test
    void proc_ofADriverWithoutGpus_isSeenWithNone() throws IOException {
        kernel.driver("550.54.15");
        assertThat(proc().seen().orElseThrow().gpus()).isEmpty();
    }

    @Test
    void drm_withCardsAndConnectors_tellsOfTheCards() throws IOException {
        kernel.drm("card0", "0000:03:00.0", "ast")
                .drm("card1", "0000:3b:00.0", "amdgpu")
                .drm("card1-HDMI-A-1", "0000:3b:00.0", "amdgpu")
                .drm("renderD128", "0000:3b:00.0", "amdgpu");
        Files.writeString(
                root.resolve("sys/class/drm/card1/device/mem_info_vram_total"), "17163091968\n");
        assertThat(drm().seen().orElseThrow())
                .containsExactly(
                        new DrmCard(
                                "card0",
                                Optional.of(PciAddress.parse("0000:03:00.0")),
                                Optional.of("ast"),
                                Optional.empty()),
                        new DrmCard(
                                "card1",
                                Optional.of(ADDRESS),
                                Optional.of("amdgpu"),
                                Optional.of(17_163_091_968L)));
    }

    @Test
    void kernelLog_withXids_tellsPlaceNumberAndText() {
        String log =
                """
                <4>[  1.2] NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off the bus.
                <4>[  1.3] NVRM: Xid (PCI:0000:3b:00): 45
                <4>[  1.3] NVRM: Xid (PCI:0000:3b:00): 45, pid=7, name=secret
                <4>[  1.3] NVRM: Xid (0000:3b:00): 31, pid=7, Ch 00000008
                <4>[  1.3] NVRM: Xid (PCI:0000:3b:00 GPU-I:05): 94, pid=7194, Contained: CE
                <4>[  1.3] NVRM: Xid (PCI:0000:3b:00 GPU-I:01 GPU-CI:02): 13, pid=9, name=a b, Gr
                <4>[  1.4] NVRM: Xid (PCI:nowhere): 45, text
                <4>[  1.5] something else
                """;
        assertThat(new KernelLogSource(() -> log).observe())
                .isEqualTo(
                        new Observation.Seen<>(
                                List.of(
                                        new XidEntry(ADDRESS, 79, "GPU has fallen off the bus."),
                                        new XidEntry(ADDRESS, 45, ""),
                                        new XidEntry(ADDRESS, 45, ""),
                                        new XidEntry(ADDRESS, 31, "Ch 00000008"),
                                        new XidEntry(ADDRESS, 94, "Contained: CE"),
                                        new XidEntry(ADDRESS, 13, "Gr"))));
    }

    @Test
    void kernelLog_thatMayNotBeRead_isAbsentAndSaysWhatIsMissing() {
        Observation<List<XidEntry>> seen =
                new KernelLogSource(
                                () -> {
                                    throw new IOException("this user may not read it");
                                })
                        .observe();
        assertThat(seen)
                .isEqualTo(
                        new Observation.Absent<>(
                                "this user may not read it: errors before now (Xid) are not"
                                        + " known"));
    }
}
