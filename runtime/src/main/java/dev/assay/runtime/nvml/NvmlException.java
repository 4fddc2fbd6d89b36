package dev.assay.runtime.nvml;

import java.util.Optional;

/** NVML cannot be used, or refused a call that nothing can be said without. */
public final class NvmlException extends Exception {
    private final Code code;
    private final NvmlStatus status;

    /** What went wrong. */
    public enum Code {
        /** There is no such library, or the loader refuses it. */
        LIBRARY_MISSING,
        /** The library lacks a function that every release since driver 450 has. */
        SYMBOL_MISSING,
        /** A call returned an error; {@link #status} says which. */
        CALL_REFUSED,
        /** A call returned what no machine has. */
        IMPLAUSIBLE
    }

    NvmlException(Code code, NvmlStatus status, String message) {
        super(message);
        this.code = code;
        this.status = status;
    }

    public Code code() {
        return code;
    }

    /** What the call returned, of {@link Code#CALL_REFUSED}. */
    public Optional<NvmlStatus> status() {
        return code == Code.CALL_REFUSED ? Optional.of(status) : Optional.empty();
    }
}
