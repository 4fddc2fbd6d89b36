package dev.assay.cli.console;

import dev.assay.protocol.job.Container;
import dev.assay.protocol.job.Inference;
import dev.assay.protocol.job.Training;
import dev.assay.protocol.job.Work;
import dev.assay.protocol.money.Price;
import dev.assay.protocol.money.PriceUnit;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;

/** How quantities are written for people. */
final class Words {
    /** Control sequences of terminals (ECMA-48): CSI with its parameters, and titles. */
    private static final Pattern SEQUENCE =
            Pattern.compile(
                    "(?:\u001b\\[|\u009b)[0-?]*[ -/]*[@-~]"
                            + "|(?:\u001b\\]|\u009d)[^\u0007\u001b]*(?:\u0007|\u001b\\\\)");

    private static final int REPLACEMENT = 0xfffd;

    private Words() {}

    /** {@code 1,965}. */
    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** {@code 1 unit}, {@code 2 units}. */
    static String count(long number, String noun) {
        return count(number) + " " + noun + (number == 1 ? "" : "s");
    }

    /** {@code 0.42 s}, {@code 12 s}, {@code 3:07 min}. */
    static String time(Duration duration) {
        double seconds = duration.toNanos() / 1e9;
        if (seconds < 10) {
            return String.format(Locale.ROOT, "%.2f s", seconds);
        }
        return duration.toSeconds() < 60
                ? duration.toSeconds() + " s"
                : String.format(
                        Locale.ROOT, "%d:%02d min", duration.toMinutes(), duration.toSecondsPart());
    }

    /** {@code 211 MiB}. */
    static String bytes(long bytes) {
        return count(bytes >> 20) + " MiB";
    }

    /** {@code 42.1 kJ}. */
    static String energy(long millijoules) {
        return String.format(Locale.ROOT, "%,.1f kJ", millijoules / 1e6);
    }

    /** {@code 7.8 GiB}. */
    static String gibibytes(long bytes) {
        return String.format(Locale.ROOT, "%,.1f GiB", bytes / (double) (1L << 30));
    }

    /** {@code 1.50}. */
    static String hundredths(long hundredths) {
        return String.format(Locale.ROOT, "%,d.%02d", hundredths / 100, hundredths % 100);
    }

    /** {@code 97.75 %}. */
    static String percent(long part, long whole) {
        return String.format(Locale.ROOT, "%.2f %%", 100.0 * part / whole);
    }

    /** Text from another party, without control characters that would play with the terminal. */
    static String plain(String text) {
        return text.replaceAll("\\p{Cntrl}", " ");
    }

    /**
     * A stranger's text for a terminal: colours and other sequences of the terminal's are left out,
     * and of what remains every character that does not show, or changes how others show, is a
     * {@code �}; tabs are blanks.
     */
    static String harmless(String text) {
        StringBuilder shown = new StringBuilder();
        SEQUENCE.matcher(text)
                .replaceAll("")
                .codePoints()
                .forEach(
                        c -> {
                            if (c == '\t') {
                                shown.append("    ");
                            } else {
                                shown.appendCodePoint(shows(c) ? c : REPLACEMENT);
                            }
                        });
        return shown.toString();
    }

    private static boolean shows(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    false;
            default -> true;
        };
    }

    /** The metered quantity behind a bill: {@code 2,000 rows}, {@code 12.5 s of cpu}. */
    static String quantity(long quantity, PriceUnit unit) {
        return switch (unit) {
            case THOUSAND_ROWS -> count(quantity, "row");
            case CPU_HOUR -> String.format(Locale.ROOT, "%,.1f cpu-seconds", quantity / 1e3);
            case GPU_HOUR -> String.format(Locale.ROOT, "%,.1f gpu-seconds", quantity / 1e3);
        };
    }

    /** A price as people say it: {@code 0.350000 usdc per 1000-rows}. */
    static String price(Price price) {
        return price.rate() + " " + price.denom() + " per " + price.unit();
    }

    /** What work is counted in. */
    static String counted(Work work) {
        return switch (work) {
            case Inference _ -> "rows";
            case Training _ -> "steps";
            case Container _ -> "containers";
        };
    }
}
