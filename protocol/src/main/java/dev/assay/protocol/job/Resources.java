package dev.assay.protocol.job;

/**
 * What a job needs of a machine, or what a machine has.
 *
 * @param cpu logical CPUs
 * @param memoryBytes memory
 * @param storageBytes disk
 * @param gpus GPUs; 0 for none
 */
public record Resources(int cpu, long memoryBytes, long storageBytes, int gpus) {
    public Resources {
        if (cpu < 0 || memoryBytes < 0 || storageBytes < 0 || gpus < 0) {
            throw new IllegalArgumentException("resources cannot be negative");
        }
    }

    /** Whether a machine with {@code offered} can hold this. */
    public boolean fits(Resources offered) {
        return cpu <= offered.cpu
                && memoryBytes <= offered.memoryBytes
                && storageBytes <= offered.storageBytes
                && gpus <= offered.gpus;
    }
}
