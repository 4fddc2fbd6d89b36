package dev.assay.cli.history;

import dev.assay.cli.keys.HomeKey;
import dev.assay.cli.keys.HomeKeys;
import dev.assay.cli.network.AssayHome;
import dev.assay.market.store.EventTable;
import dev.assay.market.store.LeaseRow;
import dev.assay.market.store.MarketDatabase;
import dev.assay.market.store.Tables;
import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.lease.LeaseState;
import dev.assay.protocol.market.MarketException;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.LogVerifyingKey;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.history.HistoryIndex;
import dev.assay.verification.history.HistoryLayout;
import dev.assay.verification.history.HistoryWriter;
import dev.assay.verification.keys.KeyHistory;
import dev.assay.verification.keys.KeyPeriod;
import dev.assay.verification.log.TransparencyLog;
import dev.assay.verification.log.VerifiedCheckpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Exports a provider's history from a home: the documents of all its leases from the market's
 * archive, the statements about keys, and a copy of the log. One statement is in memory at a time.
 */
public final class HistoryExport {
    private final AssayHome home;
    private final HomeKeys keys;
    private final KeyHistory history;
    private final Map<Long, Path> keyStatements;

    private HistoryExport(
            AssayHome home, HomeKeys keys, KeyHistory history, Map<Long, Path> keyStatements) {
        this.home = home;
        this.keys = keys;
        this.history = history;
        this.keyStatements = keyStatements;
    }

    /** An export from this home, which stays its caller's as its keys do. */
    public static HistoryExport from(AssayHome home, HomeKeys keys) throws VerificationException {
        return new HistoryExport(home, keys, keys.history(), keys.keyStatements());
    }

    /** The keys with which providers have had leases, of one provider perhaps several. */
    public Set<KeyId> keys() throws MarketException {
        try (MarketDatabase database = database()) {
            return database.transact(HistoryExport::keys);
        }
    }

    /** The key by which a history names the provider that has this key: its first. */
    public KeyId first(KeyId key) {
        return history.first(key);
    }

    /** Writes the history of the provider that has this key into a new folder. */
    public HistoryIndex write(KeyId provider, Path folder)
            throws MarketException, VerificationException {
        try (MarketDatabase database = database();
                HistoryWriter writer = HistoryWriter.begin(folder)) {
            Optional<VerificationException> failure =
                    database.transact(tables -> statements(tables, provider, writer));
            if (failure.isPresent()) {
                throw failure.get();
            }
            copyLog(folder.resolve(HistoryLayout.LOG));
            return writer.finish(history.first(provider), market(), logKey(), Optional.empty());
        }
    }

    private Optional<VerificationException> statements(
            Tables tables, KeyId provider, HistoryWriter writer) throws MarketException {
        Set<OrderId> orders = orders(tables, provider);
        Merging merging = new Merging(tables, writer, new TreeSet<>(keyStatements.keySet()));
        EventTable.Documents<VerificationException> each =
                (order, document) -> {
                    if (orders.contains(order)) {
                        merging.add(
                                document.index(), Envelope.parse(document.envelope().toArray()));
                    }
                };
        try {
            tables.events().documents(each);
            merging.keyStatementsBefore(Long.MAX_VALUE);
            return Optional.empty();
        } catch (VerificationException e) {
            return Optional.of(e);
        }
    }

    /** Puts statements about keys between the others, by their places in the log. */
    private final class Merging {
        private final Tables tables;
        private final HistoryWriter writer;
        private final NavigableSet<Long> ahead;
        private final Map<KeyId, VerifyingKey> signers = new LinkedHashMap<>();

        Merging(Tables tables, HistoryWriter writer, NavigableSet<Long> ahead) {
            this.tables = tables;
            this.writer = writer;
            this.ahead = ahead;
        }

