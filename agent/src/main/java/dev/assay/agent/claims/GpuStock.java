package dev.assay.agent.claims;

import dev.assay.runtime.device.GpuId;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The GPUs of a machine at one moment, as claims see them. A GPU that MIG divides is here as its
 * instances and not as itself.
 *
 * @param free what can be claimed, in the machine's order
 * @param claimed what open claims hold
 * @param barred what can be neither, by its label: why
 */
public record GpuStock(List<GpuId> free, List<GpuId> claimed, Map<String, String> barred) {
    public GpuStock {
        free = List.copyOf(free);
        claimed = List.copyOf(claimed);
        barred = Map.copyOf(barred);
    }

    /** How many there are to rent out, claimed or not. */
    public int size() {
        return free.size() + claimed.size();
    }

    /**
     * Free GPUs for one lease: whole ones. A MIG instance is granted alone, where no whole GPU is
     * free: CUDA shows a program one instance at most.
     */
    public Optional<List<GpuId>> grantable(int count) {
        List<GpuId> whole = new ArrayList<>(free);
        whole.removeIf(GpuId::isMig);
        if (whole.size() >= count) {
            return Optional.of(List.copyOf(whole.subList(0, count)));
        }
        return count == 1 && !free.isEmpty()
                ? Optional.of(List.of(free.getFirst()))
                : Optional.empty();
    }

    /** Why some cannot be had, for people; empty when all can. */
    public String obstacles() {
        return new TreeMap<>(barred)
                .entrySet().stream()
                        .map(gpu -> "; not " + gpu.getKey() + ": " + gpu.getValue())
                        .collect(Collectors.joining());
    }
}
