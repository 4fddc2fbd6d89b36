package dev.assay.verification.history;

import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.id.OrderId;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.VerifiedLease;
import dev.assay.verification.audit.Clause;
import dev.assay.verification.audit.Finding;
import dev.assay.verification.history.CheckedLine.Signed;
import dev.assay.verification.log.LogReader;
import dev.assay.verification.statement.KeyHolder.Role;
import dev.assay.verification.statement.LeasePredicate;
import dev.assay.verification.statement.OrderPredicate;
import dev.assay.verification.statement.ResultPredicate;
import dev.assay.verification.statement.SettlementPredicate;
import dev.assay.verification.statement.UsagePredicate;
import dev.assay.verification.statement.VerdictPredicate;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The leases of a history: those that are open, with all that is needed to judge what comes next;
 * of those that were settled only that they were. Each statement's signer must be the party that
 * the lease names. Not thread-safe.
 */
final class Leases {
    /** The most orders that wait for a lease, and the most leases that are open at once. */
    static final int MOST_OPEN = 65_536;

    /** What whoever signs as a provider is registered as. */
    static final Set<Role> PROVIDER = EnumSet.of(Role.PROVIDER);

    private static final Set<Role> TENANT = EnumSet.of(Role.TENANT);
    private static final Set<Role> MARKET = EnumSet.of(Role.MARKET);
    private static final Set<Role> AUDITOR = EnumSet.of(Role.TENANT, Role.AUDITOR);

    private final HistoryIndex history;
    private final KeyTrail keys;
    private final LogComparison log;
    private final Findings findings;
    private final LogTime time;
    private final DeviceUse devices;
    private final LeaseEnding ending;
    private final Map<OrderId, OrderPredicate> orders = new HashMap<>();
    private final Map<LeaseId, LeaseTrail> open = new LinkedHashMap<>();
    private final Map<LeaseId, Long> settled = new HashMap<>();
    private final Map<OrderId, Long> granted = new HashMap<>();
    private long receipts;
    private long leases;
    private long results;
    private long verdicts;

    Leases(
            HistoryIndex history,
            KeyTrail keys,
            LogComparison log,
            LogReader reader,
            LogTime time,
            Findings findings) {
        this.history = history;
        this.keys = keys;
        this.log = log;
        this.time = time;
        this.findings = findings;
        this.devices = new DeviceUse(findings);
        this.ending = new LeaseEnding(reader, findings);
    }

    /** A tenant's order, which waits for its lease. */
    void order(Signed line, OrderPredicate order) {
        if (!keys.allows(line, order.tenant(), TENANT, "order.tenant")) {
            return;
        }
        OrderId id = new OrderId(line.digest());
        if (granted.containsKey(id)) {
            repeated(line, "order");
            return;
        }
        if (orders.size() == MOST_OPEN) {
            tooMany(line, "orders that wait for a lease");
            return;
        }
        if (orders.put(id, order) != null) {
            repeated(line, "order");
        }
    }

    /** The market granted a lease. */
    void lease(Signed line, LeasePredicate lease) {
        if (!keys.allows(line, history.market(), MARKET, "lease's market")) {
            return;
        }
        time.passed(line, lease.createdOn(), "lease.createdOn");
        String place = HistoryLayout.line(line.number());
        LeaseId id = new LeaseId(line.digest());
        if (open.containsKey(id) || settled.containsKey(id)) {
            repeated(line, "lease");
            return;
        }
        if (!keys.isSame(lease.provider(), history.provider())) {
            findings.refuted(
                    Clause.STATEMENT,
                    place,
                    "lease.provider",
                    "is " + lease.provider().brief() + ", another provider");
        }
        if (open.size() == MOST_OPEN) {
            tooMany(line, "leases open at once");
            return;
        }
        Optional<OrderPredicate> order = Optional.ofNullable(orders.remove(lease.order()));
        Long before = granted.putIfAbsent(lease.order(), line.number());
        if (before != null) {
            findings.refuted(
                    Clause.EQUIVOCATION,
                    place,
                    "lease.order",
                    "the order has another lease already, at line " + before);
        } else if (order.isEmpty()) {
            findings.unchecked(
                    Clause.STATEMENT,
                    place,
                    "lease.order",
                    "the history does not have the order before it; what its job allows is not"
                            + " compared");
        } else {
            try {
                VerifiedLease.requireTerms(lease, lease.order(), order.get());
            } catch (VerificationException e) {
                findings.refuted(Clause.STATEMENT, place, e);
            }
        }
        leases++;
        open.put(id, new LeaseTrail(line, lease, order, log.lacking(), findings));
    }

