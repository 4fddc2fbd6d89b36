package dev.assay.cli.tenant;

import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.job.ContainerResult;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.market.OrderEvent;
import dev.assay.protocol.market.Output;
import dev.assay.protocol.usage.Usage;
import dev.assay.verification.hardware.EvidenceReference;
import dev.assay.verification.statement.OrderPredicate;
import dev.assay.verification.statement.SettlementPredicate;
import dev.assay.verification.statement.VerdictPredicate;
import dev.assay.verification.witness.VerifiedCosignature;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a tenant's client reports while it follows an order. */
public sealed interface RunEvent {
    /** The job is checked and about to be ordered. */
    record Resolved(ResolvedJob job) implements RunEvent {}

    /** An order of an earlier process is followed to its end. */
    record Resumed(OrderId order) implements RunEvent {}

    /** The market reported something; documents in it are verified already. */
    record Reported(OrderEvent event) implements RunEvent {}

    /** The order, once the market holds it. */
    record Ordered(OrderId id, OrderPredicate order) implements RunEvent {}

    /** Containers wrote something, or something they wrote was dropped on its way. */
    record Wrote(Output output) implements RunEvent {}

    /**
     * The tenant's shell in a container ended.
     *
     * @param exitCode of its process; −1 when it did not run, or nobody knows
     * @param detail why it ended, when it was not the process's own doing
     */
    record ShellEnded(int exitCode, String detail) implements RunEvent {}

    /** A receipt, verified in its chain. */
    record Receipt(long sequence, Usage usage, long logIndex) implements RunEvent {}

    /**
     * The result names hardware evidence; whether it stands up is the evidence folder's audit's.
     */
    record Vouched(EvidenceReference evidence) implements RunEvent {}

    /** An inference's files are here and fit its commitments. */
    record ResultReady(long rows, Optional<Long> correct, Path predictions) implements RunEvent {}

    /**
     * A trained model is here and fits its commitments.
     *
     * @param loss of the last step
     * @param model the folder of the model package
     */
    record ModelReady(int steps, float loss, Path model) implements RunEvent {}

    /**
     * Containers' files are here and fit their commitments.
     *
     * @param outputs where they lie
     */
    record ContainersReady(ContainerResult result, Path outputs) implements RunEvent {
        public boolean allDone() {
            return result.units().stream().allMatch(ContainerResult.Unit::done);
        }
    }

    /** A drawn unit was replayed. */
    record Replayed(int done, int drawn) implements RunEvent {}

    /** The audit is done. */
    record Audited(VerdictPredicate verdict, int units, Duration took) implements RunEvent {}

    /** The lease is settled. */
    record Settled(SettlementPredicate settlement) implements RunEvent {}

    /** A witness of the market's log did not cosign its checkpoint; it is asked again. */
    record NotCosigned(String witness, String why) implements RunEvent {}

    /**
     * Witnesses of the market's log were waited for.
     *
     * @param size entries that the evidence's checkpoint covers
     * @param cosignatures on it
     * @param missing why a witness's cosignature is not, by its name
     */
    record Cosigned(long size, List<VerifiedCosignature> cosignatures, Map<String, String> missing)
            implements RunEvent {
        public Cosigned {
            cosignatures = List.copyOf(cosignatures);
            missing = Collections.unmodifiableMap(new TreeMap<>(missing));
        }
    }

    /** The order is closed, for better or worse. */
    record Ended(CloseReason reason, Optional<Cause> cause, String detail, Optional<Path> evidence)
            implements RunEvent {}
}
