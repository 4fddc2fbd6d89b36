package dev.assay.agent;

import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.market.Bytes;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A journal's file seen from outside, by a connection of its own: what a process that starts now
 * would find. It can also make writes to the file fail, as a disk does.
 */
public final class JournalFile implements AutoCloseable {
    /** What a write that was made to fail says. */
    public static final String INJECTED = "disk I/O error";

    private final Connection connection;
    private int faults;

    public JournalFile(Path file) throws SQLException {
        this.connection = DriverManager.getConnection("jdbc:sqlite:" + file);
    }

    /** The state that is on disk. */
    public Optional<AttemptState> state(LeaseId lease) {
        return text("state", lease).map(AttemptState::valueOf);
    }

    public Optional<Cause> cause(LeaseId lease) {
        return text("cause", lease).map(Cause::valueOf);
    }

    public String detail(LeaseId lease) {
        return text("detail", lease).orElseThrow();
    }

    public Optional<Bytes> result(LeaseId lease) {
        return rows("SELECT result FROM attempt WHERE lease = ? AND result IS NOT NULL", lease)
                .stream()
                .findFirst();
    }

    /** The receipts on disk, by sequence. */
    public List<Bytes> receipts(LeaseId lease) {
        return rows("SELECT envelope FROM receipt WHERE lease = ? ORDER BY sequence", lease);
    }

    /** How many attempts are on disk. */
    public int attempts() {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM attempt")) {
            return row.getInt(1);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    /** Writes what a process that starts now would find to another file. */
    public void copyTo(Path other) {
        execute("VACUUM INTO '" + other + "'");
    }

    /** Changes what is on disk behind the journal's back. */
    public void change(String sql) {
        execute(sql);
    }

    /** From now on, writes of this kind fail: {@code UPDATE OF state ON attempt WHEN …}. */
    public void failOn(String write) {
        execute(
                "CREATE TRIGGER fault"
                        + faults++
                        + " BEFORE "
                        + write
                        + " BEGIN SELECT RAISE(ABORT, '"
                        + INJECTED
                        + "'); END");
    }

    /** From now on, writes are taken again. */
    public void repair() {
        while (faults > 0) {
            execute("DROP TRIGGER fault" + --faults);
        }
    }

    private void execute(String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private Optional<String> text(String column, LeaseId lease) {
        try (PreparedStatement query =
                connection.prepareStatement("SELECT " + column + " FROM attempt WHERE lease = ?")) {
            query.setString(1, lease.hex());
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? Optional.ofNullable(row.getString(1)) : Optional.empty();
            }
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private List<Bytes> rows(String sql, LeaseId lease) {
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setString(1, lease.hex());
            try (ResultSet row = query.executeQuery()) {
                List<Bytes> rows = new ArrayList<>();
                while (row.next()) {
                    rows.add(Bytes.copyOf(row.getBytes(1)));
                }
                return rows;
            }
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
