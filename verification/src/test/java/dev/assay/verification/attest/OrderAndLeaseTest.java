package dev.assay.verification.attest;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.statement.Statement;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An order is its tenant's, and a lease grants what the order asks and nothing else. */
final class OrderAndLeaseTest {
    private static final String OTHER =
            "abababababababababababababababab" + "abababababababababababababababab";

    private final Papers papers;

    OrderAndLeaseTest() throws Exception {
        papers = new Papers();
    }

    @Test
    void honestPapers_verified_areIdentifiedByTheirStatements() throws Exception {
        VerifiedOrder order = papers.verifiedOrder();
        assertThat(order.id().digest()).isEqualTo(order.statement().digest());
        assertThat(order.order()).isEqualTo(papers.order());
        VerifiedLease lease = papers.verifiedLease();
        assertThat(lease.id().digest()).isEqualTo(lease.statement().digest());
        assertThat(lease.lease()).isEqualTo(papers.lease());
    }

    @Test
    void order_signedByAnotherKey_isRefused() {
        assertRefused(
                        Code.BAD_KEY,
                        () ->
                                VerifiedOrder.verify(
                                        SignedStatement.sign(
                                                papers.order().statement(), papers.stranger),
                                        papers.tenant.verifyingKey()))
                .startsWith("the envelope names key ");
    }

    @Test
    void order_ofAnotherTenantThanItsSigner_isRefused() {
        assertRefused(
                        Code.BAD_STATEMENT,
                        () ->
                                VerifiedOrder.verify(
                                        SignedStatement.sign(
                                                papers.order().statement(), papers.stranger),
                                        papers.stranger.verifyingKey()))
                .startsWith("order.tenant: is ");
    }

    @ParameterizedTest
    @CsvSource({"2026-01-01T00:00:00Z", "2025-12-31T23:59:59.999Z"})
    void order_withADeadlineNotAfterItsStart_isRefused(String deadline) {
        assertRefused(
                        Code.BAD_STATEMENT,
                        () ->
                                VerifiedOrder.verify(
                                        Forgery.signed(
                                                papers.order().statement(),
                                                papers.tenant,
                                                "/predicate/deadline",
                                                deadline),
                                        papers.tenant.verifyingKey()))
                .isEqualTo("order.deadline: is not after the order was created");
    }

    @Test
    void order_thatIsAnotherKindOfStatement_isRefused() {
        Statement lease = papers.lease().statement();
        assertRefused(
                        Code.BAD_STATEMENT,
                        () ->
                                VerifiedOrder.verify(
                                        SignedStatement.sign(lease, papers.tenant),
                                        papers.tenant.verifyingKey()))
                .isEqualTo(
                        "a statement of type https://assay.dev/attestation/lease/v1 where another"
                                + " kind is expected");
    }

    /** Every term of the order is in the lease, and each is compared. */
    @ParameterizedTest
    @CsvSource({
        "order,            " + OTHER + ",              lease.order",
        "spec,             sha256:" + OTHER + ",       lease.spec",
        "tenant,           " + OTHER + ",              lease.tenant",
        "auditor,          " + OTHER + ",              lease.auditor",
        "deposit,          3999,                       lease.deposit",
        "deposit,          4001,                       lease.deposit",
        "deadline,         2026-01-01T00:10:01Z,       lease.deadline",
        "seedCommitment,   sha256:" + OTHER + ",       lease.seedCommitment",
        "price/denom,      akt,                        lease.price",
        "price/per,        cpu-hour,                   lease.price",
        "price/rate,       800001,                     lease.price",
        "createdOn,        2025-12-31T23:59:49Z,       lease.createdOn",
        "createdOn,        2026-01-01T00:10:00Z,       lease.createdOn",
        "createdOn,        0000-01-01T00:00:00Z,       lease.createdOn",
    })
    void lease_withATermTheOrderDoesNotHave_isRefused(String field, String value, String named) {
        assertRefused(
                        Code.BAD_STATEMENT,
                        () ->
                                VerifiedLease.verify(
                                        Forgery.signed(
                                                papers.lease().statement(),
                                                papers.market,
                                                "/predicate/" + field,
                                                value),
                                        papers.market.verifyingKey(),
                                        papers.verifiedOrder()))
                .startsWith(named + ": ");
    }

    /** Who is paid for a result must not be the one whose word releases the pay. */
    @Test
    void provider_thatIsTheAuditorOfItsOwnWork_isRefused() {
        assertRefused(
                        Code.BAD_STATEMENT,
                        () ->
                                VerifiedLease.verify(
                                        Forgery.signed(
                                                papers.lease().statement(),
                                                papers.market,
                                                "/predicate/provider",
                                                papers.tenant.keyId().hex()),
                                        papers.market.verifyingKey(),
                                        papers.verifiedOrder()))
                .startsWith("lease.provider: ");
    }

    @Test
    void lease_atTheOrdersMaximum_isAccepted() throws Exception {
        VerifiedLease lease =
                VerifiedLease.verify(
                        Forgery.signed(
                                papers.lease().statement(),
                                papers.market,
                                "/predicate/price/rate",
                                "800000"),
                        papers.market.verifyingKey(),
                        papers.verifiedOrder());
        assertThat(lease.lease().price()).isEqualTo(papers.spec.maxPrice());
    }

    @Test
    void lease_signedByTheProviderItself_isRefused() {
        assertRefused(
                Code.BAD_KEY,
                () ->
                        VerifiedLease.verify(
                                SignedStatement.sign(papers.lease().statement(), papers.provider),
                                papers.market.verifyingKey(),
                                papers.verifiedOrder()));
    }
}
