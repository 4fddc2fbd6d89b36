package dev.assay.cli.console;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.json.CanonicalJson;
import dev.assay.runtime.cuda.CudaDevice;
import dev.assay.runtime.host.Machine;
import dev.assay.runtime.inventory.DrmCard;
import dev.assay.runtime.inventory.Finding;
import dev.assay.runtime.inventory.Gpu;
import dev.assay.runtime.inventory.GpuInventory;
import dev.assay.runtime.inventory.GpuReport;
import dev.assay.runtime.inventory.Observation;
import dev.assay.runtime.inventory.Observations;
import dev.assay.runtime.inventory.PciDevice;
import dev.assay.runtime.inventory.ProcGpu;
import dev.assay.runtime.inventory.Severity;

import java.io.PrintStream;
import java.util.Locale;

/**
 * Tells machines what a machine has: one JSON object. Bytes, hertz and the like are numbers; what a
 * source does not say is left out. Fields are added, never renamed.
 */
public final class InspectJson {
    private InspectJson() {}

    public static void print(Machine machine, GpuInventory inventory, PrintStream out) {
        out.println(json(machine, inventory));
        out.flush();
    }

    static ObjectNode json(Machine machine, GpuInventory inventory) {
        ObjectNode json = CanonicalJson.object();
        machine(json.putObject("machine"), machine);
        sources(json.putObject("sources"), inventory.seen());
        ArrayNode gpus = json.putArray("gpus");
        inventory.gpus().forEach(report -> gpu(gpus.addObject(), report));
        ArrayNode findings = json.putArray("findings");
        inventory.findings().forEach(finding -> finding(findings.addObject(), finding));
        return json;
    }

    private static void machine(ObjectNode json, Machine machine) {
        json.put("os", machine.host().os());
        json.putObject("cpu")
                .put("model", machine.host().cpuModel())
                .put("packages", machine.packages())
                .put("physicalCores", machine.physicalCores())
                .put("logicalCores", machine.host().logicalCores())
                .put("usableCores", machine.usableCores())
                .put("maxHertz", machine.maxHertz())
                .set("vectorUnits", texts(machine.vectorUnits()));
        json.putObject("memory")
                .put("totalBytes", machine.host().memoryBytes())
                .put("availableBytes", machine.availableBytes())
                .put("swapBytes", machine.swapBytes());
        if (machine.loadHundredths() >= 0) {
            json.put("loadAverage", machine.loadHundredths() / 100.0);
        }
        ArrayNode disks = json.putArray("disks");
        machine.disks()
                .forEach(
                        disk ->
                                disks.addObject()
                                        .put("name", disk.name())
                                        .put("model", disk.model())
                                        .put("bytes", disk.bytes()));
        ArrayNode volumes = json.putArray("volumes");
        machine.volumes()
                .forEach(
                        volume ->
                                volumes.addObject()
                                        .put("mount", volume.mount())
                                        .put("type", volume.type())
                                        .put("bytes", volume.bytes())
                                        .put("usableBytes", volume.usableBytes()));
        ArrayNode links = json.putArray("network");
        machine.links()
                .forEach(
                        link ->
                                links.addObject()
                                        .put("name", link.name())
                                        .put("up", link.up())
                                        .put("bitsPerSecond", link.bitsPerSecond())
                                        .put("mtu", link.mtu()));
    }

    private static ArrayNode texts(Iterable<String> texts) {
        ArrayNode array = CanonicalJson.object().arrayNode();
        texts.forEach(array::add);
        return array;
    }

    private static void sources(ObjectNode json, Observations seen) {
        source(json.putObject("pci"), seen.pci());
        ObjectNode proc = json.putObject("kernelDriver");
        source(proc, seen.proc());
        seen.proc()
                .seen()
                .flatMap(view -> view.driverVersion())
                .ifPresent(version -> proc.put("driverVersion", version));
        ObjectNode nvml = json.putObject("nvml");
        source(nvml, seen.nvml());
        seen.nvml()
                .seen()
                .ifPresent(
                        view -> {
                            view.driverVersion().ifPresent(v -> nvml.put("driverVersion", v));
                            view.version().ifPresent(v -> nvml.put("version", v));
                            view.cudaVersion().ifPresent(v -> nvml.put("cudaVersion", v));
                        });
        ObjectNode cuda = json.putObject("cuda");
        source(cuda, seen.cuda());
        seen.cuda().seen().ifPresent(view -> cuda.put("cudaVersion", view.cudaVersion()));
        seen.visibleDevices().ifPresent(value -> cuda.put("visibleDevices", value));
        source(json.putObject("drm"), seen.drm());
        source(json.putObject("kernelLog"), seen.kernelLog());
    }

    private static void source(ObjectNode json, Observation<?> observation) {
        switch (observation) {
            case Observation.Seen<?> _ -> json.put("state", "seen");
            case Observation.Absent<?>(String why) -> json.put("state", "absent").put("why", why);
            case Observation.Failed<?>(String why) -> json.put("state", "failed").put("why", why);
        }
    }

    private static void gpu(ObjectNode json, GpuReport report) {
        Gpu gpu = report.gpu();
        gpu.address().ifPresent(address -> json.put("address", address.toString()));
        gpu.uuid().ifPresent(uuid -> json.put("uuid", uuid));
        json.put("name", gpu.name())
                .put("vendor", gpu.vendor().text())
                .put("standing", report.standing().code());
        gpu.pci().ifPresent(pci -> pci(json.putObject("pci"), pci));
        gpu.proc().ifPresent(proc -> proc(json.putObject("kernelDriver"), proc));
        gpu.nvml().ifPresent(nvml -> InspectNvmlJson.put(json.putObject("nvml"), nvml));
        if (!gpu.cuda().isEmpty()) {
            ArrayNode devices = json.putArray("cuda");
            gpu.cuda().forEach(device -> cuda(devices.addObject(), device));
        }
        gpu.drm().ifPresent(card -> drm(json.putObject("drm"), card));
    }

    private static void pci(ObjectNode json, PciDevice pci) {
        json.put("id", pci.id());
        pci.driver().ifPresent(driver -> json.put("driver", driver));
        pci.link().ifPresent(link -> json.put("link", link));
        pci.numaNode().ifPresent(node -> json.put("numaNode", node));
    }

    private static void proc(ObjectNode json, ProcGpu proc) {
        proc.model().ifPresent(model -> json.put("model", model));
        proc.uuid().ifPresent(uuid -> json.put("uuid", uuid));
        json.put("excluded", proc.excluded());
    }

    private static void cuda(ObjectNode json, CudaDevice device) {
        json.put("ordinal", device.ordinal())
                .put("uuid", device.uuid())
                .put("name", device.name())
                .put("computeCapability", device.computeCapability())
                .put("multiprocessors", device.multiprocessors())
                .put("memoryBytes", device.memoryBytes())
                .put("address", device.pci().toString());
    }

    private static void drm(ObjectNode json, DrmCard card) {
        json.put("node", card.node());
        card.driver().ifPresent(driver -> json.put("driver", driver));
        card.memoryBytes().ifPresent(bytes -> json.put("memoryBytes", bytes));
    }

    private static void finding(ObjectNode json, Finding finding) {
        Severity severity = finding.code().severity();
        json.put("code", finding.code().name())
                .put("severity", severity.name().toLowerCase(Locale.ROOT))
                .put("subject", finding.subject())
                .put("saw", finding.saw())
                .put("meaning", finding.code().meaning())
                .put("fix", finding.code().fix());
    }
}
