package dev.assay.runtime.inventory;

import dev.assay.runtime.device.PciAddress;
import dev.assay.runtime.nvml.Answer;
import dev.assay.runtime.nvml.NvmlGpu;
import dev.assay.runtime.nvml.NvmlStatus;
import dev.assay.runtime.nvml.ThrottleReason;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The findings about one GPU's health: what NVML says of it, and the kernel's log. */
final class HealthRules {
    /** The driver's view of what a GPU needs has changed; the text says to what. */
    private static final int RECOVERY_ACTION = 154;

    private static final String NO_ACTION = "to 0x0 (None)";

    /**
     * Xids after which results cannot be trusted or the GPU is gone: uncorrected memory errors and
     * failed page retirement or row remapping (48, 64, 95, 140, 171, 172), NVLink (74), fallen off
     * the bus (79), its processors (62, 119, 120), recovery needed (154).
     *
     * @see <a href="https://docs.nvidia.com/deploy/xid-errors/analyzing-xid-catalog.html">the Xid
     *     catalogue</a>
     */
    private static final Set<Integer> SERIOUS =
            Set.of(48, 62, 64, 74, 79, 95, 119, 120, 140, RECOVERY_ACTION, 171, 172);

    private final Gpu gpu;
    private final List<Finding> findings = new ArrayList<>();

    private HealthRules(Gpu gpu) {
        this.gpu = gpu;
    }

    static List<Finding> apply(Observations seen, Gpu gpu) {
        HealthRules rules = new HealthRules(gpu);
        gpu.nvml().ifPresent(rules::nvml);
        gpu.address()
                .ifPresent(
                        address -> rules.xids(address, seen.kernelLog().seen().orElse(List.of())));
        return rules.findings;
    }

    private void nvml(NvmlGpu nvml) {
        if (nvml.met(NvmlStatus.GPU_IS_LOST)) {
            add(FindingCode.GPU_LOST, "NVML says " + NvmlStatus.GPU_IS_LOST);
        }
        if (nvml.met(NvmlStatus.RESET_REQUIRED)) {
            add(FindingCode.RESET_REQUIRED, "NVML says " + NvmlStatus.RESET_REQUIRED);
        }
        answers(nvml);
        nvml.eccErrors()
                .known()
                .filter(errors -> errors.uncorrected() > 0)
                .ifPresent(
                        errors ->
                                add(
                                        FindingCode.ECC_UNCORRECTED,
                                        "NVML counts " + errors.uncorrected() + " uncorrected"));
        nvml.remappedRows()
                .known()
                .ifPresent(
                        rows -> {
                            if (rows.failed()) {
                                add(FindingCode.ROW_REMAP_FAILED, "NVML says so");
                            }
                            if (rows.pending()) {
                                add(FindingCode.ROW_REMAP_PENDING, "NVML says so");
                            }
                        });
        List<ThrottleReason> faults =
                nvml.throttling().known().orElse(Set.of()).stream()
                        .filter(ThrottleReason::isFault)
                        .toList();
        if (!faults.isEmpty()) {
            add(FindingCode.THROTTLED, "NVML says " + faults);
        }
    }

    private void answers(NvmlGpu nvml) {
        List<String> refused = new ArrayList<>();
        nvml.answers()
                .forEach(
                        (name, answer) -> {
                            switch (answer) {
                                case Answer.Refused<?>(NvmlStatus status) -> {
                                    if (!status.equals(NvmlStatus.GPU_IS_LOST)
                                            && !status.equals(NvmlStatus.RESET_REQUIRED)) {
                                        refused.add(name + ": " + status);
                                    }
                                }
                                case Answer.Implausible<?>(String what) ->
                                        add(FindingCode.IMPLAUSIBLE, name + ": " + what);
                                case Answer.Value<?> _, Answer.Unsupported<?> _ -> {}
                            }
                        });
        if (!refused.isEmpty()) {
            add(FindingCode.CALL_REFUSED, "NVML: " + String.join(", ", refused));
        }
    }

    private void xids(PciAddress address, List<XidEntry> log) {
        Map<Integer, List<XidEntry>> byNumber = new TreeMap<>();
        for (XidEntry entry : log) {
            if (entry.address().equals(address)) {
                byNumber.computeIfAbsent(entry.xid(), _ -> new ArrayList<>()).add(entry);
            }
        }
        byNumber.forEach(
                (xid, entries) ->
                        add(
                                isSerious(entries.getLast())
                                        ? FindingCode.XID_SERIOUS
                                        : FindingCode.XID,
                                "the kernel's log has Xid "
                                        + xid
                                        + (entries.size() > 1
                                                ? ", " + entries.size() + " times"
                                                : "")
                                        + ": "
                                        + entries.getLast().text()));
    }

    private static boolean isSerious(XidEntry last) {
        boolean recovered = last.xid() == RECOVERY_ACTION && last.text().endsWith(NO_ACTION);
        return SERIOUS.contains(last.xid()) && !recovered;
    }

    private void add(FindingCode code, String saw) {
        findings.add(new Finding(code, gpu.label(), saw));
    }
}
