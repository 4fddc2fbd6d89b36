package dev.assay.runtime.container;

import java.time.Instant;

/**
 * A line of a container's log, or a piece of a very long one.
 *
 * @param time when the engine read it
 * @param text without the line's end; what is no UTF-8 is replaced
 */
public record LogEntry(Instant time, Stream stream, String text) {
    /** Where the container wrote it. */
    public enum Stream {
        OUT,
        ERR
    }
}
