package dev.assay.benchmarks.training;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.benchmarks.ResultFile;
import dev.assay.models.ModelException;
import dev.assay.models.engine.EngineException;
import dev.assay.models.training.TrainingState;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.verification.check.TrainingTolerance;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Distances of units from their replays, in the measure of a tolerance. Not thread-safe. */
final class Distances {
    private static final double LOW = 0.01;

    private final List<Unit> units = new ArrayList<>();
    private int accepted;

    /** A unit's farthest tensor. */
    private record Unit(double distance, double loss, String where) {}

    void add(
            TrainingTolerance tolerance,
            TrainingState start,
            TrainingState claimed,
            TrainingState replayed,
            TrainingTolerance.Again again,
            String where)
            throws ModelException, EngineException {
        Map.Entry<String, Double> worst =
                tolerance.distances(start, claimed, replayed).entrySet().stream()
                        .max(Map.Entry.comparingByValue())
                        .orElseThrow();
        String place =
                "%s, steps %d to %d, loss %.1e, %s"
                        .formatted(
                                where,
                                start.step(),
                                replayed.step(),
                                replayed.loss(),
                                worst.getKey());
        units.add(
                new Unit(
                        worst.getValue(),
                        TrainingTolerance.lossDistance(claimed, replayed),
                        place));
        accepted += tolerance.accepts(start, claimed, replayed, again) ? 1 : 0;
    }

    ObjectNode json() {
        units.sort(Comparator.comparingDouble(Unit::distance));
        return CanonicalJson.object()
                .put("units", units.size())
                .put("accepted", accepted)
                .put("least", distance(0))
                .put("lowest1Percent", distance((int) (units.size() * LOW)))
                .put("median", distance(units.size() / 2))
                .put("highest1Percent", distance((int) (units.size() * (1 - LOW))))
                .put("largest", distance(units.size() - 1))
                .put(
                        "largestLoss",
                        ResultFile.rounded(
                                units.stream().mapToDouble(Unit::loss).max().orElseThrow()))
                .put("leastAt", units.getFirst().where())
                .put("largestAt", units.getLast().where());
    }

    /** No farther than any number says: a tensor that moved and should not have. */
    private double distance(int index) {
        return ResultFile.rounded(Math.min(units.get(index).distance(), Float.MAX_VALUE));
    }
}
