package dev.assay.verification.attacks;

import static dev.assay.verification.attacks.Attack.MARKET;
import static dev.assay.verification.attacks.Attack.PROVIDER;
import static dev.assay.verification.attacks.Attack.TENANT;
import static dev.assay.verification.attacks.HistoryAttacks.LAST;
import static dev.assay.verification.attacks.HistoryAttacks.begin;
import static dev.assay.verification.attacks.HistoryAttacks.end;
import static dev.assay.verification.attacks.HistoryAttacks.line;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.attacks.HistoryAttacks.Story;
import dev.assay.verification.attest.UnitDraw;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.history.Chronicle;
import dev.assay.verification.history.Chronicle.Entry;
import dev.assay.verification.history.Chronicle.Told;

import java.util.List;

/** Histories in which a market, a tenant or whoever signs for them lies. */
final class HistoryPartyAttacks {
    private final HistoryAttacks histories;

    private HistoryPartyAttacks(HistoryAttacks histories) {
        this.histories = histories;
    }

    static void add(HistoryAttacks histories) throws Exception {
        HistoryPartyAttacks attacks = new HistoryPartyAttacks(histories);
        attacks.leases();
        attacks.verdicts();
        attacks.settlements();
    }

    private void leases() throws Exception {
        granted(
                "lease-on-another-secret",
                "the lease has another commitment to a secret than the order",
                "/predicate/seedCommitment",
                HistoryAttacks.nothing(),
                line(3, "lease.seedCommitment", "statement", "is "));
        granted(
                "lease-of-another-provider",
                "the lease is another provider's",
                "/predicate/provider",
                Parties.STRANGER.keyId().hex(),
                line(3, "lease.provider", "statement", "another provider"));
        market(
                "lease-twice",
                "the lease is logged again",
                chronicle -> {
                    Told lease = begin(chronicle);
                    end(lease);
                    chronicle.add(lease.lease.envelope(), Parties.MARKET.verifyingKey());
                },
                line(10, "lease", "repetition", "has this statement already"));
        market(
                "order-twice",
                "the order is logged again when its lease has ended",
                chronicle -> {
                    Told lease = begin(chronicle);
                    end(lease);
                    chronicle.add(lease.order.envelope(), Parties.TENANT.verifyingKey());
                },
                line(10, "order", "repetition", "has this statement already"));
        market(
                "two-leases-of-one-order",
                "a second lease is granted on an order that was served",
                chronicle -> {
                    Told lease = begin(chronicle);
                    end(lease);
                    chronicle.lie("/predicate/createdOn", "2026-01-01T00:01:00Z");
                    chronicle.resign(lease.lease, Parties.MARKET);
                },
                line(10, "lease.order", "equivocation", "another lease already, at line 3"));
        histories.attack(
                "lease-that-the-provider-grants-itself",
                PROVIDER,
                "a lease is signed by the provider",
                chronicle -> {
                    Told lease = begin(chronicle);
                    end(lease);
                    chronicle.lie("/predicate/deposit", "9000000");
                    chronicle.resign(lease.lease, Parties.PROVIDER);
                },
                line(10, "lease's market", "key-validity", "signed, not "));
    }

    private void verdicts() throws Exception {
        judged(
                "units-of-its-own-choice",
                "other units than the secret draws",
                "/predicate/drawn",
                List.of(1, 2),
                line(8, "verdict.drawn", "verdict", "is [1, 2]"));
        Digest root = Digest.sha256(new byte[] {9});
        histories.attack(
                "root-that-the-log-never-had",
                TENANT,
                "the draw is of a root of the tenant's own",
                chronicle -> {
                    Told lease = begin(chronicle);
                    lease.result();
                    List<Integer> drawn =
                            UnitDraw.draw(Chronicle.digest("secret"), LAST - 1, root, 32, 2);
                    chronicle
                            .lie("/predicate/checkpointRoot", root.toString())
                            .lie("/predicate/drawn", drawn);
                    lease.verdict();
                    lease.settlement();
                },
                line(8, "verdict.checkpointRoot", "verdict", "is not the log's at 8 entries"));
        histories.attack(
                "verdict-by-the-provider",
                PROVIDER,
                "the provider gives the verdict on its own result",
                chronicle -> verdicts(chronicle, Parties.PROVIDER, "said by the provider"),
                line(9, "lease.auditor", "key-validity", "signed, not "));
        histories.attack(
                "two-verdicts",
                TENANT,
                "a second verdict on one result",
                chronicle -> verdicts(chronicle, Parties.TENANT, "said again"),
                line(9, "verdict.leaseId", "equivocation", "another verdict already, at line 8"));
    }

