package dev.assay.runtime.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;

import org.junit.jupiter.api.Test;

import java.io.BufferedReader;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/** Real processes, by what the operating system says of them. */
final class ProcessProbeTest {
    private static final Duration WORK = Duration.ofMillis(300);

    @Test
    void probe_ofThisProcess_countsWorkThatItDid() {
        ProcessProbe probe = ProcessProbe.ofThisProcess();
        Duration before = probe.read().orElseThrow().cpu();
        long spins = 0;
        while (probe.read().orElseThrow().cpu().minus(before).compareTo(WORK) < 0) {
            spins++;
        }
        ProcessUsage usage = probe.read().orElseThrow();
        assertThat(spins).isPositive();
        assertThat(usage.residentBytes()).isGreaterThan(10 << 20);
        assertThat(usage.peakResidentBytes()).isGreaterThanOrEqualTo(usage.residentBytes());
    }

    /** Beside the JVM's own figure; the kernel counts in ticks of 10 ms, for each mode one. */
    @Test
    void probe_ofThisProcess_agreesWithTheJvm() {
        OperatingSystemMXBean jvm =
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        Duration before = Duration.ofNanos(jvm.getProcessCpuTime());
        Duration read = ProcessProbe.ofThisProcess().read().orElseThrow().cpu();
        Duration after = Duration.ofNanos(jvm.getProcessCpuTime());
        assertThat(read).isBetween(before.minusMillis(20), after.plusMillis(20));
    }

    @Test
    void probe_ofAProcessThatEnded_readsNothing() throws Exception {
        Process process = new ProcessBuilder("true").start();
        process.waitFor();
        assertThat(ProcessProbe.of(process.pid()).read()).isEmpty();
    }

    /** A shell whose child burns time and whose other child, long ended, burned some. */
    @Test
    void tree_ofAShell_countsWhatItStarted() throws Exception {
        Process shell =
                new ProcessBuilder(
                                "sh",
                                "-c",
                                "sh -c 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done';"
                                        + " echo ended; (while :; do :; done) & wait")
                        .start();
        ProcessProbe alone = ProcessProbe.of(shell.pid());
        ProcessProbe tree = ProcessProbe.ofTree(shell.pid());
        try (BufferedReader lines = shell.inputReader()) {
            assertThat(lines.readLine()).isEqualTo("ended");
            Duration ended = tree.read().orElseThrow().cpu();
            assertThat(ended).isPositive();
            while (tree.read().orElseThrow().cpu().minus(ended).compareTo(WORK) < 0) {
                Thread.onSpinWait();
            }
            ProcessUsage whole = tree.read().orElseThrow();
            ProcessUsage only = alone.read().orElseThrow();
            assertThat(only.cpu()).isLessThan(WORK);
            assertThat(whole.cpu()).isGreaterThan(only.cpu());
            assertThat(whole.residentBytes()).isGreaterThan(only.residentBytes());
        } finally {
            shell.descendants().forEach(ProcessHandle::destroyForcibly);
            shell.destroyForcibly().waitFor();
        }
        assertThat(tree.read()).isEmpty();
    }

    @Test
    void hostFacts_ofThisMachine_arePlausible() {
        HostFacts facts = HostFacts.read();
        assertThat(facts.os()).contains(System.getProperty("os.arch"));
        assertThat(facts.cpuModel()).isNotBlank();
        assertThat(facts.logicalCores())
                .isGreaterThanOrEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(facts.memoryBytes()).isGreaterThan(256L << 20);
    }
}
