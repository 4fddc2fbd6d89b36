package dev.assay.agent.journal;

import dev.assay.protocol.id.LeaseId;
import dev.assay.runtime.device.GpuId;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The claims on GPUs in an agent's journal: one row for a lease and a GPU. The database itself
 * refuses a second open claim on a GPU. Thread-safe.
 */
public final class ClaimTable {
    static final List<String> SCHEMA =
            List.of(
                    """
                    CREATE TABLE IF NOT EXISTS claim (
                        lease TEXT NOT NULL REFERENCES attempt (lease),
                        gpu TEXT NOT NULL,
                        granted_on TEXT NOT NULL,
                        ended_on TEXT,
                        outcome TEXT,
                        PRIMARY KEY (lease, gpu),
                        CHECK ((ended_on IS NULL) = (outcome IS NULL)))
                    """,
                    """
                    CREATE UNIQUE INDEX IF NOT EXISTS one_open_claim
                        ON claim (gpu) WHERE ended_on IS NULL
                    """);

    private final Journal journal;

    ClaimTable(Journal journal) {
        this.journal = journal;
    }

    /** Records that a lease holds these GPUs from now on: all of them, or none when it fails. */
    public void open(LeaseId lease, Collection<GpuId> gpus) throws JournalException {
        journal.write(
                handle ->
                        handle.useTransaction(
                                transaction -> {
                                    for (GpuId gpu : gpus) {
                                        transaction.execute(
                                                "INSERT INTO claim (lease, gpu, granted_on) VALUES"
                                                        + " (?, ?, ?)",
                                                lease.hex(),
                                                gpu.uuid(),
                                                now());
                                    }
                                }));
    }

    /** Records how the open claims of a lease ended; how many there were. */
    public int end(LeaseId lease, ClaimOutcome outcome) throws JournalException {
        return journal.call(
                handle ->
                        handle.execute(
                                "UPDATE claim SET ended_on = ?, outcome = ? WHERE lease = ? AND"
                                        + " ended_on IS NULL",
                                now(),
                                outcome.name(),
                                lease.hex()));
    }

    /** The claims that have not ended, oldest first. */
    public List<JournaledClaim> open() throws JournalException {
        return journal.call(handle -> list(handle, "WHERE ended_on IS NULL"));
    }

    /** Every claim there was, oldest first. */
    public List<JournaledClaim> all() throws JournalException {
        return journal.call(handle -> list(handle, ""));
    }

    private String now() {
        return journal.now();
    }

    private static List<JournaledClaim> list(Handle handle, String which) {
        try (Query query =
                handle.createQuery(
                        "SELECT lease, gpu, granted_on, ended_on, outcome FROM claim "
                                + which
                                + " ORDER BY granted_on, gpu")) {
            return query.map((row, _) -> claim(row)).list();
        }
    }

    private static JournaledClaim claim(ResultSet row) throws SQLException {
        String endedOn = row.getString("ended_on");
        return new JournaledClaim(
                LeaseId.parse(row.getString("lease")),
                new GpuId(row.getString("gpu")),
                Instant.parse(row.getString("granted_on")),
                endedOn == null
                        ? Optional.empty()
                        : Optional.of(
                                new JournaledClaim.End(
                                        Instant.parse(endedOn),
                                        ClaimOutcome.valueOf(row.getString("outcome")))));
    }
}
