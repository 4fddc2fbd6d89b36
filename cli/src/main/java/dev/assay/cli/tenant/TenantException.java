package dev.assay.cli.tenant;

import org.jspecify.annotations.Nullable;

/**
 * A job that cannot be ordered or followed; the message says what is wrong, where, and what to do.
 */
public final class TenantException extends Exception {
    public TenantException(@Nullable String message) {
        super(message);
    }

    public TenantException(@Nullable String message, Throwable cause) {
        super(message, cause);
    }
}
