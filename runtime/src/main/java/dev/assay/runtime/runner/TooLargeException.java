package dev.assay.runtime.runner;

import java.io.IOException;

/** A message that does not fit a frame; nothing of it was sent. */
final class TooLargeException extends IOException {
    TooLargeException(String message) {
        super(message);
    }
}
