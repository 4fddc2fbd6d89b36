package dev.assay.runtime.container;

import dev.assay.protocol.lease.Fault;

import org.jspecify.annotations.Nullable;

/**
 * A container that cannot be prepared, run or collected; the message says what was wrong, where,
 * and what to do. The code decides whose fault it is.
 */
public final class ContainerException extends Exception {
    private final Code code;

    /** What kind of thing went wrong. */
    public enum Code {
        /** The engine does not answer, or the connection to it broke. */
        ENGINE_UNREACHABLE(Fault.PROVIDER),
        /** The engine refused or failed at something it should do. */
        ENGINE_FAILED(Fault.PROVIDER),
        /** No registry or engine knows the image. */
        IMAGE_MISSING(Fault.TENANT),
        /** The image's registry does not answer, or not to this machine. */
        REGISTRY(Fault.NONE),
        /** The image cannot be taken: too large, damaged, or not what was named. */
        IMAGE_REFUSED(Fault.TENANT),
        /** The command, a path or a port of the job cannot be run as given. */
        BAD_SPEC(Fault.TENANT),
        /** The outputs are more or larger than the limits allow. */
        OUTPUT_LIMIT(Fault.TENANT),
        /** The container made no output that the job names. */
        OUTPUT_MISSING(Fault.TENANT),
        /** An input is not in the blob store, or was changed there. */
        INPUT(Fault.PROVIDER),
        /** The workspace cannot be written or read. */
        STORAGE(Fault.PROVIDER);

        private final Fault fault;

        Code(Fault fault) {
            this.fault = fault;
        }

        public Fault fault() {
            return fault;
        }
    }

    public ContainerException(Code code, @Nullable String message) {
        super(message);
        this.code = code;
    }

    public ContainerException(Code code, @Nullable String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public Code code() {
        return code;
    }
}
