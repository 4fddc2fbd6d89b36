package dev.assay.market.server;

import dev.assay.verification.log.Publication;
import dev.assay.verification.log.TransparencyLog;
import dev.assay.verification.witness.WitnessConnection;
import dev.assay.verification.witness.WitnessRound;
import dev.assay.verification.witness.WitnessedPublication;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Who cosigns the checkpoints of a market's log.
 *
 * @param connections stay their caller's, who closes them after the market
 * @param needed how many of them must cosign before everyone is shown a checkpoint
 * @param pause between a round that found too few and the next
 * @param listener told of every round, on the thread that asks
 */
public record LogWitnesses(
        List<WitnessConnection> connections,
        int needed,
        Duration pause,
        Consumer<WitnessRound> listener) {
    /** A log without witnesses: every checkpoint is shown as soon as it is signed. */
    public static final LogWitnesses NONE = new LogWitnesses(List.of(), 0, Duration.ZERO, _ -> {});

    public LogWitnesses {
        connections = List.copyOf(connections);
        long distinct =
                connections.stream().map(witness -> witness.key().name()).distinct().count();
        if (distinct != connections.size()
                || needed > distinct
                || needed < Math.min(1, connections.size())) {
            throw new IllegalArgumentException(
                    needed + " of " + distinct + " witnesses cannot be needed");
        }
    }

    /** How the log is opened. */
    public Publication publication() {
        return connections.isEmpty() ? Publication.EVERY_COMMIT : Publication.WHEN_WITNESSED;
    }

    /** What is yet to be started to have the log's checkpoints cosigned; the caller's. */
    Optional<WitnessedPublication> publication(TransparencyLog log, Consumer<WitnessRound> first) {
        return connections.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new WitnessedPublication(
                                log, connections, needed, pause, first.andThen(listener)));
    }
}
