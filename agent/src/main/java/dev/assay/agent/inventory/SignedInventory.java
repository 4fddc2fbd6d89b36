package dev.assay.agent.inventory;

import dev.assay.protocol.id.KeyId;
import dev.assay.runtime.bench.BenchReport;
import dev.assay.runtime.cuda.CudaDevice;
import dev.assay.runtime.cuda.CudaView;
import dev.assay.runtime.host.Machine;
import dev.assay.runtime.inventory.DrmCard;
import dev.assay.runtime.inventory.Gpu;
import dev.assay.runtime.inventory.GpuInventory;
import dev.assay.runtime.inventory.GpuReport;
import dev.assay.runtime.inventory.Observation;
import dev.assay.runtime.inventory.Observations;
import dev.assay.runtime.inventory.PciDevice;
import dev.assay.runtime.inventory.ProcGpu;
import dev.assay.runtime.nvml.NvmlGpu;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.FreeText;
import dev.assay.verification.statement.InventoryPredicate;
import dev.assay.verification.statement.InventoryPredicate.Device;
import dev.assay.verification.statement.InventoryPredicate.Fact;
import dev.assay.verification.statement.InventoryPredicate.Severity;
import dev.assay.verification.statement.InventoryPredicate.Source;
import dev.assay.verification.statement.InventoryPredicate.State;
import dev.assay.verification.statement.InventoryPredicate.View;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Puts an inventory and its measurements into a statement of the provider. Of the machine it tells
 * what matching needs, and no names of disks, file systems or networks.
 */
public final class SignedInventory {
    private static final String PCI = "pci";
    private static final String PROC = "kernelDriver";
    private static final String NVML = "nvml";
    private static final String CUDA = "cuda";
    private static final String DRM = "drm";
    private static final String LOG = "kernelLog";

    private SignedInventory() {}

    /** Signs what was seen and measured. */
    public static Envelope sign(
            SigningKey key, Instant now, Machine machine, GpuInventory gpus, BenchReport measured)
            throws VerificationException {
        return SignedStatement.sign(
                predicate(key.verifyingKey().keyId(), now, machine, gpus, measured).statement(),
                key);
    }

    static InventoryPredicate predicate(
            KeyId provider, Instant now, Machine machine, GpuInventory gpus, BenchReport measured) {
        return new InventoryPredicate(
                provider,
                now,
                machine(machine),
                sources(gpus.seen()),
                gpus.gpus().stream().map(SignedInventory::device).toList(),
                gpus.findings().stream()
                        .map(
                                finding ->
                                        new InventoryPredicate.Finding(
                                                finding.code().name(),
                                                severity(finding.code().severity()),
                                                FreeText.clip(finding.subject()),
                                                FreeText.clip(finding.saw())))
                        .toList(),
                measured.measurements().stream()
                        .map(
                                m ->
                                        new InventoryPredicate.Measurement(
                                                m.metric().text(),
                                                m.device(),
                                                m.method(),
                                                m.metric().unit(),
                                                m.median(),
                                                m.least(),
                                                m.most(),
                                                m.rounds()))
                        .toList(),
                measured.skipped().stream()
                        .map(
                                skip ->
                                        new InventoryPredicate.Skipped(
                                                skip.metric().text(),
                                                skip.device(),
                                                FreeText.clip(skip.why())))
                        .toList());
    }

