package dev.assay.verification.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.verification.audit.Clause;
import dev.assay.verification.audit.Finding.Standing;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Instant;

/** A history that a test lets go wrong, and what an audit must say of it. */
abstract class ChronicleTest {
    static final Instant NOW = Chronicle.NOW;

    @TempDir Path place;
    Chronicle chronicle;

    @BeforeEach
    void aHistory() throws Exception {
        chronicle = new Chronicle(place.resolve("history"));
    }

    @AfterEach
    void itsEnd() throws Exception {
        chronicle.close();
    }

    static void assertRefuted(HistoryReport report, Clause clause, long line, String field) {
        assertThat(report.verdict()).as(report.toString()).isEqualTo(Outcome.FAIL);
        assertFound(report, Standing.REFUTED, clause, HistoryLayout.line(line), field);
    }

    static void assertUnresolved(HistoryReport report, Clause clause, String place, String field) {
        assertThat(report.verdict()).as(report.toString()).isEqualTo(Outcome.INCONCLUSIVE);
        assertFound(report, Standing.UNCHECKED, clause, place, field);
    }

    private static void assertFound(
            HistoryReport report, Standing standing, Clause clause, String place, String field) {
        assertThat(report.findings())
                .as(report.toString())
                .anyMatch(
                        finding ->
                                finding.standing() == standing
                                        && finding.clause() == clause
                                        && finding.file().equals(place)
                                        && finding.field().equals(field));
    }
}
