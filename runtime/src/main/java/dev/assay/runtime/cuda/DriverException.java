package dev.assay.runtime.cuda;

/** The CUDA driver cannot be used, or refused a call. */
public final class DriverException extends Exception {
    private final Code code;

    /** What went wrong. */
    public enum Code {
        /** There is no such library, or the loader refuses it. */
        LIBRARY_MISSING,
        /** The library lacks a function that is called. */
        SYMBOL_MISSING,
        /** JCuda's native part cannot be loaded here. */
        NOT_LOADABLE,
        /** A call returned an error. */
        CALL_REFUSED
    }

    DriverException(Code code, String message) {
        super(message);
        this.code = code;
    }

    public Code code() {
        return code;
    }
}
