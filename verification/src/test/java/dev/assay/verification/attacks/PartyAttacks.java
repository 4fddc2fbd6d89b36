package dev.assay.verification.attacks;

import static dev.assay.verification.attacks.Attack.MARKET;
import static dev.assay.verification.attacks.Attack.TENANT;

import dev.assay.verification.audit.EvidenceLayout;

import java.util.Map;

/** Orders, leases and settlements in which a tenant or a market lies. */
final class PartyAttacks {
    private static final String LEASE = EvidenceLayout.LEASE;
    private static final String SETTLEMENT = EvidenceLayout.SETTLEMENT;
    private static final String OTHER = "sha256:" + "ab".repeat(32);

    private final FolderAttacks folders;

    private PartyAttacks(FolderAttacks folders) {
        this.folders = folders;
    }

    static void add(FolderAttacks folders) {
        PartyAttacks attacks = new PartyAttacks(folders);
        attacks.orders();
        attacks.leases();
        attacks.settlements();
        attacks.transfers();
    }

    private void orders() {
        folders.lie(
                TENANT,
                "order-of-another-tenant",
                "an order in somebody else's name",
                EvidenceLayout.ORDER,
                "/predicate/tenant",
                Parties.STRANGER.keyId().hex(),
                FolderAttacks.in(EvidenceLayout.ORDER, "order.tenant", "statement", "expected "));
        folders.lie(
                TENANT,
                "order-past-its-deadline",
                "a deadline before the order",
                EvidenceLayout.ORDER,
                "/predicate/deadline",
                "2025-12-31T00:00:00Z",
                FolderAttacks.in(
                        EvidenceLayout.ORDER,
                        "order.deadline",
                        "statement",
                        "is not after the order was created"));
    }

    private void leases() {
        lease(
                "lease-above-the-price",
                "a rate above the order's maximum",
                "/predicate/price/rate",
                "800001",
                "lease.price",
                "is above the order's maximum");
        lease(
                "lease-of-another-deposit",
                "more is locked than the tenant ordered",
                "/predicate/deposit",
                "5000",
                "lease.deposit",
                "expected ");
        lease(
                "lease-of-another-job",
                "another job than the one ordered",
                "/predicate/spec",
                OTHER,
                "lease.spec",
                "expected ");
        lease(
                "lease-of-another-order",
                "another order",
                "/predicate/order",
                "ab".repeat(32),
                "lease.order",
                "expected ");
        lease(
                "lease-with-another-auditor",
                "an auditor of the market's choice",
                "/predicate/auditor",
                Parties.STRANGER.keyId().hex(),
                "lease.auditor",
                "expected ");
        lease(
                "lease-audited-by-its-provider",
                "the auditor gets the work",
                "/predicate/provider",
                Parties.TENANT.keyId().hex(),
                "lease.provider",
                "is the order's auditor");
        lease(
                "lease-with-another-commitment",
                "a draw that the market knows",
                "/predicate/seedCommitment",
                OTHER,
                "lease.seedCommitment",
                "expected ");
        lease(
                "lease-with-another-deadline",
                "an hour more",
                "/predicate/deadline",
                "2026-01-01T01:10:00Z",
                "lease.deadline",
                "expected ");
        lease(
                "lease-past-the-deadline",
                "a lease after the order's deadline",
                "/predicate/createdOn",
                "2026-01-01T00:10:00Z",
                "lease.createdOn",
                "is not between the order and its deadline");
        lease(
                "lease-before-its-order",
                "a lease from before the order",
                "/predicate/createdOn",
                "2025-12-31T00:00:00Z",
                "lease.createdOn",
                "is not between the order and its deadline");
        folders.attack(
                "lease-by-a-stranger",
                "anyone with a key",
                "a stranger grants the lease",
                new TaleFolder(new Tale().signedBy(LEASE, Parties.STRANGER)),
                FolderAttacks.in(LEASE, "", "key", "the envelope names key"));
        folders.attack(
                "lease-logged-late",
                MARKET,
                "the lease is logged after everything else",
                new TaleFolder(new Tale().late(LEASE)),
                FolderAttacks.at(
                        "proofs", "", "log-order", "in another order than they were made"));
    }

