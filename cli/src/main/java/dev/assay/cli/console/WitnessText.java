package dev.assay.cli.console;

import dev.assay.cli.tenant.RunEvent;
import dev.assay.verification.witness.VerifiedCosignature;

import java.util.List;
import java.util.stream.Collectors;

/** Tells of the witnesses of a run's log. Not thread-safe. */
final class WitnessText {
    private static final String LABEL = "witness";

    private final Terminal terminal;
    private final LabelledLines lines;
    private List<VerifiedCosignature> cosignatures = List.of();

    WitnessText(Terminal terminal, LabelledLines lines) {
        this.terminal = terminal;
        this.lines = lines;
    }

    void notCosigned(RunEvent.NotCosigned not) {
        lines.say(
                LABEL,
                terminal.warning(not.witness() + " did not cosign")
                        + ", and is asked again: "
                        + Words.harmless(not.why()));
    }

    void cosigned(RunEvent.Cosigned cosigned) {
        cosignatures = cosigned.cosignatures();
        String entries = " the log's " + Words.count(cosigned.size()) + " entries";
        for (VerifiedCosignature by : cosignatures) {
            lines.say(
                    LABEL,
                    by.witness().name()
                            + terminal.good(" cosigned")
                            + entries
                            + " at "
                            + by.time());
        }
        cosigned.missing()
                .forEach(
                        (witness, why) ->
                                lines.say(
                                        LABEL,
                                        witness
                                                + terminal.bad(" did not cosign")
                                                + entries
                                                + ": "
                                                + Words.harmless(why)));
    }

    /** The options with which an audit requires the cosignatures that there are. */
    String auditOptions() {
        return cosignatures.stream()
                .map(by -> "--witness '" + by.witness().vkey() + "' ")
                .collect(Collectors.joining());
    }
}
