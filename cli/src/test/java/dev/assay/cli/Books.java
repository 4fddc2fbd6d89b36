package dev.assay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/**
 * What a market's database holds after its process ended, read without any of the market's code.
 *
 * @param accounts micro-units by {@code account denom}
 * @param transferred the same, added up from the transfers
 * @param orders states by order
 * @param leases states by lease
 * @param bids states by {@code order provider}
 */
record Books(
        Map<String, Long> accounts,
        Map<String, Long> transferred,
        Map<String, String> orders,
        Map<String, String> leases,
        Map<String, String> bids) {

    static Books read(Path home) throws SQLException {
        try (Connection connection =
                DriverManager.getConnection("jdbc:sqlite:" + home.resolve("market/market.db"))) {
            return new Books(
                    amounts(connection, "SELECT name || ' ' || lower(denom), micros FROM account"),
                    amounts(
                            connection,
                            "SELECT target || ' ' || lower(denom), micros FROM transfer UNION ALL"
                                + " SELECT source || ' ' || lower(denom), -micros FROM transfer"),
                    texts(connection, "SELECT id, state FROM orders"),
                    texts(connection, "SELECT id, state FROM lease"),
                    texts(connection, "SELECT order_id || ' ' || provider, state FROM bid"));
        }
    }

    /** Nothing is open, nothing is locked, and every micro-unit is accounted for. */
    void assertWhole() {
        assertThat(orders.values()).as("orders").doesNotContain("OPEN");
        assertThat(leases.values()).as("leases").allMatch("CLOSED"::equals);
        assertThat(bids.values()).as("bids").doesNotContain("OPEN");
        assertThat(accounts).as("balances are the sums of their transfers").isEqualTo(transferred);
        assertThat(accounts.values().stream().mapToLong(Long::longValue).sum())
                .as("what is inside came from outside")
                .isZero();
        accounts.forEach(
                (account, micros) -> {
                    if (account.startsWith("escrow:") || account.startsWith("bid:")) {
                        assertThat(micros).as(account).isZero();
                    }
                });
    }

    long micros(String account, String denom) {
        return accounts.getOrDefault(account + " " + denom, 0L);
    }

    private static Map<String, Long> amounts(Connection connection, String query)
            throws SQLException {
        Map<String, Long> amounts = new HashMap<>();
        try (var statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                amounts.merge(rows.getString(1), rows.getLong(2), Math::addExact);
            }
        }
        return amounts;
    }

    private static Map<String, String> texts(Connection connection, String query)
            throws SQLException {
        Map<String, String> texts = new HashMap<>();
        try (var statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                texts.put(rows.getString(1), rows.getString(2));
            }
        }
        return texts;
    }
}
