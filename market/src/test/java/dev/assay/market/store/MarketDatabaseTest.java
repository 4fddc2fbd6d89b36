package dev.assay.market.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.market.Papers;
import dev.assay.market.Work;
import dev.assay.market.ledger.Account;
import dev.assay.market.ledger.Citation;
import dev.assay.market.ledger.Ledger;
import dev.assay.market.ledger.MemoryBook;
import dev.assay.market.ledger.RandomTransfers;
import dev.assay.market.ledger.Transfer;
import dev.assay.market.reputation.Outcome;
import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.job.Work.Workload;
import dev.assay.protocol.lease.OrderState;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;
import dev.assay.protocol.market.OrderEvent;
import dev.assay.protocol.market.Progress;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

class MarketDatabaseTest {
    private static final OrderId ORDER = new OrderId(Papers.digest("order"));

    @TempDir Path directory;
    private MarketDatabase database;

    @BeforeEach
    void open() throws MarketException {
        database = MarketDatabase.open(directory.resolve("market.db"));
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void book_sameTransfersAsInMemory_holdsTheSame() throws MarketException {
        RandomTransfers transfers = new RandomTransfers(11);
        MemoryBook oracle = new MemoryBook();
        Ledger expected = new Ledger(oracle);
        for (int i = 0; i < 300; i++) {
            Transfer transfer = transfers.next();
            assertThat(accepts(transfer)).isEqualTo(accepts(expected, transfer));
        }
        database.transact(tables -> tables.ledger().check());
        List<Transfer> cited = database.transact(tables -> tables.ledger().transfers(cause(3)));
        assertThat(cited).isEqualTo(oracle.transfers(cause(3))).isNotEmpty();
        for (Denom denom : Denom.values()) {
            Account account = Account.pool("community");
            MicroAmount balance =
                    database.transact(tables -> tables.ledger().balance(account, denom));
            assertThat(balance).isEqualTo(expected.balance(account, denom));
        }
    }

    @Test
    void transact_workThatThrows_leavesNothing() throws MarketException {
        assertThatThrownBy(
                        () ->
                                database.transact(
                                        tables -> {
                                            tables.orders().insert(ORDER);
                                            throw new MarketException(Code.REFUSED, "no");
                                        }))
                .isInstanceOf(MarketException.class);
        assertThatThrownBy(
                        () ->
                                database.transact(
                                        tables -> {
                                            tables.orders().insert(ORDER);
                                            throw new IllegalStateException("bug");
                                        }))
                .isInstanceOf(IllegalStateException.class);

        assertThat(state()).isEmpty();
    }

    @Test
    void move_edgeThatTheLifecycleLacks_rollsBack() throws MarketException {
        insertOrder();
        database.transact(tables -> moved(tables, OrderState.MATCHED));

        assertThatThrownBy(() -> database.transact(tables -> moved(tables, OrderState.EXPIRED)))
                .isInstanceOf(IllegalStateException.class);
        assertThat(state()).contains(OrderState.MATCHED);
    }

    @Test
    void reopen_keepsWhatWasCommitted() throws MarketException {
        insertOrder();
        Instant at = Instant.parse("2026-01-31T12:00:00.000000001Z");
        OrderEvent event = new OrderEvent.Progressed(new Progress(1, 2));
        database.transact(
                tables -> {
                    tables.events().append(ORDER, at, event);
                    tables.events().append(ORDER, at, event);
                    return true;
                });
        database.close();
        open();

        List<EventRow> events = database.transact(tables -> tables.events().of(ORDER));
        assertThat(events).containsExactly(new EventRow(at, event), new EventRow(at, event));
    }

    @Test
    void open_whileAnotherHasIt_saysSo() {
        assertThatThrownBy(() -> MarketDatabase.open(directory.resolve("market.db")))
                .isInstanceOfSatisfying(
                        MarketException.class,
                        e -> assertThat(e.code()).isEqualTo(Code.UNAVAILABLE))
                .hasMessageContaining("no other market uses it");
    }

    @Test
    void open_fileThatIsNoDatabase_saysSo() throws IOException {
        Path file = Files.writeString(directory.resolve("other.db"), "not a database".repeat(99));

        assertThatThrownBy(() -> MarketDatabase.open(file))
                .isInstanceOf(MarketException.class)
                .hasMessageContaining("other.db");
        assertThat(file).content().startsWith("not a database");
    }

    @Test
    void rowsPerSecond_isOverAllVerifiedResultsOfOneWorkload() throws MarketException {
        KeyId provider = new KeyId(Papers.digest("provider"));
        Workload work = Papers.spec(Work.NOMINAL, Papers.price(1)).work().workload();
        measure(provider, "lease 1", work, 1_000, Duration.ofSeconds(1));
        measure(provider, "lease 2", work, 1_000, Duration.ofSeconds(3));

        assertThat(rate(provider, work)).isEqualTo(500);
        assertThat(rate(provider, new Workload(work.program(), "pytorch"))).isZero();
        assertThat(rate(provider, new Workload(Papers.digest("other"), work.engine()))).isZero();
        assertThat(rate(new KeyId(Papers.digest("x")), work)).isZero();
    }

    private long rate(KeyId provider, Workload workload) throws MarketException {
        return database.transact(tables -> tables.outcomes().rowsPerSecond(provider, workload));
    }

    private Optional<OrderState> state() throws MarketException {
        return database.transact(tables -> tables.orders().state(ORDER));
    }

    private void measure(KeyId provider, String lease, Workload work, long rows, Duration wall)
            throws MarketException {
        LeaseId id = new LeaseId(Papers.digest(lease));
        OrderId order = new OrderId(Papers.digest(lease));
        database.transact(
                tables -> {
                    tables.parties().register(provider, "pem");
                    tables.orders().insert(order);
                    tables.leases().insert(LeaseRow.first(id, order, provider));
                    tables.outcomes()
                            .insert(
                                    id,
                                    provider,
                                    new Outcome(Outcome.Kind.VERIFIED, Instant.EPOCH),
                                    Papers.digest("settlement"),
                                    work,
                                    new OutcomeTable.Measured(rows, wall));
                    return true;
                });
    }

    private boolean accepts(Transfer transfer) throws MarketException {
        return database.transact(tables -> accepts(tables.ledger(), transfer));
    }

    private static boolean accepts(Ledger ledger, Transfer transfer) {
        try {
            ledger.post(transfer);
            return true;
        } catch (MarketException e) {
            return false;
        }
    }

    private static Citation cause(int i) {
        return new Citation(Citation.Kind.FUNDING, Papers.digest("" + i));
    }

    private static boolean moved(Tables tables, OrderState to) {
        tables.orders().move(ORDER, to);
        return true;
    }

    private void insertOrder() throws MarketException {
        database.transact(
                tables -> {
                    tables.orders().insert(ORDER);
                    return true;
                });
    }
}
