package dev.assay.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.protocol.id.Digest;
import dev.assay.runtime.container.ContainerException;
import dev.assay.runtime.container.ContainerUsage;
import dev.assay.runtime.container.LeaseRecord;
import dev.assay.runtime.container.LeaseRecord.Ended;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;

class LeaseRecordTest {
    private static final Ended ENDED =
            new Ended(
                    Digest.sha256(new byte[] {1}),
                    new ContainerUsage(Duration.ofNanos(5), 1 << 20));

    @TempDir private Path folder;
    private Machine machine;

    @BeforeEach
    void open() throws Exception {
        machine = Machine.here(folder);
    }

    @AfterEach
    void close() throws Exception {
        if (machine != null) {
            machine.close();
        }
    }

    private LeaseRecord record() throws ContainerException {
        return LeaseRecord.open(machine.host, machine.lease);
    }

    private Path file() throws IOException {
        try (Stream<Path> files = Files.list(machine.host.root())) {
            return files.findFirst().orElseThrow();
        }
    }

    @Test
    void record_openedAgain_saysWhatWasWritten() throws Exception {
        try (LeaseRecord record = record()) {
            assertThat(record.image()).isEmpty();
            record.image("sha256:12");
            record.ended(3, ENDED);
        }
        try (LeaseRecord again = record()) {
            assertThat(again.image()).contains("sha256:12");
            assertThat(again.ended()).isEqualTo(Map.of(3, ENDED));
        }
    }

    @Test
    void line_thatWasNotWrittenWhole_isDropped() throws Exception {
        try (LeaseRecord record = record()) {
            record.ended(0, ENDED);
        }
        Files.writeString(file(), "ended 1 sha256:ab", StandardOpenOption.APPEND);
        try (LeaseRecord again = record()) {
            assertThat(again.ended()).containsOnlyKeys(0);
            again.ended(2, ENDED);
        }
        try (LeaseRecord last = record()) {
            assertThat(last.ended()).containsOnlyKeys(0, 2);
        }
    }

    @Test
    void record_thatIsDamaged_isAnError() throws Exception {
        record().close();
        Files.writeString(file(), "something else\n");
        assertThatThrownBy(this::record)
                .isInstanceOf(ContainerException.class)
                .hasMessageContaining("unknown line 'something else'");
    }
}
