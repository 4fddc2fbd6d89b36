package dev.assay.protocol.job;

import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.parser.Parser;

/**
 * The events of a YAML text, of which so many are given and no more: each becomes objects of a
 * kilobyte, whatever its text. Not thread-safe.
 */
final class BoundedEvents implements Parser {
    /** Keys, values, and the beginnings and ends of lists and mappings. */
    static final int MOST = 4_000;

    private final Parser events;
    private int given;

    BoundedEvents(Parser events) {
        this.events = events;
    }

    @Override
    public boolean checkEvent(Event.ID choice) {
        return events.checkEvent(choice);
    }

    @Override
    public Event peekEvent() {
        return events.peekEvent();
    }

    @Override
    public Event getEvent() {
        if (++given > MOST) {
            throw new YAMLException(
                    "more than "
                            + MOST
                            + " keys and values; put what is longer into a file or an input");
        }
        return events.getEvent();
    }
}
