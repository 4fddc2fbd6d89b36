package dev.assay.runtime.host;

import oshi.SystemInfo;
import oshi.software.os.OSProcess;
import oshi.software.os.OperatingSystem;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Reads the usage of one process; the process may have ended. Thread-safe. */
@FunctionalInterface
public interface ProcessProbe {
    /** The usage so far, or nothing when the process is no more. */
    Optional<ProcessUsage> read();

    /** A probe of the process with this id. */
    static ProcessProbe of(long pid) {
        OperatingSystem system = new SystemInfo().getOperatingSystem();
        return () ->
                Optional.ofNullable(system.getProcess(Math.toIntExact(pid)))
                        .map(process -> usage(process, pid));
    }

    /** A probe of this JVM. */
    static ProcessProbe ofThisProcess() {
        return of(ProcessHandle.current().pid());
    }

    private static ProcessUsage usage(OSProcess process, long pid) {
        long resident = process.getResidentMemory();
        return new ProcessUsage(
                Duration.ofMillis(process.getUserTime() + process.getKernelTime()),
                resident,
                Math.max(resident, peakOnLinux(pid)));
    }

    /** {@code VmHWM} of proc(5), or 0. */
    private static long peakOnLinux(long pid) {
        Path status = Path.of("/proc", Long.toString(pid), "status");
        try {
            for (String line : Files.readAllLines(status)) {
                if (line.startsWith("VmHWM:")) {
                    return 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
                }
            }
        } catch (IOException e) {
            return 0; // not Linux, or the process is no more
        }
        return 0;
    }
}
