package dev.assay.cli.console;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.runtime.nvml.Answer;
import dev.assay.runtime.nvml.MemoryUse;
import dev.assay.runtime.nvml.NvmlGpu;
import dev.assay.runtime.nvml.NvmlStatus;

/** What NVML says of a GPU, for machines; a refused question is listed with its status. */
final class InspectNvmlJson {
    private InspectNvmlJson() {}

    static void put(ObjectNode json, NvmlGpu gpu) {
        json.put("index", gpu.index());
        gpu.uuid().known().ifPresent(uuid -> json.put("uuid", uuid));
        gpu.name().known().ifPresent(name -> json.put("name", name));
        gpu.pci().known().ifPresent(pci -> json.put("address", pci.toString()));
        gpu.memory().known().ifPresent(use -> memory(json, use));
        measured(json, gpu);
        health(json, gpu);
        gpu.processes()
                .known()
                .ifPresent(
                        processes -> {
                            ArrayNode array = json.putArray("processes");
                            processes.forEach(
                                    process -> {
                                        ObjectNode entry =
                                                array.addObject().put("pid", process.pid());
                                        process.memoryBytes()
                                                .ifPresent(
                                                        bytes -> entry.put("memoryBytes", bytes));
                                    });
                        });
        mig(json, gpu);
        ObjectNode refused = json.objectNode();
        gpu.answers()
                .forEach(
                        (name, answer) -> {
                            switch (answer) {
                                case Answer.Refused<?>(NvmlStatus status) ->
                                        refused.put(name, status.toString());
                                case Answer.Implausible<?>(String what) -> refused.put(name, what);
                                case Answer.Value<?> _, Answer.Unsupported<?> _ -> {}
                            }
                        });
        if (!refused.isEmpty()) {
            json.set("refused", refused);
        }
    }

    private static void memory(ObjectNode json, MemoryUse use) {
        json.put("memoryBytes", use.total())
                .put("memoryFreeBytes", use.free())
                .put("memoryUsedBytes", use.used());
    }

    private static void measured(ObjectNode json, NvmlGpu gpu) {
        gpu.powerMilliwatts().known().ifPresent(mw -> json.put("powerMilliwatts", mw));
        gpu.powerLimitMilliwatts().known().ifPresent(mw -> json.put("powerLimitMilliwatts", mw));
        gpu.energyMillijoules().known().ifPresent(mj -> json.put("energyMillijoules", mj));
        gpu.utilisation()
                .known()
                .ifPresent(
                        use ->
                                json.put("utilisationPercent", use.gpu())
                                        .put("memoryUtilisationPercent", use.memory()));
        gpu.temperature().known().ifPresent(celsius -> json.put("temperatureCelsius", celsius));
    }

    private static void health(ObjectNode json, NvmlGpu gpu) {
        gpu.eccMode().known().ifPresent(on -> json.put("ecc", on));
        gpu.eccErrors()
                .known()
                .ifPresent(
                        errors ->
                                json.put("eccCorrected", errors.corrected())
                                        .put("eccUncorrected", errors.uncorrected()));
        gpu.remappedRows()
                .known()
                .ifPresent(
                        rows ->
                                json.putObject("remappedRows")
                                        .put("correctable", rows.correctable())
                                        .put("uncorrectable", rows.uncorrectable())
                                        .put("pending", rows.pending())
                                        .put("failed", rows.failed()));
        gpu.throttling()
                .known()
                .ifPresent(
                        reasons -> {
                            ArrayNode array = json.putArray("throttling");
                            reasons.forEach(reason -> array.add(reason.name()));
                        });
    }

    private static void mig(ObjectNode json, NvmlGpu gpu) {
        gpu.migMode().known().ifPresent(on -> json.put("mig", on));
        if (gpu.migInstances().isEmpty()) {
            return;
        }
        ArrayNode array = json.putArray("migInstances");
        gpu.migInstances()
                .forEach(
                        instance -> {
                            ObjectNode entry = array.addObject();
                            instance.uuid().known().ifPresent(uuid -> entry.put("uuid", uuid));
                            instance.name().known().ifPresent(name -> entry.put("name", name));
                            instance.gpuInstance()
                                    .known()
                                    .ifPresent(id -> entry.put("gpuInstance", id));
                            instance.computeInstance()
                                    .known()
                                    .ifPresent(id -> entry.put("computeInstance", id));
                            instance.memory()
                                    .known()
                                    .ifPresent(use -> entry.put("memoryBytes", use.total()));
                        });
    }
}
