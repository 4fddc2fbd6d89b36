package dev.assay.protocol.job;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a container may reach. */
public enum Network {
    /** Nothing: there is only a loopback of its own. */
    NONE,
    /** Connections to the outside, and ports that the job names from the outside. */
    EGRESS;

    /** The name in job files. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The network with this name in job files. */
    public static Optional<Network> named(String text) {
        return Arrays.stream(values()).filter(network -> network.text().equals(text)).findAny();
    }
}
