package dev.assay.fuzz;

import com.code_intelligence.jazzer.api.Jazzer;

import java.util.Arrays;

/**
 * What Jazzer calls: with one argument, the name of the target. With {@code all} the first byte of
 * an input says which target the rest is for.
 */
public final class Fuzz {
    /**
     * Jazzer's own hooks allocate in the parser's name: so much more is let pass while it watches.
     * {@link CorpusTest} has no such allowance.
     */
    private static final int HOOKS = 10;

    private static final int MOST_FACTOR = 400;

    private static Target<?> only;

    private Fuzz() {}

    public static void fuzzerInitialize(String[] args) {
        only = args[0].equals("all") ? null : Targets.named(args[0]);
    }

    public static void fuzzerTestOneInput(byte[] input) {
        if (only != null) {
            run(only, input);
        } else if (input.length > 0) {
            var all = Targets.all();
            run(
                    all.get(Byte.toUnsignedInt(input[0]) % all.size()),
                    Arrays.copyOfRange(input, 1, input.length));
        }
    }

    private static void run(Target<?> target, byte[] input) {
        for (byte[] variant : target.variants().of(input)) {
            long most = HOOKS * target.bound().bytes(variant.length);
            Trial trial = Trial.of(target, variant, most);
            long beyond = Math.max(0, trial.allocated() - target.bound().constant());
            Jazzer.maximize(
                    Math.min(MOST_FACTOR, beyond / Math.max(1, variant.length)), 0, MOST_FACTOR);
        }
    }
}