    private void settlements() {
        settled(
                "settled-for-more",
                "more is billed than was metered",
                "/predicate/quantity",
                "6",
                "settlement.quantity",
                "is 6; recomputed: 5");
        settled(
                "settled-at-another-price",
                "more is owed than the price gives",
                "/predicate/owed",
                "1751",
                "settlement.owed",
                "recomputed: ");
        settled(
                "settled-in-another-denom",
                "another currency",
                "/predicate/denom",
                "akt",
                "settlement.denom",
                "recomputed: ");
        settled(
                "settled-for-another-lease",
                "the settlement of another lease",
                "/predicate/leaseId",
                "ab".repeat(32),
                "settlement.leaseId",
                "recomputed: ");
        settled(
                "settled-on-older-usage",
                "an older receipt than the last",
                "/predicate/usageHead",
                OTHER,
                "settlement.usageHead",
                "recomputed: ");
        settled(
                "settled-on-another-result",
                "another result",
                "/predicate/result",
                OTHER,
                "settlement.result",
                "recomputed: ");
        settled(
                "settled-on-another-verdict",
                "another verdict",
                "/predicate/verdict",
                OTHER,
                "settlement.verdict",
                "recomputed: ");
        settled(
                "settled-as-failed",
                "a good result is called a failed one",
                "/predicate/reason",
                "audit_failed",
                "settlement.reason",
                "the folder holds no failed verdict");
        settled(
                "settled-without-bids",
                "a lease is said to have had no bids",
                "/predicate/reason",
                "no_bids",
                "settlement.reason",
                "there is a lease");
        folders.attack(
                "settled-by-a-stranger",
                "anyone with a key",
                "a stranger settles",
                new TaleFolder(new Tale().signedBy(SETTLEMENT, Parties.STRANGER)),
                FolderAttacks.in(SETTLEMENT, "", "key", "the envelope names key"));
    }

    private void transfers() {
        settled(
                "payment-to-another",
                "the payment goes to a stranger",
                "/predicate/transfers/0/to",
                "provider:" + Parties.STRANGER.keyId().hex(),
                "settlement.transfers",
                "recomputed, but not made");
        settled(
                "payment-of-more",
                "a micro-unit more is paid",
                "/predicate/transfers/0/amount",
                "1401",
                "settlement.transfers",
                "recomputed, but not made");
        settled(
                "fee-to-another-pool",
                "a fee goes to a pool that the lease does not name",
                "/predicate/transfers/1/to",
                "pool:market",
                "settlement.transfers",
                "recomputed, but not made");
        settled(
                "refund-kept",
                "the refund is a micro-unit short",
                "/predicate/transfers/3/amount",
                "2249",
                "settlement.transfers",
                "recomputed, but not made");
        settled(
                "bid-deposit-slashed",
                "an honest provider loses its deposit",
                "/predicate/transfers/4/purpose",
                "SLASH",
                "settlement.transfers",
                "bid-deposit",
                "recomputed: ");
        settled(
                "bid-deposit-to-another",
                "the deposit goes to a stranger",
                "/predicate/transfers/4/to",
                "provider:" + Parties.STRANGER.keyId().hex(),
                "settlement.transfers",
                "bid-deposit",
                "recomputed: ");
        settled(
                "payment-negative",
                "a negative payment",
                "/predicate/transfers/0/amount",
                "-1400",
                "statement.predicate.transfers[0].amount",
                "statement",
                "expected ");
        settled(
                "payment-huge",
                "a payment that wraps around in 64 bits",
                "/predicate/transfers/0/amount",
                "18446744073709553016",
                "statement.predicate.transfers[0].amount",
                "statement",
                "expected a decimal string");
        settled(
                "transfer-from-elsewhere",
                "money that was in another escrow",
                "/predicate/transfers/0/from",
                "escrow:" + "ab".repeat(32),
                "settlement.transfers",
                "recomputed, but not made");
        Map<String, String> payment =
                Map.of(
                        "purpose",
                        "PAYMENT",
                        "from",
                        "escrow:" + "ab".repeat(32),
                        "to",
                        "provider:" + Parties.PROVIDER.keyId().hex(),
                        "amount",
                        "1");
        settled(
                "payment-twice",
                "a second, small payment in the place of the deposit",
                "/predicate/transfers/4",
                payment,
                "settlement.transfers",
                "made, but not recomputed");
    }

    private void lease(
            String name, String change, String pointer, Object value, String field, String says) {
        folders.lie(
                MARKET,
                name,
                change,
                LEASE,
                pointer,
                value,
                FolderAttacks.in(LEASE, field, "statement", says));
    }

    private void settled(
            String name, String change, String pointer, Object value, String field, String says) {
        settled(name, change, pointer, value, field, "settlement", says);
    }

    private void settled(
            String name,
            String change,
            String pointer,
            Object value,
            String field,
            String clause,
            String says) {
        folders.lie(
                MARKET,
                name,
                change,
                SETTLEMENT,
                pointer,
                value,
                FolderAttacks.in(SETTLEMENT, field, clause, says));
    }
}
