package dev.assay.verification.statement;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.job.Container;
import dev.assay.protocol.job.EngineName;
import dev.assay.protocol.job.Inference;
import dev.assay.protocol.job.Training;
import dev.assay.protocol.job.Work;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;

/**
 * {@code verdict}: what an auditor found when it checked a result, with everything needed to draw
 * the same units again and repeat the check. Signed by the auditor; its subject is the result
 * statement.
 *
 * @param result digest of the result statement
 * @param secret the auditor's secret, now revealed; its SHA-256 was the order's seed commitment
 * @param checkpointSize size of the first log checkpoint known to cover the result
 * @param checkpointRoot that checkpoint's root; with the secret it fixes the draw
 * @param drawn units that were replayed, ascending
 * @param failed those of them that came out different, ascending
 */
public record VerdictPredicate(
        LeaseId lease,
        Digest result,
        KeyId auditor,
        Outcome outcome,
        Method method,
        Digest secret,
        long checkpointSize,
        Digest checkpointRoot,
        List<Integer> drawn,
        List<Integer> failed,
        String detail,
        Instant createdOn)
        implements Predicate {
    static final String TYPE = TYPE_PREFIX + "verdict/v1";

    /** What the auditor concludes. Only a reproducible FAIL moves money away from a provider. */
    public enum Outcome {
        PASS,
        FAIL,
        INCONCLUSIVE
    }

    /** How the units were checked. */
    public enum Method {
        /** Replayed on the exact engine; every bit of every output must be equal. */
        EXACT_REPLAY,
        /**
         * Replayed on the exact engine, TorchScript on PyTorch, and compared within the tolerances
         * of docs/verification.md.
         */
        TOLERANT_REPLAY,
        /**
         * Nothing was computed again: the units' files are here and have the digests that the
         * result commits to.
         */
        CONTENTS;

        /** How work of a kind is checked. */
        public static Method of(Work work) {
            return switch (work) {
                case Inference inference -> of(inference.engine());
                case Training training -> of(training.engine());
                case Container _ -> CONTENTS;
            };
        }

        private static Method of(EngineName engine) {
            return switch (engine) {
                case EXACT -> EXACT_REPLAY;
                case PYTORCH -> TOLERANT_REPLAY;
            };
        }
    }

    public VerdictPredicate {
        drawn = List.copyOf(drawn);
        failed = List.copyOf(failed);
        FreeText.require("detail", detail);
        requireAscending("drawn", drawn);
        requireAscending("failed", failed);
        if (!new HashSet<>(drawn).containsAll(failed)) {
            throw new IllegalArgumentException("units failed that were not drawn");
        }
        if ((outcome == Outcome.FAIL) != !failed.isEmpty()) {
            throw new IllegalArgumentException(
                    "a FAIL names the units that failed, and only a FAIL does");
        }
    }

    /** Unit indexes have one order, in which none comes twice. */
    private static void requireAscending(String field, List<Integer> units) {
        int last = -1;
        for (int unit : units) {
            if (unit <= last) {
                throw new IllegalArgumentException(
                        field + ": units must be from 0 on and ascending, each named once");
            }
            last = unit;
        }
    }

    @Override
    public String type() {
        return TYPE;
    }

    /** The statement of this verdict. */
    public Statement statement() {
        return Statement.about("result", result, this);
    }

    @Override
    public ObjectNode json() {
        ObjectNode json =
                CanonicalJson.object()
                        .put("leaseId", lease.hex())
                        .put("result", result.toString())
                        .put("auditor", auditor.hex())
                        .put("outcome", outcome.name())
                        .put("method", method.name())
                        .put("secret", secret.hex())
                        .put("checkpointSize", Long.toString(checkpointSize))
                        .put("checkpointRoot", checkpointRoot.toString())
                        .put("detail", detail)
                        .put("createdOn", createdOn.toString());
        drawn.forEach(json.putArray("drawn")::add);
        failed.forEach(json.putArray("failed")::add);
        return json;
    }

    static VerdictPredicate parse(JsonFields json) throws JsonException {
        return new VerdictPredicate(
                json.parsed("leaseId", LeaseId::parse),
                json.digest("result"),
                json.parsed("auditor", KeyId::parse),
                json.constant("outcome", Outcome.values()),
                json.constant("method", Method.values()),
                json.digest("secret"),
                json.quantity("checkpointSize"),
                json.digest("checkpointRoot"),
                json.integers("drawn"),
                json.integers("failed"),
                json.text("detail"),
                json.instant("createdOn"));
    }
}
