package dev.assay.agent.journal;

import dev.assay.protocol.id.Digest;
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
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What an agent must not forget: every attempt with its state, every unit it finished, every
 * receipt and result it signed, and every claim on a GPU. A row is on disk (SQLite, WAL,
 * synchronous=FULL) before the agent acts on it. Thread-safe; one owner closes it.
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
                    CREATE TABLE IF NOT EXISTS unit (
                        lease TEXT NOT NULL REFERENCES attempt (lease),
                        number INTEGER NOT NULL,
                        output TEXT NOT NULL,
                        PRIMARY KEY (lease, number))
                    """);

    private final Path file;
    private final Handle handle;
    private final InstantSource clock;
    private final ClaimTable claims = new ClaimTable(this);

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
                ClaimTable.SCHEMA.forEach(handle::execute);
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
    public void begin(LeaseId lease) throws JournalException {
        write(
                handle ->
                        handle.execute(
                                "INSERT INTO attempt (lease, state, detail, changed_on) VALUES (?,"
                                        + " ?, '', ?)",
                                lease.hex(),
                                AttemptState.LIFECYCLE.initial().name(),
                                now()));
    }

    /** Records that an attempt changed its state. */
    public void state(LeaseId lease, AttemptState state, Optional<Cause> cause, String detail)
            throws JournalException {
        write(
                handle ->
                        handle.execute(
                                "UPDATE attempt SET state = ?, cause = ?, detail = ?, changed_on ="
                                        + " ? WHERE lease = ?",
                                state.name(),
                                cause.map(Enum::name).orElse(null),
                                detail,
                                now(),
                                lease.hex()));
    }

    /** Records a signed receipt. */
    public void receipt(LeaseId lease, long sequence, Bytes envelope) throws JournalException {
        write(
                handle ->
                        handle.execute(
                                "INSERT INTO receipt (lease, sequence, envelope) VALUES (?, ?, ?)",
                                lease.hex(),
                                sequence,
                                envelope.toArray()));
    }

    /** Records the signed result of an attempt. */
    public void result(LeaseId lease, Bytes envelope) throws JournalException {
        write(
                handle ->
                        handle.execute(
                                "UPDATE attempt SET result = ? WHERE lease = ?",
                                envelope.toArray(),
                                lease.hex()));
    }

    /** The signed receipts of a lease, in order. */
    public List<Bytes> receipts(LeaseId lease) throws JournalException {
        return call(
                handle -> {
                    try (Query query =
                            handle.createQuery(
                                    "SELECT envelope FROM receipt WHERE lease = ? ORDER BY"
                                            + " sequence")) {
                        return query.bind(0, lease.hex())
                                .map((row, _) -> Bytes.copyOf(row.getBytes("envelope")))
                                .list();
                    }
                });
    }

    /**
     * Records that the units from number {@code first} on are finished: all of them, or none when
     * it fails.
     *
     * @param outputs what the result commits to for each
     */
    public void finished(LeaseId lease, int first, List<Digest> outputs) throws JournalException {
        write(
                handle ->
                        handle.useTransaction(
                                transaction -> {
                                    for (int i = 0; i < outputs.size(); i++) {
                                        transaction.execute(
                                                "INSERT INTO unit (lease, number, output) VALUES"
                                                        + " (?, ?, ?)",
                                                lease.hex(),
                                                first + i,
                                                outputs.get(i).toString());
                                    }
                                }));
    }

    /** The outputs of a lease's finished units, in order. */
    public List<Digest> finished(LeaseId lease) throws JournalException {
        return call(
                handle -> {
                    try (Query query =
                            handle.createQuery(
                                    "SELECT output FROM unit WHERE lease = ? ORDER BY number")) {
                        return query.bind(0, lease.hex())
                                .map((row, _) -> Digest.parse(row.getString("output")))
                                .list();
                    }
                });
    }

    /** The claims on GPUs. */
    public ClaimTable claims() {
        return claims;
    }

    /** Every attempt in no final state, oldest change first. */
    public List<JournaledAttempt> unfinished() throws JournalException {
        String ended =
                Arrays.stream(AttemptState.values())
                        .filter(AttemptState::isFinal)
                        .map(state -> "'" + state + "'")
                        .collect(Collectors.joining(", "));
        return attempts("WHERE state NOT IN (" + ended + ") ORDER BY changed_on");
    }

    /** The attempt of a lease; empty when there was none. */
    public Optional<JournaledAttempt> find(LeaseId lease) throws JournalException {
        return attempts("WHERE lease = ?", lease.hex()).stream().findFirst();
    }

    private List<JournaledAttempt> attempts(String which, String... parameters)
            throws JournalException {
        return call(
                handle -> {
                    try (Query query =
                            handle.createQuery(
                                    "SELECT lease, state, cause, detail, result FROM attempt "
                                            + which)) {
                        for (int i = 0; i < parameters.length; i++) {
                            query.bind(i, parameters[i]);
                        }
                        return query.map((row, _) -> attempt(row)).list();
                    }
                });
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

    void write(Consumer<Handle> statement) throws JournalException {
        boolean _ =
                call(
                        open -> {
                            statement.accept(open);
                            return true;
                        });
    }

    synchronized <T> T call(Function<Handle, T> query) throws JournalException {
        try {
            return query.apply(handle);
        } catch (JdbiException e) {
            throw new JournalException(
                    "the agent's journal " + file + " failed: " + e.getMessage(), e);
        }
    }

    String now() {
        return clock.instant().toString();
    }
}
