package dev.assay.verification.attacks;

import static dev.assay.verification.attacks.Attack.LOG;
import static dev.assay.verification.attacks.Attack.PROVIDER;
import static dev.assay.verification.attacks.HistoryAttacks.LAST;
import static dev.assay.verification.attacks.HistoryAttacks.begin;
import static dev.assay.verification.attacks.HistoryAttacks.end;
import static dev.assay.verification.attacks.HistoryAttacks.line;
import static dev.assay.verification.attacks.HistoryAttacks.start;

import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.LogSigningKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.history.Chronicle.Entry;
import dev.assay.verification.history.Chronicle.Told;
import dev.assay.verification.history.HistoryLayout;
import dev.assay.verification.log.LogCheckpoint;
import dev.assay.verification.log.SignedNote;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Histories whose lines, keys or log were changed after they were signed, or were never right. */
final class HistoryFileAttacks {
    private static final String CHECKPOINT = "log/checkpoint";
    private static final String HASHES = "log/tile/0/000.p/10";
    private static final String ENTRIES = "log/tile/entries/000.p/10";

    private final HistoryAttacks histories;

    private HistoryFileAttacks(HistoryAttacks histories) {
        this.histories = histories;
    }

    static void add(HistoryAttacks histories) throws Exception {
        HistoryFileAttacks attacks = new HistoryFileAttacks(histories);
        attacks.lines();
        attacks.places();
        attacks.statements();
        attacks.index();
        attacks.keys();
        attacks.log();
    }

    private void lines() throws Exception {
        text(
                "space-in-a-line",
                "a space before a line's index",
                lines(4, ",\"index\"", ", \"index\""),
                5);
        text("line-end-of-two-bytes", "a carriage return", lines(4, "\"}\n", "\"}\r\n"), 5);
        text(
                "index-with-leading-zero",
                "an index as 05",
                lines(4, "\"5\"}", "\"05\"}"),
                5,
                "index");
        text(
                "index-above-64-bits",
                "an index of 2^64 + 5",
                lines(4, "\"5\"}", "\"18446744073709551621\"}"),
                5,
                "index");
        histories.onFiles(
                "line-of-two-envelopes",
                "a line with two envelopes",
                changed(
                        HistoryLayout.STATEMENTS,
                        lines(4, ",\"index\":", ",\"envelope\":{},\"index\":")),
                line(5, "", "encoding", "not a DSSE envelope"));
        broken(
                "cut-off",
                "the last line feed is cut off",
                text -> text.substring(0, text.length() - 1),
                "line 9 is cut off");
        broken(
                "oversized-line",
                "a line of more bytes than any may have",
                text -> text + "x".repeat(1_300_000),
                "line 10 has more than the 1048640 bytes allowed");
        text("empty-line", "an empty line", text -> text + "\n", 10);
    }

    private void places() throws Exception {
        histories.onFiles(
                "lines-in-another-order",
                "two receipts change places",
                moved(lines -> Collections.swap(lines, 4, 5)),
                line(6, "index", "log-order", "entry 5 after entry 6"));
        histories.onFiles(
                "line-twice",
                "a line is there twice",
                moved(lines -> lines.add(5, lines.get(4))),
                line(6, "index", "log-order", "entry 5 after entry 5"));
        claimed("index-beyond-the-log", "an index that the log does not have", 9, 10, "none at 10");
        claimed(
                "index-huge",
                "an index of 2^63 - 1",
                9,
                Long.MAX_VALUE,
                "none at 9223372036854775807");
        claimed("index-of-another-entry", "the place of somebody else's entry", 2, 1, "as entry 1");
    }

