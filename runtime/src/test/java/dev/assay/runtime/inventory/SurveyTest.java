package dev.assay.runtime.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.runtime.device.PciAddress;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** States that need no library: what the kernel alone says. With libraries: FakeDriverTest. */
class SurveyTest {
    private static final Source<NvmlView> NO_NVML = () -> new Observation.Absent<>("no NVML");

    @TempDir private Path root;
    private KernelTree kernel;

    @BeforeEach
    void bus() throws IOException {
        kernel = KernelTree.in(root);
    }

    private GpuInventory take(XidEntry... log) {
        return new Survey(
                        new PciSource(root.resolve("sys/bus/pci/devices")),
                        new ProcSource(root.resolve("proc/driver/nvidia"), root.resolve("dev")),
                        NO_NVML,
                        () -> new Observation.Absent<>("no CUDA"),
                        new DrmSource(root.resolve("sys/class/drm")),
                        () -> new Observation.Seen<>(List.of(log)),
                        Optional.empty())
                .take();
    }

    private static List<FindingCode> codes(GpuInventory inventory) {
        return inventory.findings().stream().map(Finding::code).toList();
    }

    @Test
    void machine_withADisplayOfItsBoardOnly_hasNoGpu() throws IOException {
        kernel.pci("0000:03:00.0", 0x1a03, 0x2000, 0x030000, "ast")
                .drm("card0", "0000:03:00.0", "ast");
        GpuInventory inventory = take();
        assertThat(inventory.gpus()).isEmpty();
        assertThat(codes(inventory)).containsExactly(FindingCode.NO_GPU);
        assertThat(inventory.findings().getFirst().saw())
                .isEqualTo(
                        "looked at: the PCI bus, DRM, NVIDIA's kernel driver, NVML, the CUDA"
                                + " driver");
    }

    @Test
    void gpus_ofAmdAndIntel_areListedAndNotRunnableHere() throws IOException {
        kernel.pci("0000:03:00.0", 0x1002, 0x740f, 0x120000, "amdgpu")
                .pci("0000:00:02.0", 0x8086, 0x9a49, 0x030000, "i915")
                .drm("card0", "0000:03:00.0", "amdgpu");
        GpuInventory inventory = take();
        assertThat(inventory.gpus().stream().map(GpuReport::standing))
                .containsExactly(Standing.NOT_RUNNABLE, Standing.NOT_RUNNABLE);
        assertThat(inventory.gpus().stream().map(report -> report.gpu().name()))
                .containsExactly("Intel 8086:9a49", "AMD 1002:740f");
        assertThat(inventory.gpus().getLast().gpu().drm()).isPresent();
        assertThat(codes(inventory))
                .containsExactly(FindingCode.NOT_RUNNABLE_HERE, FindingCode.NOT_RUNNABLE_HERE);
    }

    @Test
    void gpu_thatNoDriverTook_isAClearState() throws IOException {
        kernel.pci("0000:3b:00.0", 0x10de, 0x2330, 0x030200, "");
        GpuInventory inventory = take();
        assertThat(inventory.gpus().getFirst().standing()).isEqualTo(Standing.NO_DRIVER);
        assertThat(codes(inventory)).containsExactly(FindingCode.NO_DRIVER);
    }

    @Test
    void gpu_keptForAVirtualMachine_namesItsDriver() throws IOException {
        kernel.pci("0000:3b:00.0", 0x10de, 0x2330, 0x030200, "vfio-pci");
        GpuInventory inventory = take();
        assertThat(inventory.gpus().getFirst().standing()).isEqualTo(Standing.NO_DRIVER);
        assertThat(inventory.findings())
                .containsExactly(
                        new Finding(
                                FindingCode.OTHER_DRIVER,
                                "0000:3b:00.0",
                                "the PCI bus says vfio-pci"));
    }

    @Test
    void driver_withoutItsLibraries_misses() throws IOException {
        kernel.driver("550.54.15").nvidia("0000:3b:00.0", "NVIDIA H100", "GPU-1");
        GpuInventory inventory = take();
        assertThat(inventory.gpus().getFirst().standing()).isEqualTo(Standing.NO_NVML);
        assertThat(codes(inventory)).containsExactly(FindingCode.NO_NVML, FindingCode.NO_CUDA);
    }

    @Test
    void gpu_thatTheDriverWasToldToLeave_saysSo() throws IOException {
        kernel.driver("550.54.15")
                .pci("0000:3b:00.0", 0x10de, 0x2330, 0x030200, "nvidia")
                .proc("0000:3b:00.0", "NVIDIA H100", "GPU-1", "Yes");
        assertThat(codes(take())).contains(FindingCode.EXCLUDED);
    }

    @Test
    void gpu_thatNeedsRecovery_isUnhealthyUntilTheDriverSaysItHasIt() throws IOException {
        kernel.driver("550.54.15").nvidia("0000:3b:00.0", "NVIDIA H100", "GPU-1");
        PciAddress address = PciAddress.parse("0000:3b:00.0");
        XidEntry needed =
                new XidEntry(
                        address,
                        154,
                        "GPU recovery action changed from 0x0 (None) to 0x1 (GPU Reset Required)");
        XidEntry done =
                new XidEntry(
                        address,
                        154,
                        "GPU recovery action changed from 0x1 (GPU Reset Required) to 0x0 (None)");
        assertThat(take(needed).gpus().getFirst().standing()).isEqualTo(Standing.UNHEALTHY);
        assertThat(codes(take(needed))).contains(FindingCode.XID_SERIOUS);
        assertThat(take(needed, done).gpus().getFirst().standing()).isEqualTo(Standing.NO_NVML);
        assertThat(codes(take(needed, done)))
                .contains(FindingCode.XID)
                .doesNotContain(FindingCode.XID_SERIOUS);
    }

    /** Every kind of finding is explained in the document, and the document explains no other. */
    @Test
    void findings_inTheDocument_areThoseOfTheProgram() throws IOException {
        Path page = Path.of(System.getProperty("assay.root"), "docs/inventory.md");
        Set<FindingCode> listed = EnumSet.noneOf(FindingCode.class);
        for (String line : Files.readAllLines(page)) {
            if (line.matches("\\| `[A-Z_]+` .*")) {
                String[] cells = line.split(" \\| ");
                FindingCode code = FindingCode.valueOf(cells[0].replaceAll("[|` ]", ""));
                assertThat(line).contains(code.severity().name().toLowerCase(Locale.ROOT));
                assertThat(cells[2]).isEqualTo(code.meaning());
                listed.add(code);
            }
        }
        assertThat(listed).isEqualTo(EnumSet.allOf(FindingCode.class));
    }
}
