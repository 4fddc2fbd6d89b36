package dev.assay.protocol.market;

/**
 * What a tenant sends to its shell. At most {@link #WINDOW} of {@link Typed} and {@link Resized}
 * may be on their way; the provider's {@link ShellOutput.Taken} makes room again.
 */
public sealed interface ShellInput {
    /** How many frames may be on their way, in either direction. */
    int WINDOW = 16;

    /** The most bytes of one frame. */
    int MAX_BYTES = 1 << 14;

    /** Bytes for the process to read, as a terminal would send them. */
    record Typed(Bytes bytes) implements ShellInput {
        public Typed {
            requireLength(bytes);
        }
    }

    /** The terminal has another size, in characters. */
    record Resized(int columns, int rows) implements ShellInput {
        public Resized {
            requireTerminal(columns, rows);
        }
    }

    /** So many frames of the shell's output were shown. */
    record Taken(int frames) implements ShellInput {
        public Taken {
            requireFrames(frames);
        }
    }

    /** The tenant is done: the process is ended. */
    record HungUp() implements ShellInput {}

    /** Checks the bytes of a frame. */
    static void requireLength(Bytes bytes) {
        if (bytes.length() < 1 || bytes.length() > MAX_BYTES) {
            throw new IllegalArgumentException("a frame has from 1 to " + MAX_BYTES + " bytes");
        }
    }

    /** Checks how many frames are acknowledged. */
    static void requireFrames(int frames) {
        if (frames < 1 || frames > WINDOW) {
            throw new IllegalArgumentException("from 1 to " + WINDOW + " frames are taken");
        }
    }

    /** Checks a terminal's size. */
    static void requireTerminal(int columns, int rows) {
        if (columns < 1 || columns > 9_999 || rows < 1 || rows > 9_999) {
            throw new IllegalArgumentException("a terminal has from 1 to 9999 columns and rows");
        }
    }
}
