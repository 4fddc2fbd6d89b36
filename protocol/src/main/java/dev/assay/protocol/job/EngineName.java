package dev.assay.protocol.job;

import java.util.Locale;
import java.util.Optional;

/** Which engine runs a graph. */
public enum EngineName {
    /** Pure Java; every bit is fixed, so any JVM replays it exactly. */
    EXACT,
    /** DJL with PyTorch, in a runner process; checked within a tolerance. */
    PYTORCH;

    /** The name in job specs: lower case. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<EngineName> named(String text) {
        for (EngineName engine : values()) {
            if (engine.text().equals(text)) {
                return Optional.of(engine);
            }
        }
        return Optional.empty();
    }

    @Override
    public String toString() {
        return text();
    }
}
