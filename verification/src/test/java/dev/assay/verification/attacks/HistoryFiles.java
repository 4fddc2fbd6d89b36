package dev.assay.verification.attacks;

import dev.assay.protocol.id.KeyId;
import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.history.HistoryIndex;
import dev.assay.verification.history.HistoryLayout;
import dev.assay.verification.log.MerkleTree;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The files of a history whose log has fewer than 256 entries, and what is in them: the log's
 * leaves, the lines, the keys of those who signed.
 *
 * @param provider a key of the provider's
 * @param market a key of the market's
 * @param logKey the log's verifier key
 * @param checkpoint the log's signed checkpoint
 * @param keys those that may have signed a line
 */
record HistoryFiles(
        KeyId provider,
        KeyId market,
        String logKey,
        byte[] checkpoint,
        List<byte[]> leaves,
        List<Line> lines,
        Map<KeyId, VerifyingKey> keys) {
    private static final String CHECKPOINT = "log/checkpoint";
    private static final String HASHES = "log/tile/0/000.p/";
    private static final String ENTRIES = "log/tile/entries/000.p/";
    private static final String PEM_END = "-----END PUBLIC KEY-----\n";

    /** A statement, and where it is said that the log holds it. */
    record Line(long index, Envelope envelope) {
        private String text() {
            return "{\"envelope\":"
                    + Generator.text(envelope.bytes())
                    + ",\"index\":\""
                    + index
                    + "\"}\n";
        }
    }

    /** The files by their names, as an export writes them. */
    Map<String, byte[]> write() {
        Map<String, byte[]> files = new TreeMap<>();
        files.put(
                HistoryLayout.INDEX,
                new HistoryIndex(provider, market, lines.size(), Optional.empty()).bytes());
        files.put(HistoryLayout.LOG_KEY, Generator.bytes(logKey));
        files.put(HistoryLayout.KEYS, Generator.bytes(pems()));
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line.text()));
        files.put(HistoryLayout.STATEMENTS, Generator.bytes(text.toString()));
        files.put(CHECKPOINT, checkpoint);
        ByteArrayOutputStream hashes = new ByteArrayOutputStream();
        ByteArrayOutputStream entries = new ByteArrayOutputStream();
        for (byte[] leaf : leaves) {
            hashes.writeBytes(MerkleTree.leafHash(leaf).bytes());
            entries.write(leaf.length >> 8);
            entries.write(leaf.length);
            entries.writeBytes(leaf);
        }
        files.put(HASHES + leaves.size(), hashes.toByteArray());
        files.put(ENTRIES + leaves.size(), entries.toByteArray());
        return files;
    }

    /** The keys of those who signed, in the order in which they first did. */
    private String pems() {
        Map<KeyId, String> pems = new LinkedHashMap<>();
        for (Line line : lines) {
            KeyId signer = line.envelope().keyId();
            pems.put(signer, Optional.ofNullable(keys.get(signer)).orElseThrow().toPem());
        }
        return String.join("", pems.values());
    }

    /** Reads what {@link #write} wrote. */
    static HistoryFiles read(Map<String, byte[]> files) throws VerificationException {
        HistoryIndex index = HistoryIndex.parse(of(files, HistoryLayout.INDEX));
        List<Line> lines = new ArrayList<>();
        for (String line : text(files, HistoryLayout.STATEMENTS).lines().toList()) {
            int end = line.lastIndexOf(",\"index\":\"");
            lines.add(
                    new Line(
                            Long.parseLong(line.substring(end + 10, line.length() - 2)),
                            Envelope.parse(
                                    Generator.bytes(
                                            line.substring("{\"envelope\":".length(), end)))));
        }
        Map<KeyId, VerifyingKey> keys = new LinkedHashMap<>();
        for (String pem : text(files, HistoryLayout.KEYS).split("(?<=" + PEM_END + ")")) {
            VerifyingKey key = VerifyingKey.fromPem(pem);
            keys.put(key.keyId(), key);
        }
        return new HistoryFiles(
                index.provider(),
                index.market(),
                text(files, HistoryLayout.LOG_KEY),
                of(files, CHECKPOINT),
                leaves(files),
                lines,
                keys);
    }

    private static List<byte[]> leaves(Map<String, byte[]> files) {
        String name =
                files.keySet().stream()
                        .filter(file -> file.startsWith(ENTRIES))
                        .findFirst()
                        .orElseThrow();
        byte[] bytes = of(files, name);
        List<byte[]> leaves = new ArrayList<>();
        for (int at = 0; at < bytes.length; ) {
            int length = (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
            leaves.add(java.util.Arrays.copyOfRange(bytes, at + 2, at + 2 + length));
            at += 2 + length;
        }
        return leaves;
    }

    private static byte[] of(Map<String, byte[]> files, String name) {
        return Optional.ofNullable(files.get(name)).orElseThrow();
    }

    private static String text(Map<String, byte[]> files, String name) {
        return new String(of(files, name), StandardCharsets.UTF_8);
    }
}
