package dev.assay.verification.attacks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;

import dev.assay.verification.audit.EvidenceLayout;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What differs between an honest directory and an attacked one, so that people can read it:
 *
 * <pre>
 * "checkpoint": TEXT                                  of the proofs that are of another one
 * FILE: null                                          it is gone
 * FILE: {"payload": {POINTER: VALUE}, "sig": …}       a statement, changed there and signed again
 * FILE: {"at": N, "cut": N, "text" | "base64": …}     other bytes in the place of these
 * </pre>
 *
 * An index that was signed again is first made to name the files as they are.
 */
record Patch(ObjectNode json) {
    /** The proof whose checkpoint all others of a folder have, but that of the draw. */
    private static final String PROOF = EvidenceLayout.proof(EvidenceLayout.ORDER);

    private static final String CHECKPOINT = "checkpoint";
    private static final String AT = "at";
    private static final String CUT = "cut";
    private static final String TEXT = "text";
    private static final String BASE64 = "base64";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    static Patch parse(byte[] bytes) throws IOException {
        return new Patch((ObjectNode) MAPPER.readTree(bytes));
    }

    static Patch between(Map<String, byte[]> honest, Map<String, byte[]> attacked) {
        ObjectNode json = MAPPER.createObjectNode();
        byte[] order = attacked.getOrDefault(PROOF, new byte[0]);
        if (!Arrays.equals(order, honest.getOrDefault(PROOF, new byte[0]))) {
            json.put(CHECKPOINT, Proofs.checkpoint(PROOF, order));
        }
        Map<String, byte[]> names = new TreeMap<>(honest);
        names.putAll(attacked);
        for (String name : names.keySet()) {
            byte[] before = honest.getOrDefault(name, new byte[0]);
            byte[] after = attacked.get(name);
            if (after == null) {
                json.putNull(name);
            } else if (!Arrays.equals(before, after) || !honest.containsKey(name)) {
                json.set(
                        name,
                        SignedChange.between(name, before, after, attacked)
                                .orElseGet(() -> splice(json, name, before, after)));
            }
        }
        return new Patch(json);
    }

    /** The patch as a file: one change a line. */
    byte[] bytes() {
        return Generator.bytes(
                json.properties().stream()
                        .map(change -> TextNode.valueOf(change.getKey()) + ": " + change.getValue())
                        .collect(Collectors.joining(",\n", "{\n", "\n}\n")));
    }

    /** Changes these files. */
    void apply(Map<String, byte[]> files) {
        Map<String, byte[]> honest = new TreeMap<>(files);
        for (Map.Entry<String, JsonNode> change : json.properties()) {
            String name = change.getKey();
            JsonNode value = change.getValue();
            byte[] before = honest.getOrDefault(name, new byte[0]);
            if (value.isNull()) {
                files.remove(name);
            } else if (value.has(AT)) {
                byte[] base =
                        value.path(CHECKPOINT).asBoolean()
                                ? Proofs.under(before, json.path(CHECKPOINT).textValue())
                                : before;
                files.put(name, spliced(base, value));
            }
        }
        for (Map.Entry<String, JsonNode> change : json.properties()) {
            byte[] before = honest.getOrDefault(change.getKey(), new byte[0]);
            if (SignedChange.isOne(change.getValue()) && !SignedChange.isIndex(change.getKey())) {
                files.put(change.getKey(), SignedChange.apply(before, change.getValue()));
            }
        }
        for (Map.Entry<String, JsonNode> change : json.properties()) {
            byte[] before = honest.getOrDefault(change.getKey(), new byte[0]);
            if (SignedChange.isOne(change.getValue()) && SignedChange.isIndex(change.getKey())) {
                files.put(
                        change.getKey(),
                        SignedChange.apply(SignedChange.naming(before, files), change.getValue()));
            }
        }
    }

    /** Other bytes; a proof is compared with the honest one under the patch's checkpoint. */
    private static ObjectNode splice(ObjectNode json, String name, byte[] before, byte[] after) {
        String checkpoint = Proofs.checkpoint(name, after);
        if (before.length > 0
                && !checkpoint.isEmpty()
                && checkpoint.equals(json.path(CHECKPOINT).asText())) {
            return splice(Proofs.under(before, checkpoint), after).put(CHECKPOINT, true);
        }
        return splice(before, after);
    }

    private static ObjectNode splice(byte[] before, byte[] after) {
        int most = Math.min(before.length, after.length);
        int start = 0;
        while (start < most && before[start] == after[start]) {
            start++;
        }
        int end = 0;
        while (end < most - start
                && before[before.length - 1 - end] == after[after.length - 1 - end]) {
            end++;
        }
        ObjectNode json = MAPPER.createObjectNode();
        json.put(AT, start).put(CUT, before.length - start - end);
        byte[] put = Arrays.copyOfRange(after, start, after.length - end);
        String text = new String(put, StandardCharsets.UTF_8);
        return Arrays.equals(text.getBytes(StandardCharsets.UTF_8), put)
                        && text.chars().allMatch(c -> c >= ' ' || c == '\n')
                ? json.put(TEXT, text)
                : json.put(BASE64, Base64.getEncoder().encodeToString(put));
    }

    private static byte[] spliced(byte[] before, JsonNode change) {
        byte[] put =
                change.has(TEXT)
                        ? change.path(TEXT).textValue().getBytes(StandardCharsets.UTF_8)
                        : Base64.getDecoder().decode(change.path(BASE64).textValue());
        int at = change.path(AT).intValue();
        int rest = at + change.path(CUT).intValue();
        byte[] after = Arrays.copyOf(before, at + put.length + before.length - rest);
        System.arraycopy(put, 0, after, at, put.length);
        System.arraycopy(before, rest, after, at + put.length, before.length - rest);
        return after;
    }

    /** A proof's parts: its hashes, and the checkpoint that it ends in. */
    private static final class Proofs {
        private Proofs() {}

        /** The checkpoint of a proof; empty for other files. */
        static String checkpoint(String name, byte[] file) {
            String text = new String(file, StandardCharsets.UTF_8);
            int blank = text.indexOf("\n\n");
            return name.endsWith(".tlog-proof") && blank >= 0 ? text.substring(blank + 2) : "";
        }

        static byte[] under(byte[] proof, String checkpoint) {
            String text = new String(proof, StandardCharsets.UTF_8);
            return (text.substring(0, text.indexOf("\n\n") + 2) + checkpoint)
                    .getBytes(StandardCharsets.UTF_8);
        }
    }
}
