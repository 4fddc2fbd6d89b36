package dev.assay.verification.attacks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;

import dev.assay.protocol.id.KeyId;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attacks.HistoryFiles.Line;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.history.HistoryLayout;
import dev.assay.verification.log.LogLeaf;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What differs between the honest history and an attacked one, so that people can read it:
 *
 * <pre>
 * "keys": [BASE64, …]     keys that sign here and in no honest line
 * "log": [LEAF, …]        what the log holds, when that differs
 * "checkpoint": TEXT      what it signed, when that differs
 * "lines": [LINE, …]      what the history has, when that is not every statement of the log in order
 * "files": {…}            other bytes in these files, as in {@link Patch}
 *
 * LEAF  N                                             the honest entry N
 *       {"like": N, "payload": {…}, "sig": …}         the honest line of entry N, signed again
 *       TEXT                                          an entry of somebody else's
 * LINE  N                                             the statement of entry N
 *       {"of": LEAF, "index": N}                      a statement, and where the log is to hold it
 * </pre>
 *
 * The log's tiles, the keys and the count of lines follow from these.
 */
record HistoryPatch(ObjectNode json) {
    private static final String KEYS = "keys";
    private static final String LOG = "log";
    private static final String CHECKPOINT = "checkpoint";
    private static final String LINES = "lines";
    private static final String FILES = "files";
    private static final String LIKE = "like";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    static HistoryPatch parse(byte[] bytes) throws IOException {
        return new HistoryPatch((ObjectNode) MAPPER.readTree(bytes));
    }

    /**
     * The difference.
     *
     * @param told the history as its parties and its log made it, some of them lying
     * @param attacked its files after somebody changed them further
     */
    static HistoryPatch between(
            Map<String, byte[]> honest, HistoryFiles told, Map<String, byte[]> attacked)
            throws VerificationException {
        HistoryFiles base = HistoryFiles.read(honest);
        ObjectNode json = MAPPER.createObjectNode();
        ArrayNode keys = MAPPER.createArrayNode();
        told.keys().values().stream()
                .filter(key -> !base.keys().containsKey(key.keyId()))
                .forEach(key -> keys.add(Base64.getEncoder().encodeToString(key.spki())));
        if (!keys.isEmpty()) {
            json.set(KEYS, keys);
        }
        ArrayNode log = json.putArray(LOG);
        for (byte[] leaf : told.leaves()) {
            log.add(leaf(base, told, leaf));
        }
        json.put(CHECKPOINT, Generator.text(told.checkpoint()));
        ArrayNode lines = json.putArray(LINES);
        told.lines().forEach(line -> lines.add(line(base, told, line)));
        HistoryPatch patch = new HistoryPatch(json);
        if (Arrays.equals(base.checkpoint(), told.checkpoint())) {
            json.remove(LOG);
            json.remove(CHECKPOINT);
        }
        if (patch.isOrderly(told)) {
            json.remove(LINES);
        }
        Map<String, byte[]> files = told.write();
        if (!same(files, attacked)) {
            json.set(FILES, Patch.between(files, attacked).json());
        }
        Map<String, byte[]> again = new LinkedHashMap<>(honest);
        patch.apply(again);
        if (!same(again, attacked)) {
            throw new IllegalStateException("applied, the patch is another: " + json);
        }
        return patch;
    }

    /** The patch as a file: one change a line. */
    byte[] bytes() {
        return Generator.bytes(
                json.properties().stream()
                        .map(change -> TextNode.valueOf(change.getKey()) + ": " + change.getValue())
                        .collect(Collectors.joining(",\n", "{\n", "\n}\n"))
                        .replace("},{\"like\"", "},\n{\"like\""));
    }

    /** Changes these files. */
    void apply(Map<String, byte[]> files) throws VerificationException {
        HistoryFiles base = HistoryFiles.read(files);
        Map<KeyId, VerifyingKey> keys = new LinkedHashMap<>(base.keys());
        for (JsonNode spki : json.path(KEYS)) {
            VerifyingKey key = VerifyingKey.parse(Base64.getDecoder().decode(spki.textValue()));
            keys.put(key.keyId(), key);
        }
        List<byte[]> leaves = new ArrayList<>();
        List<Optional<Envelope>> statements = new ArrayList<>();
        JsonNode log = json.has(LOG) ? json.path(LOG) : every(base.leaves().size());
        for (JsonNode leaf : log) {
            Optional<Envelope> envelope = envelope(base, leaf);
            statements.add(envelope);
            leaves.add(
                    envelope.isPresent()
                            ? LogLeaf.of(envelope.get(), keys.get(envelope.get().keyId()))
                            : leaf.isInt()
                                    ? base.leaves().get(leaf.intValue())
                                    : Generator.bytes(leaf.textValue()));
        }
        List<Line> lines = new ArrayList<>();
        for (JsonNode line : json.has(LINES) ? json.path(LINES) : every(leaves.size())) {
            Optional<Envelope> statement =
                    line.isInt()
                            ? statements.get(line.intValue())
                            : envelope(base, line.path("of"));
            long index = line.isInt() ? line.intValue() : line.path("index").longValue();
            statement.ifPresent(envelope -> lines.add(new Line(index, envelope)));
        }
        byte[] checkpoint =
                json.has(CHECKPOINT)
                        ? Generator.bytes(json.path(CHECKPOINT).textValue())
                        : base.checkpoint();
        files.clear();
        files.putAll(
                new HistoryFiles(
                                base.provider(),
                                base.market(),
                                base.logKey(),
                                checkpoint,
                                leaves,
                                lines,
                                keys)
                        .write());
        if (json.get(FILES) instanceof ObjectNode further) {
            new Patch(further).apply(files);
        }
    }

