package dev.assay.runtime.runner;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** The last bytes of a stream that is read to its end, however long it is. Thread-safe. */
final class OutputTail {
    private final byte[] ring;
    private long total;

    OutputTail(int bytes) {
        ring = new byte[bytes];
    }

    /** Reads until the end of the stream, or until it breaks. */
    void drain(InputStream in) {
        byte[] buffer = new byte[1024];
        try (in) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                append(buffer, n);
            }
        } catch (IOException e) {
            byte[] note =
                    ("\n(its output broke off: " + e.getMessage() + ")")
                            .getBytes(StandardCharsets.UTF_8);
            append(note, note.length);
        }
    }

    private synchronized void append(byte[] bytes, int count) {
        for (int i = 0; i < count; i++) {
            ring[(int) (total++ % ring.length)] = bytes[i];
        }
    }

    /** What is kept, as printable text. */
    synchronized String text() {
        int kept = (int) Math.min(total, ring.length);
        byte[] bytes = new byte[kept];
        for (int i = 0; i < kept; i++) {
            bytes[i] = ring[(int) ((total - kept + i) % ring.length)];
        }
        return new String(bytes, StandardCharsets.UTF_8)
                .replaceAll("[\\p{Cntrl}&&[^\\n\\t]]", "")
                .strip();
    }
}
