package dev.assay.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.runtime.container.LogEntry;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

class LogParserTest {
    private static final String TIME = "2026-01-31T12:00:00.123456789Z";

    /** However the pieces fall. */
    private static List<LogEntry> parse(String text, int piece) {
        List<LogEntry> entries = new ArrayList<>();
        LogParser parser = new LogParser(LogEntry.Stream.ERR, entries::add);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at < bytes.length; at += piece) {
            parser.take(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + piece)));
        }
        parser.end();
        return entries;
    }

    @Test
    void entries_inPiecesOfAnySize_areTheSame() {
        String longText = "x".repeat(1 << 14);
        String log =
                TIME
                        + " ünë\n"
                        + TIME
                        + " \n"
                        + TIME
                        + " "
                        + longText
                        + TIME
                        + " rest\nwithout time\n"
                        + TIME
                        + " end";
        for (int piece : new int[] {1, 7, 1024, 1 << 20}) {
            assertThat(parse(log, piece))
                    .extracting(LogEntry::text)
                    .containsExactly("ünë", "", longText, "rest", "without time", "end");
        }
        assertThat(parse(log, 10))
                .allMatch(entry -> entry.time().equals(Instant.parse(TIME)))
                .allMatch(entry -> entry.stream() == LogEntry.Stream.ERR);
    }
}