    private void statements() throws Exception {
        histories.attack(
                "changed-statement",
                Attack.ANYONE,
                "processor time in a receipt, under the signature that it had",
                chronicle -> {
                    Told lease = begin(chronicle);
                    Entry receipt = lease.last();
                    chronicle.replace(
                            receipt,
                            resigned(
                                    chronicle.forged(
                                            receipt, "/predicate/meters/1/quantity", "14000"),
                                    receipt.envelope()));
                    end(lease);
                },
                line(6, "signatures[0].sig", "signature", "or the signed bytes were changed"));
        histories.attack(
                "another-settlement-than-was-logged",
                Attack.MARKET,
                "another settlement, properly signed, in the place of the one that the log holds",
                chronicle -> {
                    Told lease = begin(chronicle);
                    lease.result();
                    lease.verdict();
                    Entry settlement = lease.settlement();
                    chronicle.replace(
                            settlement,
                            Envelope.sign(
                                    chronicle.forged(
                                            settlement,
                                            "/predicate/createdOn",
                                            "2026-01-01T00:00:35Z"),
                                    Parties.MARKET));
                },
                line(9, "index", "inclusion", "is not what the log holds as entry 9"));
        histories.attack(
                "unknown-predicate",
                PROVIDER,
                "a statement of a kind that nobody knows is logged",
                chronicle -> {
                    Told lease = begin(chronicle);
                    end(lease);
                    chronicle.lie("/predicateType", "https://assay.dev/attestation/tip/v1");
                    chronicle.resign(lease.last(), Parties.PROVIDER);
                },
                line(
                        10,
                        "statement.predicateType",
                        "statement",
                        "this version knows no predicate"));
        histories.attack(
                "statement-that-is-never-logged",
                Attack.TENANT,
                "a folder's index is logged",
                chronicle -> {
                    Told lease = begin(chronicle);
                    end(lease);
                    chronicle
                            .lie("/predicateType", "https://assay.dev/attestation/evidence/v1")
                            .lie(
                                    "/predicate",
                                    Map.of(
                                            "leaseId",
                                            lease.id().hex(),
                                            "tenant",
                                            Parties.TENANT.keyId().hex(),
                                            "createdOn",
                                            "2026-01-01T00:01:00Z"));
                    chronicle.resign(lease.order, Parties.TENANT);
                },
                line(10, "predicateType", "statement", "is never logged"));
    }

    private void index() throws Exception {
        histories.onFiles(
                "another-providers-name",
                "it is handed over as another provider's",
                changed(
                        HistoryLayout.INDEX,
                        text ->
                                text.replace(
                                        Parties.PROVIDER.keyId().hex(),
                                        Parties.STRANGER.keyId().hex())),
                line(3, "lease.provider", "statement", "another provider"));
        histories.onFiles(
                "another-count",
                "it says that it has a line more",
                changed(HistoryLayout.INDEX, text -> text.replace("\"9\"", "\"10\"")),
                Expected.inHistory(
                                HistoryLayout.INDEX,
                                "history.statements",
                                "layout",
                                "says 10; there are 9")
                        .unchecked());
        unreadable(
                "encoding",
                "index-with-unknown-field",
                "a field that nobody knows",
                HistoryLayout.INDEX,
                text -> text.replace("{\"market\"", "{\"a\":\"1\",\"market\""),
                "history.a",
                "unknown field");
    }

    private void keys() throws Exception {
        histories.attack(
                "missing-key",
                Attack.ANYONE,
                "the key of the receipts that were signed last is not among the keys",
                chronicle -> {
                    Told lease = start(chronicle);
                    chronicle.add(lease.next(32).statement(), Parties.STRANGER);
                    lease.receipt(32);
                    end(lease);
                },
                changed(
                        HistoryLayout.KEYS,
                        text -> text.replace(Parties.STRANGER.verifyingKey().toPem(), "")),
                line(6, "signatures[0].keyid", "key", "is not in keys.pem"));
        unreadable(
                "encoding",
                "keys-cut-off",
                "the keys end amid one",
                HistoryLayout.KEYS,
                text -> text.substring(0, text.length() - 30),
                "",
                "ends amid a key");
        unreadable(
                "key",
                "key-of-the-log-changed",
                "a letter of the log's key",
                HistoryLayout.LOG_KEY,
                text -> text.replace("+A", "+B"),
                "",
                "not an Ed25519 verifier key");
    }

    private void log() throws Exception {
        history(
                "checkpoint-of-another-log",
                "the checkpoint is another log's",
                Parties.OTHER_LOG,
                "the checkpoint is of log other.example/log, not of");
        history(
                "checkpoint-of-an-impostor",
                "the checkpoint is signed by somebody who calls itself the log",
                Parties.IMPOSTOR,
                "has 0 signatures by the key of log");
        files(
                "older-checkpoint",
                "the log as it was before the settlement",
                files -> {
                    HistoryFiles all = read(files);
                    TaleLog log = new TaleLog();
                    all.leaves().subList(0, LAST).forEach(log::append);
                    Map<String, byte[]> older =
                            new HistoryFiles(
                                            all.provider(),
                                            all.market(),
                                            all.logKey(),
                                            log.checkpoint(LAST).bytes(),
                                            all.leaves().subList(0, LAST),
                                            all.lines(),
                                            all.keys())
                                    .write();
                    files.clear();
                    files.putAll(older);
                },
                line(9, "index", "inclusion", "none at 9"));
        files(
                "changed-tile",
                "a bit of a tile is flipped",
                files -> files.put(HASHES, flipped(files.get(HASHES), 40)),
                Expected.inHistory(HistoryLayout.LOG, "", "log-files", "was changed or lost"));
        files(
                "missing-tile",
                "a tile is gone",
                files -> files.remove(HASHES),
                Expected.inHistory(
                        HistoryLayout.LOG,
                        "",
                        "log-files",
                        "it is not the tile that the entries have"));
        files(
                "changed-entry",
                "a letter of somebody else's entry",
                files -> {
                    byte[] entries = files.get(ENTRIES);
                    int at = Generator.text(entries).indexOf("other 0");
                    files.put(ENTRIES, flipped(entries, at));
                },
                Expected.inHistory(
                        HistoryLayout.LOG, "", "log-files", "its entries are not those"));
        files(
                "missing-checkpoint",
                "the checkpoint is gone",
                files -> files.remove(CHECKPOINT),
                Expected.inHistory(HistoryLayout.LOG, "", "log-files", "it is missing"));
    }

