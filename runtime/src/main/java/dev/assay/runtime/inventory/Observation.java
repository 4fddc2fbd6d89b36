package dev.assay.runtime.inventory;

import java.util.Optional;
import java.util.function.Function;

/** What one source of facts had to say. */
public sealed interface Observation<V> {
    /** The source is not on this machine, as on most machines some is not. */
    record Absent<V>(String why) implements Observation<V> {}

    /** The source is here and could not be read. */
    record Failed<V>(String why) implements Observation<V> {}

    /** It was read; the view may well be of no device at all. */
    record Seen<V>(V view) implements Observation<V> {}

    /** The view, when there is one. */
    default Optional<V> seen() {
        return switch (this) {
            case Seen<V>(V view) -> Optional.of(view);
            case Absent<V> _, Failed<V> _ -> Optional.empty();
        };
    }

    /** The same observation with its view read as something else. */
    default <R> Observation<R> map(Function<V, R> reading) {
        return switch (this) {
            case Seen<V>(V view) -> new Seen<>(reading.apply(view));
            case Absent<V>(String why) -> new Absent<>(why);
            case Failed<V>(String why) -> new Failed<>(why);
        };
    }
}