        void add(long index, Envelope envelope) throws VerificationException {
            keyStatementsBefore(index);
            VerifyingKey signer = signers.get(envelope.keyId());
            if (signer == null) {
                signer = signer(tables, envelope.keyId());
                signers.put(envelope.keyId(), signer);
            }
            writer.add(index, envelope, signer);
        }

        void keyStatementsBefore(long index) throws VerificationException {
            while (!ahead.isEmpty() && ahead.first() < index) {
                long next = ahead.removeFirst();
                Envelope envelope =
                        Envelope.parse(read(keyStatements.getOrDefault(next, Path.of(""))));
                Optional<VerifyingKey> signer = KeyHistory.claimedSigner(envelope);
                if (signer.isPresent()) {
                    writer.add(next, envelope, signer.get());
                }
            }
        }
    }

    private VerifyingKey signer(Tables tables, KeyId id) throws VerificationException {
        Optional<String> party = tables.parties().pem(id);
        if (party.isPresent()) {
            return VerifyingKey.fromPem(party.get());
        }
        Optional<KeyPeriod> period = history.period(id);
        if (period.isPresent()) {
            return period.get().key();
        }
        for (HomeKey key : keys.parties()) {
            if (key.publicHalf() instanceof HomeKey.Attestation(VerifyingKey own)
                    && own.keyId().equals(id)) {
                return own;
            }
        }
        throw new VerificationException(
                Code.BAD_KEY,
                "nothing in "
                        + home.root()
                        + " has the public key "
                        + id.brief()
                        + ", which signed one of the statements; restore the market's database");
    }

    private Set<OrderId> orders(Tables tables, KeyId provider) {
        Set<OrderId> orders = new HashSet<>();
        for (LeaseState state : LeaseState.values()) {
            for (LeaseRow lease : tables.leases().in(state)) {
                if (history.isOneParty(lease.provider(), provider)) {
                    orders.add(lease.order());
                }
            }
        }
        return orders;
    }

    private static Set<KeyId> keys(Tables tables) {
        Set<KeyId> keys = new HashSet<>();
        for (LeaseState state : LeaseState.values()) {
            tables.leases().in(state).forEach(lease -> keys.add(lease.provider()));
        }
        return keys;
    }

    private KeyId market() throws VerificationException {
        return history.first(keys.find("market").publicHalf().keyId());
    }

    private LogVerifyingKey logKey() throws VerificationException {
        if (keys.find(HomeKeys.LOG).publicHalf() instanceof HomeKey.Log(LogVerifyingKey log)) {
            return log;
        }
        throw new IllegalStateException("the log's key is a log's");
    }

    private MarketDatabase database() throws MarketException {
        Path file = home.market().resolve(MarketDatabase.FILE);
        if (!Files.exists(file)) {
            throw new MarketException(
                    MarketException.Code.UNKNOWN,
                    home.root() + " has no market yet; it has one after an assay run");
        }
        return MarketDatabase.open(file);
    }

    /** The log's files, under the newest checkpoint even when that waits for witnesses. */
    private void copyLog(Path to) throws VerificationException {
        Path from = home.market().resolve("log");
        try (var files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path relative = from.relativize(file);
                if (relative.startsWith("tile") && Files.isRegularFile(file)) {
                    Path target = to.resolve(relative);
                    Files.createDirectories(target.resolveSibling(""));
                    Files.copy(file, target);
                }
            }
            Optional<VerifiedCheckpoint> newest = TransparencyLog.newestIn(from, logKey());
            if (newest.isPresent()) {
                Files.createDirectories(to);
                Files.write(to.resolve("checkpoint"), newest.get().note().bytes());
            }
        } catch (IOException e) {
            throw new VerificationException(
                    Code.IO,
                    "cannot copy the log to " + to + ": " + e + "; name a folder with room",
                    e);
        }
    }

    private static byte[] read(Path file) throws VerificationException {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new VerificationException(
                    Code.IO, "cannot read " + file + ": " + e + "; restore it", e);
        }
    }
}