    private void history(String name, String change, LogSigningKey key, String says)
            throws Exception {
        files(
                name,
                change,
                files -> {
                    TaleLog log = new TaleLog();
                    read(files).leaves().forEach(log::append);
                    files.put(
                            CHECKPOINT,
                            SignedNote.sign(
                                            new LogCheckpoint(
                                                    key.origin(),
                                                    log.size(),
                                                    log.tree(log.size()).root()),
                                            key)
                                    .bytes());
                },
                Expected.inHistory(HistoryLayout.LOG, "", "log-files", says));
    }

    private void files(
            String name, String change, Consumer<Map<String, byte[]>> further, Expected expected)
            throws Exception {
        histories.attack(name, LOG, change, chronicle -> end(begin(chronicle)), further, expected);
    }

    private static HistoryFiles read(Map<String, byte[]> files) {
        try {
            return HistoryFiles.read(files);
        } catch (VerificationException e) {
            throw new AssertionError("the honest history is whole", e);
        }
    }

    private static byte[] flipped(byte[] bytes, int at) {
        byte[] changed = bytes.clone();
        changed[at] ^= 1;
        return changed;
    }

    /** Says of the statement of an entry that the log holds it elsewhere. */
    private void claimed(String name, String change, int entry, long index, String says)
            throws Exception {
        histories.attack(
                name,
                Attack.ANYONE,
                change,
                chronicle -> {
                    Told lease = begin(chronicle);
                    end(lease);
                    Entry honest =
                            chronicle.lines().stream()
                                    .filter(line -> line.index() == entry)
                                    .findFirst()
                                    .orElseThrow();
                    chronicle.claim(honest, index);
                },
                line(entry, "index", "inclusion", says));
    }

    private void text(String name, String change, UnaryOperator<String> further, int line)
            throws Exception {
        text(name, change, further, line, "");
    }

    private void text(
            String name, String change, UnaryOperator<String> further, int line, String field)
            throws Exception {
        histories.onFiles(
                name,
                change,
                changed(HistoryLayout.STATEMENTS, further),
                line(line, field, "encoding", field.isEmpty() ? "is not {" : "expected a decimal"));
    }

    private void broken(String name, String change, UnaryOperator<String> further, String says)
            throws Exception {
        histories.onFiles(
                name,
                change,
                changed(HistoryLayout.STATEMENTS, further),
                Expected.inHistory(HistoryLayout.STATEMENTS, "", "encoding", says));
    }

    /** A file without which an audit cannot begin. */
    private void unreadable(
            String clause,
            String name,
            String change,
            String file,
            UnaryOperator<String> further,
            String field,
            String says)
            throws Exception {
        histories.onFiles(
                name, change, changed(file, further), Expected.inHistory("", field, clause, says));
    }

    private static Consumer<Map<String, byte[]>> changed(
            String file, UnaryOperator<String> further) {
        return files ->
                files.computeIfPresent(
                        file, (_, bytes) -> Generator.bytes(further.apply(Generator.text(bytes))));
    }

    /** Changes one line, counted from 0. */
    private static UnaryOperator<String> lines(int line, String before, String after) {
        return text -> {
            List<String> lines = split(text);
            lines.set(line, lines.get(line).replace(before, after));
            return String.join("", lines);
        };
    }

    private static Consumer<Map<String, byte[]>> moved(Consumer<List<String>> move) {
        return changed(
                HistoryLayout.STATEMENTS,
                text -> {
                    List<String> lines = split(text);
                    move.accept(lines);
                    return String.join("", lines);
                });
    }

    private static List<String> split(String text) {
        return new ArrayList<>(Arrays.asList(text.split("(?<=\n)")));
    }

    /** Another payload under the signature of an envelope. */
    private static Envelope resigned(byte[] payload, Envelope signed) throws Exception {
        return Envelope.parse(
                Generator.bytes(
                        Generator.text(signed.bytes())
                                .replace(base64(signed.payload()), base64(payload))));
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
