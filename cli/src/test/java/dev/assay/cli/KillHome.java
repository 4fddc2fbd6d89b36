package dev.assay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.protocol.lease.AttemptState;
import dev.assay.runtime.runner.LeftoverRunners;
import dev.assay.verification.crypto.KeyFile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a killed process left: the agent's journal, read without any of the agent's code, its runner
 * processes, containers, mounts and workspaces, and the market's books.
 */
record KillHome(Path root) {
    private static final String FINAL = "('DONE', 'FAILED', 'CANCELLED')";

    private List<String> ask(String query) {
        try (Connection journal =
                        DriverManager.getConnection(
                                "jdbc:sqlite:" + root.resolve("agents/alder.db"));
                var statement = journal.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> answers = new ArrayList<>();
            while (rows.next()) {
                answers.add(rows.getString(1));
            }
            return answers;
        } catch (SQLException e) {
            throw new AssertionError(query, e);
        }
    }

    /** Changes the agent's journal behind its back. */
    void change(String sql) throws SQLException {
        try (Connection journal =
                        DriverManager.getConnection(
                                "jdbc:sqlite:" + root.resolve("agents/alder.db"));
                var statement = journal.createStatement()) {
            statement.execute(sql);
        }
    }

    boolean isNew() {
        return !Files.exists(root.resolve("agents/alder.db"));
    }

    /** The state of the attempt that was at work, if any was. */
    Optional<AttemptState> state() {
        return ask("SELECT state FROM attempt WHERE state NOT IN " + FINAL + " LIMIT 1").stream()
                .map(AttemptState::valueOf)
                .findFirst();
    }

    List<String> unfinishedLeases() {
        return ask("SELECT lease FROM attempt WHERE state NOT IN " + FINAL);
    }

    /** Attempts that ended without success: state, cause and detail. */
    List<String> failures() {
        return ask(
                "SELECT state || ' ' || cause || ' ' || detail FROM attempt WHERE state IN"
                        + " ('FAILED', 'CANCELLED')");
    }

    /** Holds whatever happened, and whoever is at work. */
    void assertNoGpuIsHeldTwice() {
        assertThat(
                        ask(
                                "SELECT gpu FROM claim WHERE ended_on IS NULL GROUP BY gpu HAVING"
                                        + " count(*) > 1"))
                .as("GPUs with two open claims")
                .isEmpty();
        assertThat(
                        ask(
                                "SELECT lease FROM claim WHERE (ended_on IS NULL) <> (outcome IS"
                                        + " NULL)"))
                .as("claims with half an end")
                .isEmpty();
        assertThat(
                        ask(
                                "SELECT a.lease FROM receipt a GROUP BY a.lease HAVING count(*) <>"
                                        + " max(sequence) + 1"))
                .as("receipt chains with a gap")
                .isEmpty();
        assertThat(
                        ask(
                                "SELECT lease FROM unit GROUP BY lease HAVING count(*) <>"
                                        + " max(number) + 1"))
                .as("leases with a unit missing")
                .isEmpty();
    }

    /** The leases that hold GPUs and have ended. */
    List<String> leakedClaims() {
        return ask(
                "SELECT c.lease FROM claim c JOIN attempt a ON a.lease = c.lease WHERE c.ended_on"
                        + " IS NULL AND a.state IN "
                        + FINAL);
    }

    List<String> openClaims() {
        return ask("SELECT gpu FROM claim WHERE ended_on IS NULL");
    }

    /** The leases whose work was done on GPUs that nobody claimed. */
    List<String> doneWithoutClaim() {
        return ask(
                "SELECT lease FROM attempt WHERE state = 'DONE' AND lease NOT IN (SELECT lease FROM"
                        + " claim)");
    }

    private String agent() {
        try {
            return new KeyFile(root.resolve("keys/provider-alder.pem"))
                    .signingKey(new SecureRandom())
                    .keyId()
                    .hex();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** The runners of this agent, whoever started them. */
    List<ProcessHandle> runners() {
        return LeftoverRunners.of(agent());
    }

    /** The leases of this agent's containers. */
    List<String> containers() throws IOException, InterruptedException {
        Process list =
                new ProcessBuilder(
                                "docker",
                                "ps",
                                "-a",
                                "--filter",
                                "label=dev.assay.agent=" + agent(),
                                "--format",
                                "{{.Label \"dev.assay.lease\"}}")
                        .redirectErrorStream(true)
                        .start();
        List<String> leases = list.inputReader().lines().toList();
        assertThat(list.waitFor()).as(leases.toString()).isZero();
        return leases;
    }

    /** Mounts below the home. */
    List<String> mounts() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/mountinfo"))) {
            return lines.filter(line -> line.contains(" " + root)).toList();
        }
    }

    /** What is left of workspaces. */
    List<Path> workspaces() throws IOException {
        Path folder = root.resolve("containers/alder");
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    /** Every micro-unit is accounted for, in the middle of things. */
    void assertBooksBalance() throws SQLException {
        Books books = Books.read(root);
        assertThat(books.accounts()).isEqualTo(books.transferred());
        assertThat(books.accounts().values().stream().mapToLong(Long::longValue).sum()).isZero();
        for (Map.Entry<String, Long> account : books.accounts().entrySet()) {
            if (!account.getKey().startsWith("outside")) {
                assertThat(account.getValue()).as(account.getKey()).isNotNegative();
            }
        }
    }
}
