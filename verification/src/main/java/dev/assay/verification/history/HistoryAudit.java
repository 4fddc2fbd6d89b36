package dev.assay.verification.history;

import dev.assay.protocol.id.KeyId;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.audit.CheckpointAudit;
import dev.assay.verification.audit.Clause;
import dev.assay.verification.audit.Finding;
import dev.assay.verification.audit.LogAtHand;
import dev.assay.verification.crypto.LogVerifyingKey;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.history.CheckedLine.Refused;
import dev.assay.verification.history.CheckedLine.Signed;
import dev.assay.verification.keys.KeyPeriod;
import dev.assay.verification.log.LogReader;
import dev.assay.verification.statement.AccessPredicate;
import dev.assay.verification.statement.EvidencePredicate;
import dev.assay.verification.statement.InventoryPredicate;
import dev.assay.verification.statement.KeyRegisterPredicate;
import dev.assay.verification.statement.KeyRevokePredicate;
import dev.assay.verification.statement.KeyRotatePredicate;
import dev.assay.verification.statement.LeasePredicate;
import dev.assay.verification.statement.OrderPredicate;
import dev.assay.verification.statement.ResultPredicate;
import dev.assay.verification.statement.SettlementPredicate;
import dev.assay.verification.statement.UsagePredicate;
import dev.assay.verification.statement.VerdictPredicate;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Audits the whole history of a provider from its files alone, in one pass. What takes a statement
 * alone (its form, its signature, its leaf) is done by several threads, a block of lines each; one
 * thread takes the results in the order of the log and holds them against each other:
 *
 * <pre>
 * statements.jsonl -> blocks, at most {@link LineBlocks#AHEAD} at once -> LineCheck on n threads
 *   -> in order: LogComparison (tiles, gaps), KeyTrail (who may sign), Leases (chains, devices, ends)
 * </pre>
 *
 * Memory does not grow with the receipts: what is kept is what open leases need, and of those that
 * ended their ids and when they held which GPU. Not thread-safe; it starts its threads and ends
 * them.
 */
public final class HistoryAudit {
    /** Told how far an audit is, from time to time, on its thread. */
    public interface Progress {
        /** So many of all statements were looked at; there may turn out to be more. */
        void at(long statements, long all);
    }

    private final Path folder;
    private final int threads;
    private final Instant now;
    private final Progress progress;
    private final Findings findings = new Findings();

    /**
     * An audit of one folder, to be made once.
     *
     * @param threads how many check signatures at once, 1 or more
     * @param now the auditor's time
     */
    public HistoryAudit(Path folder, int threads, Instant now, Progress progress) {
        this.folder = folder;
        this.threads = threads;
        this.now = now;
        this.progress = progress;
    }

    /** Where the history says that its log is, when it has not the log's files itself. */
    public static HistoryIndex index(Path folder) throws VerificationException {
        return HistoryIndex.parse(small(folder, HistoryLayout.INDEX, HistoryIndex.MAX_BYTES));
    }

    /** Audits the history against the log in its own folder, and nothing else. */
    public HistoryReport audit() throws VerificationException, InterruptedException {
        Path log = folder.resolve(HistoryLayout.LOG);
        return audit(
                new LogAtHand(HistoryLayout.LOG, LogReader.in(log)),
                Optional.empty(),
                CheckpointAudit.ALONE);
    }

    /**
     * Audits the history against a log.
     *
     * @param known the log's key, when it is known from elsewhere; else the history's own is taken
     * @param checkpoints what else the log's checkpoint is compared with
     * @throws VerificationException when a file cannot be read, or is too far from its form for an
     *     audit to begin
     */
    public HistoryReport audit(
            LogAtHand files, Optional<LogVerifyingKey> known, CheckpointAudit checkpoints)
            throws VerificationException, InterruptedException {
        HistoryIndex index = index(folder);
        LogVerifyingKey logKey = known.isPresent() ? known.get() : ownLogKey();
        SignerKeys keys = SignerKeys.read(folder.resolve(HistoryLayout.KEYS));
        LogReader log;
        try {
            log = LogReader.open(files, logKey);
        } catch (VerificationException e) {
            if (e.code() == Code.IO) {
                throw e;
            }
            findings.refuted(Clause.LOG_FILES, HistoryLayout.LOG, e);
            return HistoryReport.of(index.provider(), HistoryReport.Counts.NONE, findings);
        }
        findings.take(checkpoints.history(logKey, log, files.place()));
        return new Pass(index, keys, log).run();
    }

    private LogVerifyingKey ownLogKey() throws VerificationException {
        byte[] bytes = small(folder, HistoryLayout.LOG_KEY, 1 << 10);
        return LogVerifyingKey.parse(new String(bytes, StandardCharsets.UTF_8).strip());
    }

    /** One pass over the statements. */
    private final class Pass {
        private final HistoryIndex index;
        private final SignerKeys signers;
        private final LogReader reader;
        private final LogComparison log;
        private final KeyTrail keys;
        private final Leases leases;
        private List<VerifyingKey> provider;
        private long lines;

        Pass(HistoryIndex index, SignerKeys signers, LogReader reader) {
            this.index = index;
            this.signers = signers;
            this.reader = reader;
            this.log = new LogComparison(reader, findings);
            this.keys = new KeyTrail(reader.checkpoint().origin(), signers, findings);
            this.leases =
                    new Leases(index, keys, log, reader, new LogTime(now, findings), findings);
            this.provider = keys.of(index.provider());
        }

        HistoryReport run() throws VerificationException, InterruptedException {
            try {
                statements();
                log.finish(provider);
                ends();
            } catch (VerificationException e) {
                if (e.code() == Code.IO) {
                    throw e;
                }
                Clause clause = LogComparison.isOfTheLog(e) ? Clause.LOG_FILES : Clause.ENCODING;
                findings.refuted(
                        clause,
                        clause == Clause.LOG_FILES ? HistoryLayout.LOG : HistoryLayout.STATEMENTS,
                        Finding.WHOLE,
                        e.getMessage() + "; nothing after it was looked at");
            }
            return HistoryReport.of(index.provider(), leases.counts(lines), findings);
        }

        private void statements() throws VerificationException, InterruptedException {
            Path file = folder.resolve(HistoryLayout.STATEMENTS);
            try (LineBlocks blocks = LineBlocks.open(file, new LineCheck(signers), threads)) {
                Optional<List<CheckedLine>> block = blocks.next();
                while (block.isPresent()) {
                    for (CheckedLine line : block.get()) {
                        lines++;
                        take(line);
                    }
                    progress.at(lines, Math.max(lines, index.statements()));
                    block = blocks.next();
                }
            }
        }

        private void take(CheckedLine line) throws VerificationException {
            switch (line) {
                case Refused refused ->
                        findings.refuted(
                                refused.clause(),
                                HistoryLayout.line(refused.number()),
                                refused.field(),
                                refused.message());
                case Signed signed -> {
                    if (log.advances(signed)
                            && log.compare(signed, provider) == LogComparison.Place.HELD) {
                        statement(signed);
                    }
                }
            }
        }

        private void statement(Signed line) {
            switch (line.predicate()) {
                case UsagePredicate receipt -> leases.receipt(line, receipt);
                case OrderPredicate order -> leases.order(line, order);
                case LeasePredicate lease -> leases.lease(line, lease);
                case ResultPredicate result -> leases.result(line, result);
                case VerdictPredicate verdict -> leases.verdict(line, verdict);
                case SettlementPredicate settlement -> leases.settlement(line, settlement);
                case KeyRegisterPredicate _, KeyRevokePredicate _ -> key(line);
                case KeyRotatePredicate rotate ->
                        key(line).ifPresent(period -> rotated(rotate.terms().oldKey(), period));
                case InventoryPredicate inventory -> {
                    var _ = keys.allows(line, inventory.provider(), "inventory.provider");
                }
                case EvidencePredicate _, AccessPredicate _ ->
                        findings.refuted(
                                Clause.STATEMENT,
                                HistoryLayout.line(line.number()),
                                "predicateType",
                                line.predicate().type() + " is never logged");
            }
        }

        private Optional<KeyPeriod> key(Signed line) {
            Optional<KeyPeriod> changed = keys.append(line);
            provider = keys.of(index.provider());
            return changed;
        }

        /** A history under a later key would let what earlier ones signed be left out. */
        private void rotated(KeyId old, KeyPeriod next) {
            requireFirst("history.provider", index.provider(), old, next);
            requireFirst("history.market", index.market(), old, next);
        }

        private void requireFirst(String field, KeyId party, KeyId old, KeyPeriod next) {
            if (next.key().keyId().equals(party)) {
                findings.refuted(
                        Clause.KEY,
                        HistoryLayout.INDEX,
                        field,
                        "names a key that "
                                + old.brief()
                                + " was rotated to, so that what was signed before is not looked"
                                + " for; a history names the first key");
            }
        }

        private void ends() {
            leases.finish();
            keys.finish();
            if (lines != index.statements()) {
                findings.unchecked(
                        Clause.LAYOUT,
                        HistoryLayout.INDEX,
                        "history.statements",
                        "says " + index.statements() + "; there are " + lines);
            }
            findings.proved(
                    Clause.CHECKPOINT,
                    HistoryLayout.LOG,
                    "checkpoint of "
                            + log.size()
                            + " entries, root "
                            + reader.checkpoint().root().brief()
                            + ", signed by "
                            + reader.checkpoint().origin());
            if (log.others() > 0) {
                findings.note(
                        Clause.COMPLETENESS,
                        HistoryLayout.LOG,
                        log.others()
                                + " entries are not in the history and name no key of the"
                                + " provider's");
            }
            findings.note(
                    Clause.IDENTITY,
                    HistoryLayout.INDEX,
                    "that "
                            + index.provider().brief()
                            + " is the provider's key and "
                            + index.market().brief()
                            + " the market's, nobody signed: compare them");
            findings.note(
                    Clause.REPLAY,
                    HistoryLayout.STATEMENTS,
                    "whether the work is right: the evidence of each lease says, with its outputs");
        }
    }

    private static byte[] small(Path folder, String name, int most) throws VerificationException {
        Path file = folder.resolve(name);
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(most + 1);
            if (bytes.length > most) {
                throw new VerificationException(
                        Code.TOO_LARGE, file + ": more than the " + most + " bytes allowed");
            }
            return bytes;
        } catch (IOException e) {
            throw new VerificationException(
                    Code.IO, "cannot read " + file + ": " + e + "; export the history again", e);
        }
    }
}
