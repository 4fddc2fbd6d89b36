package dev.assay.verification.attest;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.models.tensor.Tensor;
import dev.assay.protocol.id.Digest;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.check.TinyModel;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.Statement;
import dev.assay.verification.statement.VerdictPredicate;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.List;

/** A result fits its lease and its receipts in every field, and a verdict its result. */
final class ResultTest {
    private static final Tensor OUTPUT = TinyModel.output();
    private static final String OTHER = "ab".repeat(32);
    private static final Digest ROOT = Digest.sha256(new byte[] {5});
    private static final long SIZE = 5;

    private final Papers papers;
    private final VerifiedReceipt head;

    ResultTest() throws Exception {
        papers = new Papers();
        head = papers.chain(OUTPUT).head().orElseThrow();
    }

    @Test
    void honestResult_verified_isThatResult() throws Exception {
        AttestedResult result = papers.attested(OUTPUT);
        assertThat(result.result()).isEqualTo(papers.result(head, OUTPUT));
        assertThat(result.digest()).isEqualTo(result.statement().digest());
    }

    @ParameterizedTest
    @CsvSource({
        "/predicate/buildDefinition/externalParameters/spec,            sha256:, result.spec",
        "/predicate/runDetails/builder/id,                                     , result.builder",
        "/predicate/buildDefinition/resolvedDependencies/0/digest/sha256,      , result.model",
        "/predicate/buildDefinition/resolvedDependencies/1/digest/sha256,      , result.input",
        "/predicate/seedCommitment,                           sha256:, result.seedCommitment",
        "/predicate/usageHead,                                sha256:, result.usageHead",
        "/predicate/unitRoot,                                 sha256:, result.unitRoot",
    })
    void result_namingAnotherThing_isRefused(String pointer, String prefix, String named) {
        Statement statement = statement();
        assertRefused(
                        Code.BAD_STATEMENT,
                        () ->
                                verify(
                                        Forgery.signed(
                                                statement,
                                                papers.provider,
                                                pointer,
                                                (prefix == null ? "" : prefix) + OTHER)))
                .startsWith(named + ": is ");
    }

    @ParameterizedTest
    @CsvSource({
        "/predicate/engine,                               pytorch,     result.engine",
        "/predicate/runDetails/metadata/startedOn,  2026-01-01T00:00:05Z, result.metadata",
        "/predicate/runDetails/metadata/finishedOn, 2026-01-01T00:00:01Z, result.metadata",
        "/predicate/runDetails/metadata/startedOn,  2025-12-31T23:59:50Z, result.metadata",
    })
    void result_ofAnotherEngineOrTime_isRefused(String pointer, String value, String named) {
        Statement statement = statement();
        assertRefused(
                        Code.BAD_STATEMENT,
                        () -> verify(Forgery.signed(statement, papers.provider, pointer, value)))
                .startsWith(named + ": ");
    }

    @ParameterizedTest
    @CsvSource({"2", "4"})
    void result_ofOtherUnits_isRefused(int units) {
        Statement statement = statement();
        assertRefused(
                        Code.BAD_STATEMENT,
                        () ->
                                verify(
                                        Forgery.signed(
                                                statement,
                                                papers.provider,
                                                "/predicate/units",
                                                units)))
                .isEqualTo("result.units: is " + units + ", expected 3");
    }

    @Test
    void result_ofAnotherLease_isRefused() throws Exception {
        Papers others = new Papers();
        AttestedResult other = others.attested(OUTPUT);
        assertRefused(
                        Code.BAD_STATEMENT,
                        () ->
                                AttestedResult.verify(
                                        other.statement().envelope(),
                                        others.provider.verifyingKey(),
                                        papers.verifiedLease(),
                                        head))
                .startsWith("result.leaseId: is ");
    }

    @Test
    void result_signedByAnotherProvider_isRefused() {
        Statement statement = statement();
        assertRefused(
                        Code.BAD_STATEMENT,
                        () ->
                                AttestedResult.verify(
                                        SignedStatement.sign(statement, papers.stranger),
                                        papers.stranger.verifyingKey(),
                                        papers.verifiedLease(),
                                        head))
                .startsWith("result's key: is ");
    }

    @Test
    void result_beforeEveryUnitIsInAReceipt_isRefused() throws Exception {
        ReceiptChain chain =
                new ReceiptChain(papers.verifiedLease(), papers.provider.verifyingKey());
        VerifiedReceipt early =
                chain.append(
                        SignedStatement.sign(
                                papers.receipt(chain.head(), 2, OUTPUT).statement(),
                                papers.provider),
                        Papers.NOW.plusSeconds(60));
        Envelope result =
                SignedStatement.sign(papers.result(early, OUTPUT).statement(), papers.provider);
        assertRefused(
                        Code.BAD_STATEMENT,
                        () ->
                                AttestedResult.verify(
                                        result,
                                        papers.provider.verifyingKey(),
                                        papers.verifiedLease(),
                                        early))
                .isEqualTo("units in the last receipt: is 2, expected 3");
    }

