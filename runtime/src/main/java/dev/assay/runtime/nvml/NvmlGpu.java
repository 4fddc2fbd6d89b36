package dev.assay.runtime.nvml;

import dev.assay.runtime.device.PciAddress;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A GPU as NVML described it at one moment.
 *
 * @param index in NVML's order, which is by PCI address and not CUDA's
 * @param uuid {@code GPU-} and 32 hex digits in five groups
 * @param powerMilliwatts what the whole board draws
 * @param energyMillijoules since the driver was loaded; starts again with it
 * @param temperature of the GPU, in degrees Celsius
 * @param migMode whether it is divided into MIG instances
 */
public record NvmlGpu(
        int index,
        Answer<String> uuid,
        Answer<String> name,
        Answer<PciAddress> pci,
        Answer<MemoryUse> memory,
        Answer<Long> powerMilliwatts,
        Answer<Long> powerLimitMilliwatts,
        Answer<Long> energyMillijoules,
        Answer<Utilisation> utilisation,
        Answer<Integer> temperature,
        Answer<Boolean> eccMode,
        Answer<EccErrors> eccErrors,
        Answer<RemappedRows> remappedRows,
        Answer<Set<ThrottleReason>> throttling,
        Answer<List<GpuProcess>> processes,
        Answer<Boolean> migMode,
        List<MigInstance> migInstances) {
    public NvmlGpu {
        migInstances = List.copyOf(migInstances);
    }

    /** A GPU that NVML counts and gives no handle to. */
    static NvmlGpu refused(int index, NvmlStatus status) {
        return new NvmlGpu(
                index,
                Answer.without(status),
                Answer.without(status),
                Answer.without(status),
                Answer.without(status),
                Answer.without(status),
                Answer.without(status),
                Answer.without(status),
                Answer.without(status),
                Answer.without(status),
                Answer.without(status),
                Answer.without(status),
                Answer.without(status),
                Answer.without(status),
                Answer.without(status),
                Answer.without(status),
                List.of());
    }

    /** Every answer under the name of what was asked, in a fixed order. */
    public Map<String, Answer<?>> answers() {
        Map<String, Answer<?>> answers = new LinkedHashMap<>();
        answers.put("uuid", uuid);
        answers.put("name", name);
        answers.put("pci", pci);
        answers.put("memory", memory);
        answers.put("power", powerMilliwatts);
        answers.put("powerLimit", powerLimitMilliwatts);
        answers.put("energy", energyMillijoules);
        answers.put("utilisation", utilisation);
        answers.put("temperature", temperature);
        answers.put("eccMode", eccMode);
        answers.put("eccErrors", eccErrors);
        answers.put("remappedRows", remappedRows);
        answers.put("throttling", throttling);
        answers.put("processes", processes);
        answers.put("migMode", migMode);
        for (int i = 0; i < migInstances.size(); i++) {
            answers.put("mig" + i + ".uuid", migInstances.get(i).uuid());
            answers.put("mig" + i + ".memory", migInstances.get(i).memory());
        }
        return answers;
    }

    /** Whether any call was refused with this status. */
    public boolean met(NvmlStatus status) {
        return answers().values().stream()
                .anyMatch(
                        answer ->
                                switch (answer) {
                                    case Answer.Refused<?>(NvmlStatus refused) ->
                                            refused.equals(status);
                                    case Answer.Value<?> _,
                                            Answer.Unsupported<?> _,
                                            Answer.Implausible<?> _ ->
                                            false;
                                });
    }
}
