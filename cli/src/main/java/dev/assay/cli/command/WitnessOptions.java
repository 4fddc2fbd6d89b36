package dev.assay.cli.command;

import dev.assay.cli.network.WitnessAddress;
import dev.assay.cli.network.WitnessPolicy;
import dev.assay.verification.VerificationException;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Who cosigns the checkpoints of the log that a command writes. */
final class WitnessOptions {
    @Option(
            names = "--witness",
            paramLabel = "URL=VKEY",
            description =
                    "a witness that is asked to cosign the log, as assay witness prints it; may be"
                            + " repeated")
    private List<String> witnesses = new ArrayList<>();

    @Option(
            names = "--quorum",
            paramLabel = "N",
            description = "how many of the witnesses must cosign (default: all of them)")
    private @Nullable Integer quorum;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec spec;

    WitnessPolicy policy() {
        List<WitnessAddress> addresses = new ArrayList<>();
        for (String witness : witnesses) {
            try {
                addresses.add(WitnessAddress.parse(witness.strip()));
            } catch (VerificationException e) {
                throw bad("--witness: " + e.getMessage());
            }
        }
        if (addresses.isEmpty() && quorum != null) {
            throw bad("--quorum: there are no witnesses; name each with --witness URL=VKEY");
        }
        int needed = quorum == null ? addresses.size() : quorum;
        Optional<String> mistake = WitnessPolicy.mistake(addresses, needed);
        if (mistake.isPresent()) {
            throw bad((quorum == null ? "--witness: " : "--quorum: ") + mistake.get());
        }
        return new WitnessPolicy(addresses, needed);
    }

    private ParameterException bad(String message) {
        return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
    }
}
