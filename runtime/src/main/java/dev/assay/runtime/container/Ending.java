package dev.assay.runtime.container;

import dev.assay.runtime.container.ContainerCgroup.Sample;

import java.util.Optional;

/** Why a container ended, from what the engine, the kernel and the watchdog say of it. */
final class Ending {
    private Ending() {}

    /**
     * Whoever ended it here knows why. Else its exit code decides, and for one that is not 0
     * whether a process of it was killed for memory: at its own limit, or while it was within.
     *
     * @param asked why it was ended from here, if it was
     * @param last what its control group counted, as last seen
     */
    static ExitCause cause(ContainerState end, Optional<ExitCause> asked, Sample last) {
        if (asked.isPresent()) {
            return asked.get();
        }
        if (end.exitCode() == 0) {
            return ExitCause.DONE;
        }
        if (!end.outOfMemory()) {
            return end.error().isEmpty() ? ExitCause.EXIT_CODE : ExitCause.ENGINE_LOST;
        }
        boolean withinItsLimit = last.killed() > 0 && !last.limitReached();
        return withinItsLimit ? ExitCause.HOST_MEMORY : ExitCause.OUT_OF_MEMORY;
    }

    static String words(ExitCause cause, ContainerState end, ContainerLimits limits) {
        return switch (cause) {
            case DONE -> "done";
            case EXIT_CODE -> exit(end.exitCode());
            case OUT_OF_MEMORY ->
                    "out of memory at its limit of " + limits.memoryBytes() + " bytes";
            case TIME_LIMIT -> "not done in its time of " + limits.time();
            case DISK_LIMIT ->
                    "more than "
                            + limits.diskBytes()
                            + " bytes or "
                            + limits.files()
                            + " files in its workspace";
            case LOG_LIMIT ->
                    "more than "
                            + ContainerLimits.LOG_FLOOD
                            + " times the "
                            + limits.logBytes()
                            + " bytes of log that are kept";
            case OUTPUTS -> "its outputs cannot be collected";
            case CANCELLED -> "cancelled";
            case HOST_MEMORY -> "this host ran out of memory";
            case ENGINE_LOST -> "the engine failed it: " + end.error();
        };
    }

    private static String exit(int code) {
        return "exit code "
                + code
                + (code > 128 && code < 160 ? ", which is signal " + (code - 128) : "");
    }
}
