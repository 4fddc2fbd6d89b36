package dev.assay.market.store;

import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.LeaseState;

import org.jdbi.v3.core.Handle;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Leases. */
public final class LeaseTable {
    private final Handle handle;

    LeaseTable(Handle handle) {
        this.handle = handle;
    }

    public void insert(LeaseRow lease) {
        handle.createUpdate(
                        """
                        INSERT INTO lease (id, order_id, provider, state, attempt, stopping)
                        VALUES (:id, :order, :provider, :state, :attempt, :stopping)
                        """)
                .bind("id", lease.id().hex())
                .bind("order", lease.order().hex())
                .bind("provider", lease.provider().hex())
                .bind("state", lease.state().name())
                .bind("attempt", lease.attempt().name())
                .bind("stopping", lease.stopping() ? 1 : 0)
                .execute();
    }

    public Optional<LeaseRow> find(LeaseId lease) {
        return handle.createQuery("SELECT * FROM lease WHERE id = :id")
                .bind("id", lease.hex())
                .map((row, context) -> read(row))
                .findOne();
    }

    /** The lease that came of an order. */
    public Optional<LeaseRow> find(OrderId order) {
        return handle.createQuery("SELECT * FROM lease WHERE order_id = :order")
                .bind("order", order.hex())
                .map((row, context) -> read(row))
                .findOne();
    }

    /** The leases that stand in a state. */
    public List<LeaseRow> in(LeaseState state) {
        return handle.createQuery("SELECT * FROM lease WHERE state = :state ORDER BY id")
                .bind("state", state.name())
                .map((row, context) -> read(row))
                .list();
    }

    /** Moves a lease along its lifecycle. */
    public void move(LeaseRow lease, LeaseState to) {
        update(lease, "state", LeaseState.LIFECYCLE.move(lease.state(), to).name());
    }

    /** Moves a lease's attempt along its lifecycle. */
    public void move(LeaseRow lease, AttemptState to) {
        update(lease, "attempt", AttemptState.LIFECYCLE.move(lease.attempt(), to).name());
    }

    /** Remembers that the tenant ended the lease. */
    public void stopping(LeaseId lease) {
        handle.createUpdate("UPDATE lease SET stopping = 1 WHERE id = :id")
                .bind("id", lease.hex())
                .execute();
    }

    private void update(LeaseRow lease, String column, String value) {
        handle.createUpdate("UPDATE lease SET " + column + " = :value WHERE id = :id")
                .bind("value", value)
                .bind("id", lease.id().hex())
                .execute();
    }

    private static LeaseRow read(ResultSet row) throws SQLException {
        return new LeaseRow(
                LeaseId.parse(row.getString("id")),
                OrderId.parse(row.getString("order_id")),
                KeyId.parse(row.getString("provider")),
                LeaseState.valueOf(row.getString("state")),
                AttemptState.valueOf(row.getString("attempt")),
                row.getInt("stopping") == 1);
    }
}
