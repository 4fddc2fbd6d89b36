package dev.assay.runtime.nvml;

import java.util.Optional;
import java.util.function.Function;

/**
 * What NVML said when asked one thing about a device. Most things are optional: a consumer card has
 * no ECC, an old one no energy counter.
 */
public sealed interface Answer<T> {
    /** It said this. */
    record Value<T>(T value) implements Answer<T> {}

    /** The device or the driver has no such thing; that is no error. */
    record Unsupported<T>() implements Answer<T> {}

    /** It could have answered and did not. */
    record Refused<T>(NvmlStatus status) implements Answer<T> {}

    /** It answered with what cannot be. */
    record Implausible<T>(String what) implements Answer<T> {}

    /** What it said, if it did. */
    default Optional<T> known() {
        return switch (this) {
            case Value<T>(T value) -> Optional.of(value);
            case Unsupported<T> _, Refused<T> _, Implausible<T> _ -> Optional.empty();
        };
    }

    /** The same answer with its value read as something else. */
    default <R> Answer<R> map(Function<T, R> reading) {
        return switch (this) {
            case Value<T>(T value) -> new Value<>(reading.apply(value));
            case Unsupported<T> _ -> new Unsupported<>();
            case Refused<T>(NvmlStatus status) -> new Refused<>(status);
            case Implausible<T>(String what) -> new Implausible<>(what);
        };
    }

    /** An answer from a status that is not success. */
    static <T> Answer<T> without(NvmlStatus status) {
        return status.meansUnsupported() ? new Unsupported<>() : new Refused<>(status);
    }
}
