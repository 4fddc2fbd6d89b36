package dev.assay.runtime.docker;

import dev.assay.runtime.container.LogEntry;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.function.Consumer;

/**
 * Reads one stream of a log with timestamps, in pieces of any size. The engine writes for every
 * message the time in 30 characters, a blank and up to 16 KiB of text, and a line feed unless the
 * line goes on in the next message. Not thread-safe.
 */
final class LogParser {
    private static final int TIME = "2006-01-02T15:04:05.000000000Z ".length();
    private static final int MESSAGE = 1 << 14;

    private final LogEntry.Stream stream;
    private final Consumer<LogEntry> sink;
    private final ByteArrayOutputStream message = new ByteArrayOutputStream();
    private Instant last = Instant.EPOCH;

    LogParser(LogEntry.Stream stream, Consumer<LogEntry> sink) {
        this.stream = stream;
        this.sink = sink;
    }

    void take(byte[] piece) {
        for (byte b : piece) {
            if (b == '\n') {
                emit();
            } else {
                if (message.size() == TIME + MESSAGE) {
                    emit();
                }
                message.write(b);
            }
        }
    }

    /** The stream ended; what is left is an entry too. */
    void end() {
        if (message.size() > 0) {
            emit();
        }
    }

    private void emit() {
        byte[] bytes = message.toByteArray();
        message.reset();
        int start = time(bytes) ? TIME : 0;
        String text = new String(bytes, start, bytes.length - start, StandardCharsets.UTF_8);
        sink.accept(new LogEntry(last, stream, text));
    }

    /** Reads the time; a message without one has that of the one before. */
    private boolean time(byte[] bytes) {
        if (bytes.length < TIME || bytes[TIME - 1] != ' ') {
            return false;
        }
        try {
            last = Instant.parse(new String(bytes, 0, TIME - 1, StandardCharsets.US_ASCII));
            return true;
        } catch (DateTimeException e) {
            return false;
        }
    }
}
