package dev.assay.runtime.host;

import oshi.SystemInfo;
import oshi.hardware.CentralProcessor;

/**
 * What a machine says of itself. Holds nothing that names it or its owner: no host name, serial
 * number or address.
 *
 * @param os operating system and version, and the architecture
 * @param cpuModel the processor's name for itself
 * @param logicalCores hardware threads that the operating system may schedule
 * @param memoryBytes physical memory
 */
public record HostFacts(String os, String cpuModel, int logicalCores, long memoryBytes) {
    /** Asks the operating system; takes about half a second. */
    public static HostFacts read() {
        return of(new SystemInfo());
    }

    static HostFacts of(SystemInfo system) {
        CentralProcessor processor = system.getHardware().getProcessor();
        return new HostFacts(
                system.getOperatingSystem() + ", " + System.getProperty("os.arch"),
                processor.getProcessorIdentifier().getName().strip(),
                processor.getLogicalProcessorCount(),
                system.getHardware().getMemory().getTotal());
    }
}
