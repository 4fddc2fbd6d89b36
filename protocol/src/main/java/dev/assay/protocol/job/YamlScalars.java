package dev.assay.protocol.job;

import dev.assay.protocol.money.MicroAmount;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** How single values of a job file are read; each throws IllegalArgumentException with advice. */
final class YamlScalars {
    private static final Pattern WHOLE = Pattern.compile("[0-9]{1,9}");

    private YamlScalars() {}

    static String nonEmpty(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("must not be empty");
        }
        return text;
    }

    static MicroAmount positiveAmount(String text) {
        MicroAmount amount = MicroAmount.parse(text);
        if (amount.isZero()) {
            throw new IllegalArgumentException("a price must be more than 0");
        }
        return amount;
    }

    static int integer(String text, int min, int max) {
        if (!WHOLE.matcher(text).matches()
                || Integer.parseInt(text) < min
                || Integer.parseInt(text) > max) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no whole number from " + min + " to " + max);
        }
        return Integer.parseInt(text);
    }

    static boolean truth(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default ->
                    throw new IllegalArgumentException("'" + text + "' is neither true nor false");
        };
    }

    static long bytes(String text) {
        if (!text.matches("[1-9][0-9]{0,5}(Ki|Mi|Gi|Ti)")) {
            throw new IllegalArgumentException(
                    "'"
                            + text
                            + "' is no size (a whole number with Ki, Mi, Gi or Ti, such as 2Gi)");
        }
        int unit = text.length() - 2;
        int shift = 10 * (1 + "KMGT".indexOf(text.charAt(unit)));
        return Math.multiplyExact(Long.parseLong(text.substring(0, unit)), 1L << shift);
    }

    static Verification share(String text) {
        if (!text.matches("(100|[0-9]{1,2}(\\.[0-9]{1,2})?)%")) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no share (a percentage such as 5%)");
        }
        return new Verification(
                new java.math.BigDecimal(text.substring(0, text.length() - 1))
                        .movePointRight(2)
                        .intValueExact());
    }

    static JobFile.Deadline deadline(String text) {
        if (text.matches("[1-9][0-9]{0,5}[smhd]")) {
            return new JobFile.Deadline.Within(
                    Duration.parse((text.endsWith("d") ? "P" : "PT") + text));
        }
        try {
            return new JobFile.Deadline.At(Instant.parse(text));
        } catch (java.time.format.DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "'"
                            + text
                            + "' is neither a duration (30s, 10m, 2h, 1d) nor an instant"
                            + " (2026-01-31T12:00:00Z)");
        }
    }

    static Function<String, String> oneOf(List<String> known) {
        return text -> {
            if (!known.contains(text)) {
                throw new IllegalArgumentException(
                        "'" + text + "' is not supported; use " + String.join(" or ", known));
            }
            return text;
        };
    }

    static <E extends Enum<E>> Function<String, E> named(
            Function<String, Optional<E>> lookup, E[] all) {
        List<String> known = Arrays.stream(all).map(Object::toString).toList();
        return text ->
                lookup.apply(text)
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "'"
                                                        + text
                                                        + "' is not known; "
                                                        + Spelling.nearest(text, known)
                                                                .map(
                                                                        near ->
                                                                                "did you mean '"
                                                                                        + near
                                                                                        + "'?")
                                                                .orElse(
                                                                        "use "
                                                                                + known.stream()
                                                                                        .collect(
                                                                                                Collectors
                                                                                                        .joining(
                                                                                                                " or ")))));
    }
}
