package dev.assay.market.store;

import dev.assay.market.reputation.Outcome;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.job.Work.Workload;

import org.jdbi.v3.core.Handle;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** How providers' leases ended. */
public final class OutcomeTable {
    private final Handle handle;

    OutcomeTable(Handle handle) {
        this.handle = handle;
    }

    /** What a provider did in how long; nothing unless the result was verified. */
    public record Measured(long rows, Duration wall) {
        public static final Measured NOTHING = new Measured(0, Duration.ZERO);
    }

    /**
     * Adds a lease's outcome.
     *
     * @param settlement digest of the settlement statement that says so
     */
    public void insert(
            LeaseId lease,
            KeyId provider,
            Outcome outcome,
            Digest settlement,
            Workload workload,
            Measured measured) {
        handle.createUpdate(
                        """
                        INSERT INTO outcome (lease_id, provider, kind, settlement, model, engine,
                            row_count, wall_millis, happened_at)
                        VALUES (:lease, :provider, :kind, :settlement, :model, :engine,
                            :rows, :wall, :at)
                        """)
                .bind("lease", lease.hex())
                .bind("provider", provider.hex())
                .bind("kind", outcome.kind().name())
                .bind("settlement", settlement.hex())
                .bind("model", workload.program().hex())
                .bind("engine", workload.engine())
                .bind("rows", measured.rows())
                .bind("wall", measured.wall().toMillis())
                .bind("at", outcome.at().toString())
                .execute();
    }

    /** All outcomes of a provider's leases. */
    public List<Outcome> of(KeyId provider) {
        return handle.createQuery(
                        "SELECT kind, happened_at FROM outcome WHERE provider = :provider")
                .bind("provider", provider.hex())
                .map(
                        (row, context) ->
                                new Outcome(
                                        Outcome.Kind.valueOf(row.getString("kind")),
                                        Instant.parse(row.getString("happened_at"))))
                .list();
    }

    /**
     * The throughput of a provider's verified results for one workload, in rows a second over all
     * of them; 0 when there is none.
     */
    public long rowsPerSecond(KeyId provider, Workload workload) {
        return handle.createQuery(
                        """
                        SELECT SUM(row_count) AS total, SUM(wall_millis) AS millis FROM outcome
                        WHERE provider = :provider AND model = :model AND engine = :engine
                        """)
                .bind("provider", provider.hex())
                .bind("model", workload.program().hex())
                .bind("engine", workload.engine())
                .map((row, context) -> rate(row.getLong("total"), row.getLong("millis")))
                .one();
    }

    private static long rate(long rows, long millis) {
        return rows == 0 ? 0 : Math.max(1, Math.round(rows * 1000.0 / Math.max(1, millis)));
    }
}
