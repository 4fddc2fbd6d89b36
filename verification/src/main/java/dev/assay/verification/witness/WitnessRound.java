package dev.assay.verification.witness;

import dev.assay.verification.log.VerifiedCheckpoint;

import java.util.List;
import java.util.Map;

/**
 * What came of asking all witnesses about one checkpoint.
 *
 * @param checkpoint with the log's signature and these cosignatures
 * @param failures why a witness's cosignature is missing, by its name
 * @param published whether there were enough cosignatures to show the checkpoint to everyone
 */
public record WitnessRound(
        VerifiedCheckpoint checkpoint,
        List<VerifiedCosignature> cosignatures,
        Map<String, String> failures,
        boolean published) {
    public WitnessRound {
        cosignatures = List.copyOf(cosignatures);
        failures = Map.copyOf(failures);
    }
}
