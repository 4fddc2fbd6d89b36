package dev.assay.runtime.metering;

import dev.assay.runtime.nvml.Answer;
import dev.assay.runtime.nvml.EccErrors;
import dev.assay.runtime.nvml.MemoryUse;
import dev.assay.runtime.nvml.NvmlStatus;
import dev.assay.runtime.nvml.RemappedRows;
import dev.assay.runtime.nvml.ThrottleReason;
import dev.assay.runtime.nvml.Utilisation;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a GPU, or an instance of one, said at one moment.
 *
 * @param energyMillijoules since the driver was loaded
 * @param powerMilliwatts asked for only where energy is not counted
 * @param xids errors since the last reading
 */
record GpuReading(
        Answer<Long> energyMillijoules,
        Answer<Long> powerMilliwatts,
        Answer<Utilisation> utilisation,
        Answer<MemoryUse> memory,
        Answer<Set<ThrottleReason>> throttling,
        Answer<EccErrors> eccErrors,
        Answer<RemappedRows> remappedRows,
        List<Long> xids) {
    private static final Set<NvmlStatus> LOST =
            Set.of(
                    NvmlStatus.GPU_IS_LOST,
                    NvmlStatus.RESET_REQUIRED,
                    NvmlStatus.GPU_NOT_FOUND,
                    NvmlStatus.DRIVER_NOT_LOADED);

    GpuReading {
        xids = List.copyOf(xids);
    }

    /** What it refused with, when that means that it is gone. */
    Optional<NvmlStatus> lost() {
        return Stream.of(
                        energyMillijoules,
                        powerMilliwatts,
                        utilisation,
                        memory,
                        throttling,
                        eccErrors,
                        remappedRows)
                .flatMap(GpuReading::refusal)
                .filter(LOST::contains)
                .findFirst();
    }

    private static Stream<NvmlStatus> refusal(Answer<?> answer) {
        return switch (answer) {
            case Answer.Refused<?>(NvmlStatus status) -> Stream.of(status);
            case Answer.Value<?> _, Answer.Unsupported<?> _, Answer.Implausible<?> _ ->
                    Stream.empty();
        };
    }
}