    private static List<Fact> machine(Machine machine) {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("os", machine.host().os()));
        facts.add(new Fact("cpu.model", machine.host().cpuModel()));
        facts.add(fact("cpu.packages", machine.packages()));
        facts.add(fact("cpu.physicalCores", machine.physicalCores()));
        facts.add(fact("cpu.logicalCores", machine.host().logicalCores()));
        facts.add(fact("cpu.usableCores", machine.usableCores()));
        facts.add(new Fact("cpu.vectorUnits", String.join(" ", machine.vectorUnits())));
        facts.add(fact("memory.bytes", machine.host().memoryBytes()));
        if (machine.loadHundredths() >= 0) {
            facts.add(fact("load.hundredths", machine.loadHundredths()));
        }
        return facts;
    }

    private static List<Source> sources(Observations seen) {
        return List.of(
                source(PCI, seen.pci(), _ -> ""),
                source(PROC, seen.proc(), view -> view.driverVersion().orElse("")),
                source(NVML, seen.nvml(), view -> view.driverVersion().orElse("")),
                source(CUDA, seen.cuda(), CudaView::cudaVersion),
                source(DRM, seen.drm(), _ -> ""),
                source(LOG, seen.kernelLog(), _ -> ""));
    }

    private static <V> Source source(
            String name, Observation<V> observation, Function<V, String> version) {
        return switch (observation) {
            case Observation.Seen<V>(V view) -> new Source(name, State.SEEN, version.apply(view));
            case Observation.Absent<V>(String why) ->
                    new Source(name, State.ABSENT, FreeText.clip(why));
            case Observation.Failed<V>(String why) ->
                    new Source(name, State.FAILED, FreeText.clip(why));
        };
    }

    private static Device device(GpuReport report) {
        Gpu gpu = report.gpu();
        List<View> views = new ArrayList<>();
        gpu.pci().ifPresent(pci -> views.add(new View(PCI, facts(pci))));
        gpu.proc().ifPresent(proc -> views.add(new View(PROC, facts(proc))));
        gpu.nvml().ifPresent(nvml -> views.add(new View(NVML, facts(nvml))));
        gpu.cuda().forEach(cuda -> views.add(new View(CUDA, facts(cuda))));
        gpu.drm().ifPresent(drm -> views.add(new View(DRM, facts(drm))));
        return new Device(gpu.label(), report.standing().code(), views);
    }

    private static List<Fact> facts(PciDevice pci) {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("id", pci.id()));
        pci.driver().ifPresent(driver -> facts.add(new Fact("driver", driver)));
        pci.link().ifPresent(link -> facts.add(new Fact("link", link)));
        return facts;
    }

    private static List<Fact> facts(ProcGpu proc) {
        List<Fact> facts = new ArrayList<>();
        proc.model().ifPresent(model -> facts.add(new Fact("name", model)));
        proc.uuid().ifPresent(uuid -> facts.add(new Fact("uuid", uuid)));
        return facts;
    }

    private static List<Fact> facts(NvmlGpu nvml) {
        List<Fact> facts = new ArrayList<>();
        nvml.name().known().ifPresent(name -> facts.add(new Fact("name", name)));
        nvml.uuid().known().ifPresent(uuid -> facts.add(new Fact("uuid", uuid)));
        nvml.memory().known().ifPresent(use -> facts.add(fact("memory.bytes", use.total())));
        nvml.powerLimitMilliwatts()
                .known()
                .ifPresent(limit -> facts.add(fact("power.limit.milliwatts", limit)));
        nvml.eccMode().known().ifPresent(on -> facts.add(new Fact("ecc", on.toString())));
        nvml.migMode().known().ifPresent(on -> facts.add(new Fact("mig", on.toString())));
        nvml.migInstances()
                .forEach(
                        instance ->
                                instance.uuid()
                                        .known()
                                        .ifPresent(uuid -> facts.add(new Fact("mig.uuid", uuid))));
        return facts;
    }

    private static List<Fact> facts(CudaDevice cuda) {
        return List.of(
                new Fact("name", cuda.name()),
                new Fact("uuid", cuda.uuid()),
                fact("memory.bytes", cuda.memoryBytes()),
                new Fact("computeCapability", cuda.computeCapability()),
                fact("multiprocessors", cuda.multiprocessors()));
    }

    private static List<Fact> facts(DrmCard drm) {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("node", drm.node()));
        drm.driver().ifPresent(driver -> facts.add(new Fact("driver", driver)));
        drm.memoryBytes().ifPresent(bytes -> facts.add(fact("memory.bytes", bytes)));
        return facts;
    }

    private static Fact fact(String name, long value) {
        return new Fact(name, Long.toString(value));
    }

    private static Severity severity(dev.assay.runtime.inventory.Severity severity) {
        return switch (severity) {
            case NOTE -> Severity.NOTE;
            case WARNING -> Severity.WARNING;
            case ERROR -> Severity.ERROR;
        };
    }
}
