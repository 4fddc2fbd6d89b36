package dev.assay.runtime.runner;

import dev.assay.runtime.host.ProcessProbe;

import java.time.Duration;

/** Waits until a process is in the middle of its work. */
final class Busy {
    private static final Duration WORK = Duration.ofMillis(500);

    private Busy() {}

    /** Waits until the process has used half a second of CPU time from now on. */
    static void await(long pid) throws InterruptedException {
        ProcessProbe probe = ProcessProbe.of(pid);
        Duration start = probe.read().orElseThrow().cpu();
        while (probe.read().orElseThrow().cpu().minus(start).compareTo(WORK) < 0) {
            Thread.sleep(20);
        }
    }
}
