package dev.assay.verification.attacks;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.KeyId;
import dev.assay.verification.attacks.Generator.Twin;
import dev.assay.verification.attacks.HistoryFiles.Line;
import dev.assay.verification.crypto.FixedKeys;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.history.Chronicle;
import dev.assay.verification.history.Chronicle.Entry;
import dev.assay.verification.history.Chronicle.Told;
import dev.assay.verification.history.HistoryLayout;
import dev.assay.verification.keys.KeyStatements;
import dev.assay.verification.statement.KeyHolder;
import dev.assay.verification.statement.KeyHolder.Role;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What attacks on a provider's history share: the honest one, and how a changed one is kept. Of the
 * honest one line 1 registers the provider's key, 2 is the order, 3 the lease, 4 to 6 its receipts,
 * 7 the result, 8 the verdict, 9 the settlement; entry 1 of the log is somebody else's.
 */
final class HistoryAttacks {
    static final KeyStatements STATEMENTS = new KeyStatements(Parties.ORIGIN, () -> Chronicle.NOW);
    static final SigningKey SECOND = FixedKeys.signing("second");
    static final SigningKey RECOVERY = FixedKeys.signing("recovery");

    /** Entry of the settlement, the last of the honest log. */
    static final int LAST = 9;

    private final Map<String, byte[]> honest;
    private final Twin twin;
    private final Twin seen;

    /** What happens, as far as a log and a history tell of it. */
    interface Story {
        void tell(Chronicle chronicle) throws Exception;
    }

    private HistoryAttacks(Generator generator) throws Exception {
        this.honest = told(chronicle -> end(begin(chronicle))).write();
        this.twin =
                generator
                        .honest(Input.HISTORY, AttackFiles.HONEST, honest)
                        .from(Input.HISTORY, AttackFiles.HONEST);
        this.seen = generator.from(Input.SEEN_HISTORY, AttackFiles.HONEST);
    }

    static void add(Generator generator) throws Exception {
        HistoryAttacks attacks = new HistoryAttacks(generator);
        HistoryFileAttacks.add(attacks);
        HistoryReceiptAttacks.add(attacks);
        HistoryKeyAttacks.add(attacks);
        HistoryPartyAttacks.add(attacks);
        attacks.afterTheHonestOne();
    }

    /** Logs that did not only grow, shown to an auditor who has audited the honest history. */
    private void afterTheHonestOne() throws Exception {
        Story another =
                chronicle -> {
                    Told lease = start(chronicle);
                    chronicle.lie("/predicate/meters/1/quantity", "14000");
                    lease.receipt(32);
                    end(lease);
                };
        afterwards(
                "split-view",
                "another history of the same length, properly signed",
                another,
                Expected.inHistory(HistoryLayout.LOG, "", "split-view", "signed two roots"));
        afterwards(
                "forked-log",
                "another history, which has grown since",
                chronicle -> {
                    another.tell(chronicle);
                    chronicle.others(1);
                },
                Expected.inHistory(HistoryLayout.LOG, "", "consistency", "signed two histories"));
        afterwards(
                "rolled-back-log",
                "the history as it was before the lease",
                chronicle -> {
                    chronicle.add(register());
                    chronicle.others(1);
                },
                Expected.inHistory(HistoryLayout.LOG, "", "rollback", "it was rolled back")
                        .unchecked());
    }

    private void afterwards(String name, String change, Story story, Expected expected)
            throws Exception {
        HistoryFiles files = told(story);
        seen.attack(
                name,
                Attack.LOG,
                change,
                HistoryPatch.between(honest, files, files.write()).bytes(),
                expected);
    }

    /** An attack by a party or by the log, which have what they say signed and logged. */
    void attack(String name, String who, String change, Story story, Expected expected)
            throws Exception {
        attack(name, who, change, story, _ -> {}, expected);
    }

    /** An attack on the honest history's files. */
    void onFiles(
            String name, String change, Consumer<Map<String, byte[]>> further, Expected expected)
            throws Exception {
        attack(name, Attack.ANYONE, change, chronicle -> end(begin(chronicle)), further, expected);
    }

    /**
     * An attack in two steps.
     *
     * @param further changes the files that the story led to
     */
    void attack(
            String name,
            String who,
            String change,
            Story story,
            Consumer<Map<String, byte[]>> further,
            Expected expected)
            throws Exception {
        HistoryFiles told = told(story);
        Map<String, byte[]> files = new TreeMap<>(told.write());
        further.accept(files);
        twin.attack(name, who, change, HistoryPatch.between(honest, told, files).bytes(), expected);
    }

    /** The registration of the provider's key. */
    static Envelope register() throws Exception {
        return STATEMENTS.register(
                new KeyHolder(Role.PROVIDER, "alder"), Parties.PROVIDER, RECOVERY.keyId());
    }

    /** The honest history up to the lease. */
    static Told lease(Chronicle chronicle) throws Exception {
        chronicle.add(register());
        chronicle.others(1);
        return chronicle.lease(Chronicle.NOW, Chronicle.GPU);
    }

    /** The same and two receipts: lines 4 and 5. */
    static Told start(Chronicle chronicle) throws Exception {
        Told lease = lease(chronicle);
        lease.receipt(0);
        lease.receipt(16);
        return lease;
    }

    /** The same and the last receipt, line 6. */
    static Told begin(Chronicle chronicle) throws Exception {
        Told lease = start(chronicle);
        lease.receipt(32);
        return lease;
    }

    /** Result, verdict and settlement. */
    static void end(Told lease) throws Exception {
        lease.result();
        lease.verdict();
        lease.settlement();
    }

    /** What is found at a line. */
    static Expected line(int line, String field, String clause, String says) {
        return Expected.inHistory(HistoryLayout.STATEMENTS + ":" + line, field, clause, says);
    }

    private static HistoryFiles told(Story story) throws Exception {
        Path place = Files.createTempDirectory("history");
        try (Chronicle chronicle =
                new Chronicle(
                        place,
                        new Chronicle.Keys(
                                Parties.TENANT, Parties.MARKET, Parties.PROVIDER, Parties.LOG))) {
            story.tell(chronicle);
            return files(chronicle);
        } finally {
            delete(place);
        }
    }

    private static HistoryFiles files(Chronicle chronicle) {
        TaleLog log = new TaleLog();
        chronicle.leaves().forEach(log::append);
        Map<KeyId, VerifyingKey> keys = new LinkedHashMap<>();
        List<Line> lines = new ArrayList<>();
        for (Entry entry : chronicle.lines()) {
            keys.put(entry.signer().keyId(), entry.signer());
            lines.add(new Line(entry.index(), entry.envelope()));
        }
        return new HistoryFiles(
                Parties.PROVIDER.keyId(),
                Parties.MARKET.keyId(),
                Parties.LOG.verifyingKey().vkey() + "\n",
                log.checkpoint(log.size()).bytes(),
                chronicle.leaves(),
                lines,
                keys);
    }

    private static void delete(Path place) throws IOException {
        try (Stream<Path> paths = Files.walk(place)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** A digest of nothing that is anywhere else. */
    static String nothing() {
        return Digest.sha256(Generator.bytes("nothing")).toString();
    }
}