    void receipt(Signed line, UsagePredicate receipt) {
        receipts++;
        Optional<LeaseTrail> lease = find(line, receipt.lease(), "usage.leaseId");
        if (lease.isEmpty() || !isProvider(line, lease.get())) {
            return;
        }
        if (lease.get().receipt(line, receipt, log.lacking())) {
            time.happened(line, receipt.periodEnd(), "usage.chargePeriodEnd");
            devices.add(line, receipt, lease.get().gpus());
        }
    }

    void result(Signed line, ResultPredicate result) {
        Optional<LeaseTrail> lease = find(line, result.lease(), "result.leaseId");
        if (lease.isEmpty() || !isProvider(line, lease.get())) {
            return;
        }
        results++;
        time.happened(line, result.finishedOn(), "result.finishedOn");
        ending.result(lease.get(), line, result, log.lacking());
    }

    void verdict(Signed line, VerdictPredicate verdict) {
        Optional<LeaseTrail> lease = find(line, verdict.lease(), "verdict.leaseId");
        if (lease.isEmpty() || !isAuditor(line, lease.get())) {
            return;
        }
        verdicts++;
        ending.verdict(lease.get(), line, verdict);
    }

    /** The market divided a deposit: the lease has ended. */
    void settlement(Signed line, SettlementPredicate settlement) {
        if (!keys.allows(line, history.market(), MARKET, "settlement's market")) {
            return;
        }
        time.passed(line, settlement.createdOn(), "settlement.createdOn");
        Optional<LeaseTrail> lease = find(line, settlement.lease(), "settlement.leaseId");
        if (lease.isPresent()) {
            ending.settlement(lease.get(), line, settlement, log.lacking());
            open.remove(settlement.lease());
            settled.put(settlement.lease(), line.number());
        }
    }

    /** What has not ended by now. */
    void finish() {
        for (LeaseTrail lease : open.values()) {
            findings.unchecked(
                    Clause.LIFECYCLE,
                    HistoryLayout.line(lease.line()),
                    "leaseId",
                    "lease "
                            + lease.id().brief()
                            + " has no settlement"
                            + (lease.result().isPresent() ? "" : " and no result")
                            + lease.head()
                                    .map(head -> "; its last receipt is line " + head.line())
                                    .orElse("; it has no receipt"));
        }
    }

    HistoryReport.Counts counts(long lines) {
        return new HistoryReport.Counts(
                log.size(),
                lines,
                receipts,
                leases,
                results,
                verdicts,
                settled.size(),
                open.size());
    }

    private boolean isProvider(Signed line, LeaseTrail lease) {
        KeyId provider = lease.terms().provider();
        return keys.allows(line, provider, PROVIDER, "lease.provider");
    }

    private boolean isAuditor(Signed line, LeaseTrail lease) {
        return keys.allows(line, lease.terms().auditor(), AUDITOR, "lease.auditor");
    }

    private Optional<LeaseTrail> find(Signed line, LeaseId id, String field) {
        LeaseTrail trail = open.get(id);
        if (trail != null) {
            return Optional.of(trail);
        }
        String place = HistoryLayout.line(line.number());
        Long ended = settled.get(id);
        if (ended != null) {
            findings.refuted(
                    Clause.LIFECYCLE,
                    place,
                    field,
                    "lease " + id.brief() + " was settled at line " + ended);
        } else {
            findings.unchecked(
                    Clause.LIFECYCLE,
                    place,
                    field,
                    "lease " + id.brief() + " is not in the history before it");
        }
        return Optional.empty();
    }

    private void repeated(Signed line, String what) {
        findings.refuted(
                Clause.REPETITION,
                HistoryLayout.line(line.number()),
                what,
                "the history has this statement already");
    }

    private void tooMany(Signed line, String what) {
        findings.unchecked(
                Clause.SIZE,
                HistoryLayout.line(line.number()),
                Finding.WHOLE,
                "more than " + MOST_OPEN + " " + what + ": it is not looked at");
    }
}
