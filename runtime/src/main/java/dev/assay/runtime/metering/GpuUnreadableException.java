package dev.assay.runtime.metering;

/** A GPU cannot be read. */
final class GpuUnreadableException extends Exception {
    private final Code code;

    /** What went wrong. */
    enum Code {
        /** Nothing on this machine could read any GPU. */
        NO_SOURCE,
        /** GPUs can be read and this one is not among them. */
        NO_SUCH_GPU
    }

    GpuUnreadableException(Code code, String message) {
        super(message);
        this.code = code;
    }

    Code code() {
        return code;
    }
}
