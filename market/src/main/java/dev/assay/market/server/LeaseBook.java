package dev.assay.market.server;

import dev.assay.market.store.EventRow;
import dev.assay.market.store.LeaseRow;
import dev.assay.market.store.Tables;
import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.job.Resources;
import dev.assay.protocol.lease.LeaseState;
import dev.assay.protocol.market.LoggedEnvelope;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;
import dev.assay.protocol.market.OrderEvent.Awarded;
import dev.assay.protocol.market.OrderEvent.ReceiptLogged;
import dev.assay.protocol.market.OrderEvent.ResultLogged;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.VerifiedLease;
import dev.assay.verification.attest.VerifiedReceipt;
import dev.assay.verification.dsse.Envelope;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The active leases, each rebuilt from its order's events when it is first asked for: every signed
 * document is verified again. Used on the state thread.
 */
final class LeaseBook {
    private final Keyring keyring;
    private final OrderArchive archive;
    private final Notary notary;
    private final Steps steps;
    private final Map<LeaseId, LiveLease> active = new LinkedHashMap<>();

    LeaseBook(Keyring keyring, OrderArchive archive, Notary notary, Steps steps) {
        this.keyring = keyring;
        this.archive = archive;
        this.notary = notary;
        this.steps = steps;
    }

    /** Loads every active lease. */
    void load() throws MarketException {
        for (LeaseRow row : steps.read(tables -> tables.leases().in(LeaseState.ACTIVE))) {
            active(row.id());
        }
    }

    Collection<LiveLease> active() {
        return List.copyOf(active.values());
    }

    /** An active lease; empty when it is closed. */
    Optional<LiveLease> active(LeaseId id) throws MarketException {
        LiveLease known = active.get(id);
        return known != null ? Optional.of(known) : steps.read(tables -> load(tables, id));
    }

    /** What a provider's active leases hold of its machine. */
    List<Resources> held(KeyId provider) {
        return active.values().stream()
                .filter(lease -> lease.provider().equals(provider))
                .map(LiveLease::resources)
                .toList();
    }

    void add(LiveLease lease) {
        active.put(lease.id(), lease);
    }

    /** The lease is closed. */
    void remove(LeaseId id) {
        active.remove(id);
    }

    /** The lease in memory may be ahead of the database: reads it again. */
    void reload(LeaseId id) throws MarketException {
        active.remove(id);
        active(id);
    }

    private Optional<LiveLease> load(Tables tables, LeaseId id) throws MarketException {
        LeaseRow row =
                tables.leases()
                        .find(id)
                        .orElseThrow(
                                () ->
                                        new MarketException(
                                                Code.UNKNOWN, "there is no lease " + id.brief()));
        if (row.state() == LeaseState.CLOSED) {
            return Optional.empty();
        }
        try {
            LiveLease lease = rebuild(tables, row, tables.events().of(row.order()));
            active.put(id, lease);
            return Optional.of(lease);
        } catch (VerificationException e) {
            throw Refusals.damaged("lease " + id.brief() + " in the market's database", e);
        }
    }

    private LiveLease rebuild(Tables tables, LeaseRow row, List<EventRow> events)
            throws MarketException, VerificationException {
        Envelope terms = OrderArchive.envelope(OrderArchive.only(events, Awarded.class).document());
        LiveLease lease =
                new LiveLease(
                        row,
                        VerifiedLease.verify(terms, notary.key(), archive.order(tables, events)),
                        keyring.require(tables, row.provider()));
        for (EventRow entry : events) {
            if (entry.event() instanceof ReceiptLogged receipt) {
                lease.append(OrderArchive.envelope(receipt.document()), entry.at());
                lease.accepted(receipt.document());
            } else if (entry.event() instanceof ResultLogged result) {
                finish(lease, result.document(), entry);
            }
        }
        return lease;
    }

    private static void finish(LiveLease lease, LoggedEnvelope document, EventRow entry)
            throws VerificationException {
        VerifiedReceipt head = lease.head().orElseThrow();
        lease.finished(
                new LiveLease.LoggedResult(
                        lease.attest(OrderArchive.envelope(document), head),
                        document.index(),
                        entry.at()));
        lease.accepted(document);
    }
}