    private static void verdicts(Chronicle chronicle, SigningKey signer, String note)
            throws Exception {
        Told lease = begin(chronicle);
        lease.result();
        Entry verdict = lease.verdict();
        chronicle.lie("/predicate/detail", note);
        chronicle.resign(verdict, signer);
        lease.settlement();
    }

    private void settlements() throws Exception {
        settled(
                "more-rows-than-were-computed",
                "a row more is billed",
                "/predicate/quantity",
                "2001",
                "settlement.quantity",
                "metered and billable are 2000");
        settled(
                "more-than-is-owed",
                "a micro-unit more is owed",
                "/predicate/owed",
                "700001",
                "settlement.owed",
                "is ");
        settled(
                "in-another-currency",
                "the deposit is divided in another currency",
                "/predicate/denom",
                "akt",
                "settlement.denom",
                "is ");
        settled(
                "refund-too-large",
                "more leaves the escrow than went into it",
                "/predicate/transfers/2/amount",
                "900001",
                "settlement.transfers",
                "but not made: Transfer[purpose=REFUND");
        settled(
                "transfer-huge",
                "transfers that no 63 bits add up",
                "/predicate/transfers/2/amount",
                Long.toString(Long.MAX_VALUE),
                "settlement.transfers",
                "but not made: Transfer[purpose=REFUND");
        settled(
                "paid-to-another",
                "the payment goes to somebody else",
                "/predicate/transfers/0/to",
                "provider:" + Parties.STRANGER.keyId().hex(),
                "settlement.transfers",
                "but not made: Transfer[purpose=PAYMENT");
        settled(
                "result-that-is-not-there",
                "it rests on nothing as the result",
                "/predicate/result",
                HistoryAttacks.nothing(),
                "settlement.result",
                "the history says ");
        market(
                "settled-twice",
                "the deposit is divided again",
                chronicle -> {
                    Told lease = begin(chronicle);
                    end(lease);
                    lease.settlement();
                },
                line(10, "settlement.leaseId", "lifecycle", "was settled at line 9"));
        closed(
                "closed-as-without-bids",
                "a lease that was worked on is closed as if nobody had bid",
                "no_bids",
                "there is a lease");
        closed(
                "failed-without-a-verdict",
                "a lease is closed by an audit that nobody made",
                "audit_failed",
                "with no failed verdict");
    }

    private void closed(String name, String change, String reason, String says) throws Exception {
        market(
                name,
                change,
                chronicle -> {
                    Told lease = begin(chronicle);
                    chronicle.lie("/predicate/reason", reason);
                    lease.settlement();
                },
                line(7, "settlement.reason", "settlement", says));
    }

    private void granted(
            String name, String change, String pointer, Object value, Expected expected)
            throws Exception {
        market(
                name,
                change,
                chronicle -> {
                    chronicle.lieLater(1, pointer, value);
                    HistoryAttacks.lease(chronicle).settlement();
                },
                expected);
    }

    private void judged(String name, String change, String pointer, Object value, Expected expected)
            throws Exception {
        histories.attack(
                name,
                TENANT,
                change,
                chronicle -> {
                    Told lease = begin(chronicle);
                    lease.result();
                    chronicle.lie(pointer, value);
                    lease.verdict();
                    lease.settlement();
                },
                expected);
    }

    private void settled(
            String name, String change, String pointer, Object value, String field, String says)
            throws Exception {
        market(
                name,
                change,
                chronicle -> {
                    Told lease = begin(chronicle);
                    lease.result();
                    lease.verdict();
                    chronicle.lie(pointer, value);
                    lease.settlement();
                },
                line(9, field, "settlement", says));
    }

    private void market(String name, String change, Story story, Expected expected)
            throws Exception {
        histories.attack(name, MARKET, change, story, expected);
    }
}
