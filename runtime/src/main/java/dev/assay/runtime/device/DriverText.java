package dev.assay.runtime.device;

/** Text that a driver's library wrote into a buffer. */
public final class DriverText {
    private DriverText() {}

    /**
     * The text in a buffer: up to its first NUL or its end, and anything but printable ASCII as a
     * question mark.
     */
    public static String in(byte[] buffer) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < buffer.length && buffer[i] != 0; i++) {
            text.append(buffer[i] < ' ' || buffer[i] > '~' ? '?' : (char) buffer[i]);
        }
        return text.toString();
    }
}