    private boolean isOrderly(HistoryFiles told) {
        List<Integer> statements = new ArrayList<>();
        for (int i = 0; i < told.leaves().size(); i++) {
            if (isStatement(told, told.leaves().get(i))) {
                statements.add(i);
            }
        }
        List<Integer> lines = new ArrayList<>();
        json.path(LINES).forEach(line -> lines.add(line.isInt() ? line.intValue() : -1));
        return lines.equals(statements);
    }

    private static boolean isStatement(HistoryFiles told, byte[] leaf) {
        return told.lines().stream().anyMatch(line -> isLeaf(told, line.envelope(), leaf))
                || Generator.text(leaf).startsWith("{");
    }

    private static JsonNode leaf(HistoryFiles base, HistoryFiles told, byte[] leaf) {
        for (int i = 0; i < base.leaves().size(); i++) {
            if (Arrays.equals(base.leaves().get(i), leaf)) {
                return MAPPER.getNodeFactory().numberNode(i);
            }
        }
        return told.lines().stream()
                .filter(line -> isLeaf(told, line.envelope(), leaf))
                .findFirst()
                .<JsonNode>map(line -> like(base, line.envelope()))
                .orElseGet(() -> TextNode.valueOf(Generator.text(leaf)));
    }

    private static JsonNode line(HistoryFiles base, HistoryFiles told, Line line) {
        if (line.index() < told.leaves().size()
                && isLeaf(told, line.envelope(), told.leaves().get((int) line.index()))) {
            return MAPPER.getNodeFactory().numberNode((int) line.index());
        }
        ObjectNode json = MAPPER.createObjectNode();
        for (Line honest : base.lines()) {
            if (Arrays.equals(honest.envelope().bytes(), line.envelope().bytes())) {
                json.put("of", (int) honest.index());
            }
        }
        if (json.isEmpty()) {
            json.set("of", like(base, line.envelope()));
        }
        return json.put("index", line.index());
    }

    private static boolean isLeaf(HistoryFiles told, Envelope envelope, byte[] leaf) {
        VerifyingKey key = told.keys().get(envelope.keyId());
        return key != null && Arrays.equals(LogLeaf.of(envelope, key), leaf);
    }

    /** The statement as the honest one that it is most like. */
    private static ObjectNode like(HistoryFiles base, Envelope envelope) {
        ObjectNode nearest = MAPPER.createObjectNode();
        for (Line honest : base.lines()) {
            Optional<ObjectNode> change =
                    SignedChange.between(
                            HistoryLayout.STATEMENTS,
                            honest.envelope().bytes(),
                            envelope.bytes(),
                            Map.of());
            if (change.isPresent()) {
                ObjectNode json = MAPPER.createObjectNode().put(LIKE, honest.index());
                json.setAll(change.get());
                if (nearest.isEmpty() || json.toString().length() < nearest.toString().length()) {
                    nearest = json;
                }
            }
        }
        return nearest;
    }

    private static Optional<Envelope> envelope(HistoryFiles base, JsonNode leaf)
            throws VerificationException {
        if (leaf.isTextual()) {
            return Optional.empty();
        }
        int of = leaf.isInt() ? leaf.intValue() : leaf.path(LIKE).intValue();
        Optional<Envelope> honest =
                base.lines().stream()
                        .filter(line -> line.index() == of)
                        .map(Line::envelope)
                        .findFirst();
        return leaf.isInt()
                ? honest
                : Optional.of(
                        Envelope.parse(SignedChange.apply(honest.orElseThrow().bytes(), leaf)));
    }

    private static ArrayNode every(int count) {
        ArrayNode all = MAPPER.createArrayNode();
        for (int i = 0; i < count; i++) {
            all.add(i);
        }
        return all;
    }

    private static boolean same(Map<String, byte[]> one, Map<String, byte[]> other) {
        return one.keySet().equals(other.keySet())
                && one.entrySet().stream()
                        .allMatch(file -> Arrays.equals(file.getValue(), other.get(file.getKey())));
    }
}