    @Test
    void result_finishedAheadOfTheVerifiersTime_isRefused() throws Exception {
        AttestedResult result = papers.attested(OUTPUT);
        assertThat(result.finishedBy(Papers.NOW.minusSeconds(6))).isSameAs(result);
        assertRefused(Code.BAD_PERIOD, () -> result.finishedBy(Papers.NOW.minusSeconds(7)))
                .isEqualTo("result.metadata: 2026-01-01T00:00:04Z is in the future");
    }

    @Test
    void verdict_honest_passesOnlyWhenItSaysSo() throws Exception {
        assertThat(audited(verdict(Outcome.PASS)).passed()).isPresent();
        assertThat(audited(verdict(Outcome.PASS)).passed().orElseThrow().rows()).isEqualTo(5);
        assertThat(audited(verdict(Outcome.FAIL)).passed()).isEmpty();
        assertThat(audited(verdict(Outcome.INCONCLUSIVE)).passed()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "leaseId,                  , verdict.leaseId",
        "result,            sha256:, verdict.result",
        "auditor,                  , verdict.auditor",
        "secret,                   , SHA-256 of verdict.secret",
        "checkpointRoot,    sha256:, verdict.checkpointRoot",
    })
    void verdict_namingAnotherThing_isRefused(String field, String prefix, String named)
            throws Exception {
        Statement statement = verdict(Outcome.PASS).statement();
        assertRefused(
                        Code.BAD_STATEMENT,
                        () ->
                                audited(
                                        Forgery.signed(
                                                statement,
                                                papers.tenant,
                                                "/predicate/" + field,
                                                (prefix == null ? "" : prefix) + OTHER),
                                        papers.tenant))
                .startsWith(named + ": is ");
    }

    /** A PASS that claims a check which this work is not checked by. */
    @ParameterizedTest
    @CsvSource({"CONTENTS", "TOLERANT_REPLAY"})
    void auditor_thatOnlyLookedAtTheFiles_isRefused(String method) throws Exception {
        Statement statement = verdict(Outcome.PASS).statement();
        assertRefused(
                        Code.BAD_STATEMENT,
                        () ->
                                audited(
                                        Forgery.signed(
                                                statement,
                                                papers.tenant,
                                                "/predicate/method",
                                                method),
                                        papers.tenant))
                .isEqualTo("verdict.method: is " + method + ", expected EXACT_REPLAY");
    }

    @Test
    void verdict_ofAnotherCheckpoint_isRefused() throws Exception {
        Statement statement =
                papers.verdict(papers.attested(OUTPUT), Outcome.PASS, SIZE + 1, ROOT).statement();
        assertRefused(
                        Code.BAD_STATEMENT,
                        () ->
                                audited(
                                        SignedStatement.sign(statement, papers.tenant),
                                        papers.tenant))
                .isEqualTo("verdict.checkpointSize: is 6, expected 5");
    }

    /** An auditor who could choose the units could look away from the bad ones. */
    @Test
    void verdict_onUnitsThatWereNotDrawn_isRefused() throws Exception {
        VerdictPredicate verdict = verdict(Outcome.PASS);
        for (List<Integer> drawn :
                List.of(List.<Integer>of(), verdict.drawn().subList(0, 1), List.of(0, 1, 2))) {
            assertRefused(
                            Code.BAD_STATEMENT,
                            () ->
                                    audited(
                                            Forgery.signed(
                                                    verdict.statement(),
                                                    papers.tenant,
                                                    "/predicate/drawn",
                                                    drawn),
                                            papers.tenant))
                    .isEqualTo("verdict.drawn: is " + drawn + ", expected " + verdict.drawn());
        }
    }

    @ParameterizedTest
    @EnumSource
    void verdict_signedByAnotherThanTheAuditor_isRefused(Outcome outcome) throws Exception {
        Statement statement = verdict(outcome).statement();
        assertRefused(
                        Code.BAD_STATEMENT,
                        () ->
                                audited(
                                        SignedStatement.sign(statement, papers.provider),
                                        papers.provider))
                .startsWith("lease.auditor: is ");
    }

    private Statement statement() {
        try {
            return papers.result(head, OUTPUT).statement();
        } catch (dev.assay.verification.VerificationException e) {
            throw new AssertionError(e);
        }
    }

    private void verify(Envelope envelope) throws Exception {
        AttestedResult.verify(
                envelope, papers.provider.verifyingKey(), papers.verifiedLease(), head);
    }

    private VerdictPredicate verdict(Outcome outcome) throws Exception {
        return papers.verdict(papers.attested(OUTPUT), outcome, SIZE, ROOT);
    }

    private AuditedResult audited(VerdictPredicate verdict) throws Exception {
        return audited(SignedStatement.sign(verdict.statement(), papers.tenant), papers.tenant);
    }

    private AuditedResult audited(Envelope verdict, SigningKey auditor) throws Exception {
        return AuditedResult.verify(
                papers.attested(OUTPUT), verdict, auditor.verifyingKey(), SIZE, ROOT);
    }
}
