package dev.assay.verification.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.protocol.lease.CloseReason;
import dev.assay.verification.audit.Finding.Standing;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** What a market can do: fork its log, and settle otherwise than is due. */
final class LyingMarketTest extends AuditedStory {
    /** 4 is where the result stands in the log: then only what is before it differs. */
    @ParameterizedTest
    @ValueSource(ints = {0, 2, 4, 7})
    void market_thatForksItsLogToChooseTheDraw_isRefuted(int before) throws Exception {
        story.forkedAfter = OptionalInt.of(before);
        AuditReport report = written().audit();
        assertRefuted(report, "proofs/draw.tlog-proof", "");
    }

    @Test
    void draw_afterEntriesOfOthers_isNotProvedToBeOfTheSameLog() throws Exception {
        story.othersBeforeTheDraw = 3;
        AuditReport report = written().audit();
        assertThat(report.passed()).as(report.toString()).isTrue();
        assertThat(report.with(Standing.NOT_PROVED).stream().map(Finding::clause))
                .contains(Clause.CONSISTENCY);
    }

    /** Time that nobody computed again is not owed because the provider says who is to blame. */
    @Test
    void settlement_thatPaysForAFailedAttempt_isRefuted() throws Exception {
        story.lie("settlement", "/predicate/reason", "failed");
        assertRefuted(written().audit(), SETTLEMENT, "is 5; recomputed: 0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/predicate/owed                | 1751 | owed | SETTLEMENT",
                "/predicate/owed                | 1749 | owed | SETTLEMENT",
                "/predicate/quantity            | 4    | quantity | SETTLEMENT",
                "/predicate/quantity            | 9223372036854775807 | quantity | SETTLEMENT",
                "/predicate/denom               | akt  | denom | SETTLEMENT",
                "/predicate/transfers/0/amount  | 1401 | transfers | SETTLEMENT",
                "/predicate/transfers/0/amount  | 9223372036854775807 | transfers | SETTLEMENT",
                "/predicate/transfers/0/to      | tenant:me | transfers | SETTLEMENT",
                "/predicate/transfers/0/from    | outside   | transfers | SETTLEMENT",
                "/predicate/transfers/0/purpose | FEE       | transfers | SETTLEMENT",
                "/predicate/transfers/1/amount  | 211  | transfers | SETTLEMENT",
                "/predicate/transfers/1/to      | community | transfers | SETTLEMENT",
                "/predicate/transfers/1/to      | pool:mine | transfers | SETTLEMENT",
                "/predicate/transfers/2/amount  | 0    | transfers | SETTLEMENT",
                "/predicate/transfers/3/amount  | 2249 | transfers | SETTLEMENT",
                "/predicate/transfers/3/to      | pool:community | transfers | SETTLEMENT",
                "/predicate/transfers/3/purpose | PAYMENT | transfers | SETTLEMENT",
                "/predicate/transfers/4/to      | pool:community | transfers | BID_DEPOSIT",
                "/predicate/transfers/4/purpose | SLASH | transfers | BID_DEPOSIT",
                "/predicate/transfers/4/purpose | REFUND | transfers | SETTLEMENT",
                "/predicate/transfers           | []   | transfers | SETTLEMENT",
                "/predicate/reason              | audit_failed | reason | SETTLEMENT",
                "/predicate/reason              | owner | quantity | SETTLEMENT",
                "/predicate/reason              | provider_lost | quantity | SETTLEMENT",
                "/predicate/reason              | no_bids | reason | SETTLEMENT",
            })
    void settlement_thatIsNotWhatIsDue_isRefuted(
            String pointer, String value, String field, Clause clause) throws Exception {
        Object lie = value.equals("[]") ? List.of() : value;
        story.lie("settlement", pointer, lie);
        AuditReport report = written().audit();
        assertRefuted(report, SETTLEMENT, "settlement." + field, clause);
    }

    @Test
    void settlement_thatPaysTwice_isRefuted() throws Exception {
        Map<String, String> again =
                Map.of(
                        "purpose",
                        "PAYMENT",
                        "from",
                        "escrow:" + papers.verifiedOrder().id().hex(),
                        "to",
                        "provider:" + papers.provider.keyId().hex(),
                        "amount",
                        "1400");
        story.lie("settlement", "/predicate/transfers/4", again);
        assertRefuted(written().audit(), SETTLEMENT, "made, but not recomputed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"usageHead", "result", "verdict"})
    void settlement_thatCitesAnotherDocument_isRefuted(String field) throws Exception {
        story.lie("settlement", "/predicate/" + field, "sha256:" + "ab".repeat(32));
        AuditReport report = written().audit();
        assertRefuted(report, SETTLEMENT, "settlement." + field, Clause.SETTLEMENT);
    }

    @Test
    void settlement_thatPaysForAFailedResult_isRefuted() throws Exception {
        story.output = wrong();
        story.committed = wrong();
        story.outcome = Optional.of(Outcome.FAIL);
        assertRefuted(written().audit(), SETTLEMENT, "says done");
    }

    @Test
    void settlement_thatKeepsThePayOfAGoodResult_isRefuted() throws Exception {
        story.reason = CloseReason.AUDIT_FAILED;
        assertRefuted(written().audit(), SETTLEMENT, "the folder holds no failed verdict");
    }

    @Test
    void lease_aboveTheOrdersMaximum_isRefuted() throws Exception {
        story.lie("lease", "/predicate/price/rate", "800001");
        assertRefuted(
                written().audit(), "statements/lease.dsse.json", "is above the order's maximum");
    }

    @Test
    void instants_atTheEdgeOfTime_areRefutedNotAnError() throws Exception {
        story.lie("lease", "/predicate/createdOn", "-1000000000-01-01T00:00:00Z");
        assertThat(written().audit().passed()).isFalse();
    }
}
