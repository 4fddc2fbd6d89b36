package dev.assay.runtime.runner;

import java.io.IOException;

/** Bytes between agent and runner that are no frame, or a frame that is no message. */
final class WireException extends IOException {
    WireException(String message) {
        super(message);
    }
}
