package dev.assay.cli.network;

import org.jspecify.annotations.Nullable;

/** The home directory cannot be used; the message says why and what to do. */
public final class HomeException extends Exception {
    public HomeException(@Nullable String message) {
        super(message);
    }

    public HomeException(@Nullable String message, Throwable cause) {
        super(message, cause);
    }
}
