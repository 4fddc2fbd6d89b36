package dev.assay.runtime.host;

import oshi.SystemInfo;
import oshi.software.os.OSProcess;
import oshi.software.os.OperatingSystem;

import java.time.Duration;
import java.util.Optional;

/**
 * Reads the usage of a process, or of several that count as one; they may have ended. Thread-safe.
 */
@FunctionalInterface
public interface ProcessProbe {
    /** The usage so far, or nothing when the process is no more. */
    Optional<ProcessUsage> read();

    /** A probe of the process with this id, and of no later one with the same id. */
    static ProcessProbe of(long pid) {
        return ProcFiles.exist() ? new ProcFiles(pid, false) : portable(pid);
    }

    /**
     * A probe of the process with this id and all it started; where the kernel does not list
     * children (outside Linux, or without CONFIG_PROC_CHILDREN), of the process alone.
     */
    static ProcessProbe ofTree(long pid) {
        return ProcFiles.exist() ? new ProcFiles(pid, true) : portable(pid);
    }

    /** A probe of this JVM; what it started is not its own. */
    static ProcessProbe ofThisProcess() {
        return of(ProcessHandle.current().pid());
    }

    private static ProcessProbe portable(long pid) {
        OperatingSystem system = new SystemInfo().getOperatingSystem();
        return () ->
                Optional.ofNullable(system.getProcess(Math.toIntExact(pid)))
                        .map(ProcessProbe::usage);
    }

    private static ProcessUsage usage(OSProcess process) {
        return new ProcessUsage(
                Duration.ofMillis(process.getUserTime() + process.getKernelTime()),
                process.getResidentMemory(),
                process.getResidentMemory());
    }
}
