package dev.assay.market.store;

import dev.assay.market.ledger.Account;
import dev.assay.market.ledger.Book;
import dev.assay.market.ledger.Citation;
import dev.assay.market.ledger.Holding;
import dev.assay.market.ledger.Transfer;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;

import org.jdbi.v3.core.Handle;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The books as two tables: accounts, and the transfers that made them. */
final class SqlBook implements Book {
    private final Handle handle;

    SqlBook(Handle handle) {
        this.handle = handle;
    }

    @Override
    public long balance(Holding holding) {
        return handle.createQuery(
                        "SELECT micros FROM account WHERE name = :name AND denom = :denom")
                .bind("name", holding.account().name())
                .bind("denom", holding.denom().name())
                .mapTo(Long.class)
                .findOne()
                .orElse(0L);
    }

    @Override
    public void enter(Transfer transfer, long fromBalance, long toBalance) {
        handle.createUpdate(
                        """
                        INSERT INTO transfer
                            (id, source, target, denom, micros, cause, cause_digest, made_at)
                        SELECT COALESCE(MAX(id), 0) + 1,
                            :source, :target, :denom, :micros, :cause, :digest, :at
                        FROM transfer
                        """)
                .bind("source", transfer.from().name())
                .bind("target", transfer.to().name())
                .bind("denom", transfer.denom().name())
                .bind("micros", transfer.amount().micros())
                .bind("cause", transfer.cause().kind().name())
                .bind("digest", transfer.cause().digest().hex())
                .bind("at", transfer.at().toString())
                .execute();
        write(transfer.from(), transfer.denom(), fromBalance);
        write(transfer.to(), transfer.denom(), toBalance);
    }

    @Override
    public List<Transfer> transfers() {
        return handle.createQuery("SELECT * FROM transfer ORDER BY id")
                .map((row, context) -> transfer(row))
                .list();
    }

    @Override
    public List<Transfer> transfers(Citation cause) {
        return handle.createQuery(
                        """
                        SELECT * FROM transfer
                        WHERE cause = :cause AND cause_digest = :digest ORDER BY id
                        """)
                .bind("cause", cause.kind().name())
                .bind("digest", cause.digest().hex())
                .map((row, context) -> transfer(row))
                .list();
    }

    @Override
    public Map<Holding, Long> balances() {
        Map<Holding, Long> balances = new HashMap<>();
        handle.createQuery("SELECT * FROM account")
                .map(
                        (row, context) ->
                                Map.entry(
                                        new Holding(
                                                new Account(row.getString("name")),
                                                Denom.valueOf(row.getString("denom"))),
                                        row.getLong("micros")))
                .forEach(entry -> balances.put(entry.getKey(), entry.getValue()));
        return balances;
    }

    private void write(Account account, Denom denom, long micros) {
        handle.createUpdate(
                        """
                        INSERT INTO account (name, denom, micros) VALUES (:name, :denom, :micros)
                        ON CONFLICT (name, denom) DO UPDATE SET micros = excluded.micros
                        """)
                .bind("name", account.name())
                .bind("denom", denom.name())
                .bind("micros", micros)
                .execute();
    }

    private static Transfer transfer(ResultSet row) throws SQLException {
        return new Transfer(
                new Account(row.getString("source")),
                new Account(row.getString("target")),
                Denom.valueOf(row.getString("denom")),
                MicroAmount.of(row.getLong("micros")),
                new Citation(
                        Citation.Kind.valueOf(row.getString("cause")),
                        Digest.parse(row.getString("cause_digest"))),
                Instant.parse(row.getString("made_at")));
    }
}
