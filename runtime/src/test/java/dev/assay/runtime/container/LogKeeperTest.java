package dev.assay.runtime.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.protocol.blob.BlobStore;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

class LogKeeperTest {
    private static final Instant TIME = Instant.parse("2026-01-31T12:00:00.123456789Z");

    @TempDir private Path folder;

    private String kept(int lines, long maxBytes) throws Exception {
        BlobStore blobs = BlobStore.open(folder.resolve("blobs"));
        Path place = Files.createDirectories(folder.resolve("log"));
        try (LogKeeper keeper = LogKeeper.start(place, maxBytes)) {
            for (int i = 0; i < lines; i++) {
                LogEntry.Stream stream = i % 2 == 0 ? LogEntry.Stream.OUT : LogEntry.Stream.ERR;
                keeper.add(new LogEntry(TIME, stream, "line " + i));
            }
            return new String(
                    blobs.read(keeper.store(blobs), Integer.MAX_VALUE), StandardCharsets.UTF_8);
        }
    }

    @Test
    void log_thatIsShort_isKeptWhole() throws Exception {
        assertThat(kept(2, 10_000))
                .isEqualTo(
                        "2026-01-31T12:00:00.123456789Z out line 0\n"
                                + "2026-01-31T12:00:00.123456789Z err line 1\n");
    }

    /** For every length around the turns of the files: a beginning, an end, and the true gap. */
    @Test
    void log_ofAnyLength_losesOnlyAMiddleAndSaysHowMuch() throws Exception {
        for (int lines = 0; lines < 200; lines++) {
            String kept = kept(lines, 1000);
            assertThat(kept.length()).isLessThan(1000 + 60);
            List<String> all = new ArrayList<>();
            for (int i = 0; i < lines; i++) {
                all.add(TIME + (i % 2 == 0 ? " out" : " err") + " line " + i);
            }
            List<String> found = kept.lines().toList();
            int gap = -1;
            for (int i = 0; i < found.size(); i++) {
                gap = found.get(i).startsWith("[") ? i : gap;
            }
            if (gap < 0) {
                assertThat(found).isEqualTo(all);
            } else {
                int tail = found.size() - gap - 1;
                assertThat(found.subList(0, gap)).isEqualTo(all.subList(0, gap));
                assertThat(found.subList(gap + 1, found.size()))
                        .isEqualTo(all.subList(lines - tail, lines));
                int lost =
                        all.subList(gap, lines - tail).stream().mapToInt(l -> l.length() + 1).sum();
                assertThat(found.get(gap))
                        .isEqualTo("[" + lost + " bytes or more of the log were not kept]");
            }
        }
    }
}
