package dev.assay.runtime.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;

import java.io.IOException;

class MachineTest {
    @Test
    void thisMachine_read_hasAProcessorMemoryAndAPlaceForFiles() {
        Machine machine = Machine.read();
        assertThat(machine.host()).isEqualTo(HostFacts.read());
        assertThat(machine.usableCores()).isBetween(1, machine.host().logicalCores());
        assertThat(machine.physicalCores()).isBetween(1, machine.host().logicalCores());
        assertThat(machine.availableBytes()).isBetween(1L, machine.host().memoryBytes());
        assertThat(machine.volumes())
                .isNotEmpty()
                .allMatch(volume -> volume.usableBytes() <= volume.bytes());
        assertThat(machine.links()).noneMatch(link -> link.name().equals("lo"));
    }

    @Test
    void kernelLog_whereThisUserMayReadIt_beginsWithTheKernel() throws IOException {
        String log;
        try {
            log = KernelLog.read();
        } catch (IOException e) {
            assumeTrue(false, e.getMessage());
            return;
        }
        assertThat(log).matches("(?s)<\\d+>\\[ *\\d+\\.\\d+].*");
    }
}
