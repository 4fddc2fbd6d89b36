package dev.assay.agent.journal;

import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.market.Bytes;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.Query;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * What an agent must not forget: every attempt with its state, every receipt and result it signed.
 * A row is on disk (SQLite, WAL, synchronous=FULL) before the agent acts on it. Thread-safe; one
 * owner closes it.
 */
public final class Journal implements AutoCloseable {
    private static final List<String> SCHEMA =
            List.of(
                    """
                    CREATE TABLE IF NOT EXISTS attempt (
                        lease TEXT PRIMARY KEY,
                        state TEXT NOT NULL,
                        cause TEXT,
                        detail TEXT NOT NULL,
                        result BLOB,
                        changed_on TEXT NOT NULL)
                    """,
                    """
                    CREATE TABLE IF NOT EXISTS receipt (
                        lease TEXT NOT NULL REFERENCES attempt (lease),
                        sequence INTEGER NOT NULL,
                        envelope BLOB NOT NULL,
                        PRIMARY KEY (lease, sequence))
                    """,
                    """
                    CREATE TABLE IF NOT EXISTS told (
                        lease TEXT PRIMARY KEY REFERENCES attempt (lease))
                    """);

    private final Path file;
    private final Handle handle;
    private final InstantSource clock;

    private Journal(Path file, Handle handle, InstantSource clock) {
        this.file = file;
        this.handle = handle;
        this.clock = clock;
    }

    /** Opens the journal in this file, creating it when absent. */
    public static Journal open(Path file, InstantSource clock) throws JournalException {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Handle handle = Jdbi.create("jdbc:sqlite:" + file).open();
            try {
                handle.execute("PRAGMA journal_mode=WAL");
                handle.execute("PRAGMA synchronous=FULL");
                handle.execute("PRAGMA foreign_keys=ON");
                SCHEMA.forEach(handle::execute);
            } catch (JdbiException e) {
                handle.close();
                throw e;
            }
            return new Journal(file, handle, clock);
        } catch (JdbiException | IOException e) {
            throw new JournalException(
                    "cannot open the agent's journal " + file + ": " + e.getMessage(), e);
        }
    }

    /** Records a new attempt. */
    public synchronized void begin(LeaseId lease) throws JournalException {
        write(
                () ->
                        handle.execute(
                                "INSERT INTO attempt (lease, state, detail, changed_on) VALUES (?,"
                                        + " ?, '', ?)",
                                lease.hex(),
                                AttemptState.LIFECYCLE.initial().name(),
                                clock.instant().toString()));
    }

    /** Records that an attempt changed its state. */
    public synchronized void state(
            LeaseId lease, AttemptState state, Optional<Cause> cause, String detail)
            throws JournalException {
        write(
                () ->
                        handle.execute(
                                "UPDATE attempt SET state = ?, cause = ?, detail = ?, changed_on ="
                                        + " ? WHERE lease = ?",
                                state.name(),
                                cause.map(Enum::name).orElse(null),
                                detail,
                                clock.instant().toString(),
                                lease.hex()));
    }

    /** Records a signed receipt. */
    public synchronized void receipt(LeaseId lease, long sequence, Bytes envelope)
            throws JournalException {
        write(
                () ->
                        handle.execute(
                                "INSERT INTO receipt (lease, sequence, envelope) VALUES (?, ?, ?)",
                                lease.hex(),
                                sequence,
                                envelope.toArray()));
    }

    /** Records the signed result of an attempt. */
    public synchronized void result(LeaseId lease, Bytes envelope) throws JournalException {
        write(
                () ->
                        handle.execute(
                                "UPDATE attempt SET result = ? WHERE lease = ?",
                                envelope.toArray(),
                                lease.hex()));
    }

    /** Records that the market knows how the attempt ended. */
    public synchronized void told(LeaseId lease) throws JournalException {
        write(() -> handle.execute("INSERT OR IGNORE INTO told (lease) VALUES (?)", lease.hex()));
    }

    /**
     * Every attempt whose end the market was not told of, for all the journal knows: those in no
     * final state, and those in one whose report may not have arrived.
     */
    public synchronized List<JournaledAttempt> unfinished() throws JournalException {
        return read("WHERE lease NOT IN (SELECT lease FROM told) ORDER BY changed_on");
    }

    /** The attempt of a lease; empty when there was none. */
    public synchronized Optional<JournaledAttempt> find(LeaseId lease) throws JournalException {
        return read("WHERE lease = ?", lease.hex()).stream().findFirst();
    }

    private List<JournaledAttempt> read(String which, String... parameters)
            throws JournalException {
        try (Query query =
                handle.createQuery(
                        "SELECT lease, state, cause, detail, result FROM attempt " + which)) {
            for (int i = 0; i < parameters.length; i++) {
                query.bind(i, parameters[i]);
            }
            return query.map((row, _) -> attempt(row)).list();
        } catch (JdbiException e) {
            throw failed(e);
        }
    }

    private static JournaledAttempt attempt(ResultSet row) throws SQLException {
        return new JournaledAttempt(
                LeaseId.parse(row.getString("lease")),
                AttemptState.valueOf(row.getString("state")),
                Optional.ofNullable(row.getString("cause")).map(Cause::valueOf),
                row.getString("detail"),
                Optional.ofNullable(row.getBytes("result")).map(Bytes::copyOf));
    }

    /** Closes the file; what is asked of the journal afterwards fails. */
    @Override
    public synchronized void close() {
        handle.close();
    }

    private void write(Runnable statement) throws JournalException {
        try {
            statement.run();
        } catch (JdbiException e) {
            throw failed(e);
        }
    }

    private JournalException failed(JdbiException e) {
        return new JournalException(
                "the agent's journal " + file + " failed: " + e.getMessage(), e);
    }
}
