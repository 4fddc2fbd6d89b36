package dev.assay.market.store;

import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The market's SQLite database: write-ahead log, synchronous FULL, one connection that keeps every
 * other process out. Not thread-safe: its owner uses it from one thread.
 */
public final class MarketDatabase implements AutoCloseable {
    /** What the file is called, in the market's directory. */
    public static final String FILE = "market.db";

    /** What a first start takes, in bytes. */
    private static final long LEAST_ROOM = 128 << 10;

    private final Path file;
    private final Handle handle;

    private MarketDatabase(Path file, Handle handle) {
        this.file = file;
        this.handle = handle;
    }

    /** Opens a database file, which is created when absent, and brings its tables up to date. */
    public static MarketDatabase open(Path file) throws MarketException {
        try {
            SQLiteDataSource source = new SQLiteDataSource(config(SQLiteConfig.LockingMode.NORMAL));
            source.setUrl("jdbc:sqlite:" + file);
            Flyway.configure(MarketDatabase.class.getClassLoader())
                    .dataSource(source)
                    .locations("classpath:dev/assay/market/store")
                    .load()
                    .migrate();
            SQLiteDataSource exclusive =
                    new SQLiteDataSource(config(SQLiteConfig.LockingMode.EXCLUSIVE));
            exclusive.setUrl(source.getUrl());
            Handle handle = Jdbi.create(exclusive).open();
            try {
                takePossession(handle);
            } catch (JdbiException e) {
                handle.close();
                throw e;
            }
            return new MarketDatabase(file, handle);
        } catch (FlywayException | JdbiException e) {
            throw failed(file, e);
        }
    }

    /** Commits everything that {@code work} does, or nothing when it throws. */
    public <T> T transact(Work<T> work) throws MarketException {
        try {
            return handle.<T, MarketException>inTransaction(open -> work.run(new Tables(open)));
        } catch (JdbiException e) {
            throw failed(file, e);
        }
    }

    @Override
    public void close() {
        handle.close();
    }

    /** What happens in one transaction. */
    @FunctionalInterface
    public interface Work<T> {
        T run(Tables tables) throws MarketException;
    }

    /** In exclusive mode the first write takes the lock that is then never released. */
    private static void takePossession(Handle handle) {
        handle.useTransaction(
                open -> open.execute("UPDATE orders SET state = state WHERE id = ''"));
    }

    private static SQLiteConfig config(SQLiteConfig.LockingMode locking) {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.enforceForeignKeys(true);
        config.setLockingMode(locking);
        config.setBusyTimeout(1_000);
        return config;
    }

    private static MarketException failed(Path file, Exception e) {
        return new MarketException(
                Code.UNAVAILABLE,
                "the market's database %s failed: %s%s; check that no other market uses it, its permissions and free space"
                        .formatted(file, firstLine(e), room(file)),
                e);
    }

    /** SQLite calls a full disk by many names. */
    private static String room(Path file) {
        try {
            long left = Files.getFileStore(file.toAbsolutePath().getParent()).getUsableSpace();
            return left < LEAST_ROOM ? " (no space left on its disk)" : "";
        } catch (IOException e) {
            return ""; // then the failure itself has to do
        }
    }

    private static String firstLine(Throwable e) {
        Throwable root = e;
        for (Throwable next = e.getCause(); next != null; next = next.getCause()) {
            root = next;
        }
        return String.valueOf(root.getMessage()).lines().findFirst().orElse("");
    }
}
