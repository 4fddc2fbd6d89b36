package dev.assay.protocol.market;

/**
 * What comes out of a tenant's shell; {@link Ended} is the last. At most {@link ShellInput#WINDOW}
 * of {@link Written} may be on their way; the tenant's {@link ShellInput.Taken} makes room again.
 */
public sealed interface ShellOutput {
    /** The process runs. */
    record Opened() implements ShellOutput {}

    /** Bytes for the terminal, as the process wrote them. */
    record Written(Bytes bytes) implements ShellOutput {
        public Written {
            ShellInput.requireLength(bytes);
        }
    }

    /** So many frames of the shell's input were taken. */
    record Taken(int frames) implements ShellOutput {
        public Taken {
            ShellInput.requireFrames(frames);
        }
    }

    /**
     * Nothing more will come.
     *
     * @param exitCode of the process; −1 when it did not run, or nobody knows
     * @param detail why it ended, when it was not the process's own doing
     */
    record Ended(int exitCode, String detail) implements ShellOutput {}
}
