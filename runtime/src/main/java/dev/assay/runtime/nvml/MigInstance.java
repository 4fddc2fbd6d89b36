package dev.assay.runtime.nvml;

/** A part of a GPU in MIG mode: what programs see as a device of its own. */
public record MigInstance(
        Answer<String> uuid,
        Answer<String> name,
        Answer<Integer> gpuInstance,
        Answer<Integer> computeInstance,
        Answer<MemoryUse> memory) {}
