package dev.assay.verification.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.audit.Finding.Standing;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The rules that an audit checks, as they are documented, and what findings add up to. */
final class ClauseTest {
    private static final Path PAGE = Path.of("..", "docs", "audit.md");

    @Test
    void clauses_inTheDocumentation_areThese() throws Exception {
        List<String> documented =
                Files.readAllLines(PAGE).stream().filter(line -> line.startsWith("| `")).toList();
        assertThat(documented)
                .containsExactlyElementsOf(
                        Arrays.stream(Clause.values())
                                .map(
                                        clause ->
                                                "| `"
                                                        + clause.id()
                                                        + "` | "
                                                        + clause.sentence()
                                                        + " |")
                                .toList());
    }

    @ParameterizedTest
    @EnumSource
    void refusal_ofEachKind_isAFindingAboutOneRule(Code code) {
        VerificationException refusal =
                new VerificationException(code, "usage.sequence", "does not continue");

        Finding finding = Finding.of("statements/receipt-0001.dsse.json", refusal);

        assertThat(finding.clause()).isEqualTo(Clause.of(refusal));
        assertThat(finding.field()).isEqualTo("usage.sequence");
        assertThat(finding.message()).isEqualTo("does not continue");
    }

    @ParameterizedTest
    @EnumSource(names = {"IO", "LOG_IN_USE", "REPLAY_FAILED", "UNKNOWN_ROOT"})
    void refusal_thatSaysNothingOfTheEvidence_refutesNothing(Code code) {
        Finding finding = Finding.of("work", new VerificationException(code, "it is not readable"));

        assertThat(finding.standing()).isEqualTo(Standing.UNCHECKED);
        assertThat(finding.field()).isEqualTo(Finding.WHOLE);
    }

    @ParameterizedTest
    @CsvSource({
        "PROVED, , PASS",
        "PROVED, NOT_PROVED, PASS",
        "PROVED, UNCHECKED, INCONCLUSIVE",
        "NOT_PROVED, UNCHECKED, INCONCLUSIVE",
        "UNCHECKED, REFUTED, FAIL",
        "PROVED, REFUTED, FAIL",
    })
    void findings_together_haveOneVerdict(Standing one, Standing other, Outcome verdict) {
        List<Finding> findings =
                Stream.of(Optional.of(one), Optional.ofNullable(other))
                        .flatMap(Optional::stream)
                        .map(standing -> Finding.of(standing, ".", Clause.INDEX, "as it is"))
                        .toList();

        assertThat(new AuditReport(findings).verdict()).isEqualTo(verdict);
    }
}
