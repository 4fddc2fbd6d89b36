package dev.assay.cli.network;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Which witnesses are asked to cosign the checkpoints of the embedded market's log.
 *
 * @param witnesses each of them once; none when the log has no witnesses
 * @param needed how many of them must cosign before everyone is shown a checkpoint
 */
public record WitnessPolicy(List<WitnessAddress> witnesses, int needed) {
    /** A log without witnesses. */
    public static final WitnessPolicy NONE = new WitnessPolicy(List.of(), 0);

    public WitnessPolicy {
        witnesses = List.copyOf(witnesses);
        Optional<String> wrong = mistake(witnesses, needed);
        if (wrong.isPresent()) {
            throw new IllegalArgumentException(wrong.get());
        }
    }

    /** What is wrong with such a policy, if anything is. */
    public static Optional<String> mistake(List<WitnessAddress> witnesses, int needed) {
        if (needed > witnesses.size() || needed < Math.min(1, witnesses.size())) {
            return Optional.of(
                    needed
                            + " of "
                            + witnesses.size()
                            + " witnesses cannot be needed; name from 1 to all of them");
        }
        return repeated(witnesses, "the name", each -> each.key().name())
                .or(() -> repeated(witnesses, "the key", each -> each.key().key().toPem()))
                .or(() -> repeated(witnesses, "the URL", WitnessPolicy::place));
    }

    private static String place(WitnessAddress witness) {
        return witness.url().toString().replaceAll("/+$", "");
    }

    private static Optional<String> repeated(
            List<WitnessAddress> witnesses, String what, Function<WitnessAddress, String> of) {
        Map<String, WitnessAddress> seen = new HashMap<>();
        for (WitnessAddress witness : witnesses) {
            WitnessAddress other = seen.put(of.apply(witness), witness);
            if (other != null) {
                return Optional.of(
                        "two witnesses have "
                                + what
                                + " in common: "
                                + other
                                + " and "
                                + witness
                                + "; one witness counts once");
            }
        }
        return Optional.empty();
    }
}
