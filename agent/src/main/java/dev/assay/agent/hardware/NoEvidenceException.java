package dev.assay.agent.hardware;

import org.jspecify.annotations.Nullable;

/** Hardware did not vouch for a lease; the message is a sentence for provider and tenant. */
public final class NoEvidenceException extends Exception {
    NoEvidenceException(String message) {
        this(message, null);
    }

    NoEvidenceException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
