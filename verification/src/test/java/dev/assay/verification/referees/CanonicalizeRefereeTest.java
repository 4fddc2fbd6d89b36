package dev.assay.verification.referees;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.StrictJson;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** npm {@code canonicalize} and we write the same canonical JSON (RFC 8785). */
class CanonicalizeRefereeTest {
    private static final int DOCUMENTS = 3_000;
    private static final int MAX_DEPTH = 4;
    private static final long SEED = 8_785;
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final Random random = new Random(SEED);

    @Test
    void documents_writtenByBoth_areTheSameBytes() throws Exception {
        List<ObjectNode> documents = documents();
        List<String> answers = referee(documents.stream().map(JsonNode::toString).toList());
        for (int i = 0; i < DOCUMENTS; i++) {
            assertThat(new String(CanonicalJson.bytes(documents.get(i)), UTF_8))
                    .isEqualTo(answers.get(i));
        }
    }

    @Test
    void doubles_ofAnyBits_areWrittenTheSame() throws Exception {
        List<ObjectNode> documents = new ArrayList<>();
        for (int i = 0; i < DOCUMENTS; i++) {
            ObjectNode document = JSON.objectNode();
            document.put("bits", finite());
            document.put("small", random.nextInt() / 1e3);
            document.put("power", Math.scalb(1.0, random.nextInt(-1074, 1024)));
            documents.add(document);
        }
        List<String> answers = referee(documents.stream().map(JsonNode::toString).toList());
        for (int i = 0; i < DOCUMENTS; i++) {
            assertThat(new String(CanonicalJson.bytes(documents.get(i)), UTF_8))
                    .isEqualTo(answers.get(i));
        }
    }

    /** What canonicalize would write otherwise, we do not read; what it would not, we do. */
    @Test
    void twinsInOtherBytes_areRefusedByUs_andRewrittenByTheReferee() throws Exception {
        List<String> texts = new ArrayList<>();
        for (ObjectNode document : documents()) {
            String canonical = new String(CanonicalJson.bytes(document), UTF_8);
            texts.add(canonical);
            texts.add(document.toString());
            texts.add(canonical.replaceFirst("\\{", "{ "));
            texts.add(canonical.replaceFirst(":1", ":1.0"));
            texts.add(canonical.replaceFirst("\"a", "\"\\\\u0061"));
        }
        List<String> answers = referee(texts);
        int refused = 0;
        for (int i = 0; i < texts.size(); i++) {
            boolean canonical = answers.get(i).equals(texts.get(i));
            assertThat(weRead(texts.get(i))).as(texts.get(i)).isEqualTo(canonical);
            refused += canonical ? 0 : 1;
        }
        assertThat(refused).isBetween(DOCUMENTS, texts.size() - DOCUMENTS);
    }

    /** A form of each document, all with several kinds of values at several depths. */
    private List<ObjectNode> documents() {
        List<ObjectNode> documents = new ArrayList<>();
        for (int i = 0; i < DOCUMENTS; i++) {
            documents.add(object(MAX_DEPTH));
        }
        return documents;
    }

    private ObjectNode object(int depth) {
        ObjectNode object = JSON.objectNode();
        for (int fields = random.nextInt(6); fields > 0; fields--) {
            object.set(text(), value(depth - 1));
        }
        return object;
    }

    private JsonNode value(int depth) {
        return switch (random.nextInt(depth > 0 ? 8 : 6)) {
            case 0 -> JSON.nullNode();
            case 1 -> JSON.booleanNode(random.nextBoolean());
            case 2 -> JSON.numberNode(random.nextInt());
            case 3 -> JSON.numberNode(random.nextLong(-(1L << 53), 1L << 53));
            case 4 -> JSON.numberNode(finite());
            case 5 -> JSON.textNode(text());
            case 6 -> object(depth);
            default -> {
                var array = JSON.arrayNode();
                for (int values = random.nextInt(5); values > 0; values--) {
                    array.add(value(depth - 1));
                }
                yield array;
            }
        };
    }

    private double finite() {
        double value = Double.longBitsToDouble(random.nextLong());
        return Double.isFinite(value) ? value : finite();
    }

    /** Text of letters, controls, marks that need escapes, and characters of one to four bytes. */
    private String text() {
        StringBuilder text = new StringBuilder();
        for (int length = random.nextInt(6); length > 0; length--) {
            switch (random.nextInt(6)) {
                case 0, 1 -> text.append((char) random.nextInt('a', 'f'));
                case 2 -> text.append((char) random.nextInt(0x20));
                case 3 -> text.append("\"\\/\u007f\u0080\u2028\ufeff".charAt(random.nextInt(7)));
                case 4 -> text.append((char) random.nextInt(0xa0, 0xd800));
                default -> text.appendCodePoint(random.nextInt(0xe000, 0x110000));
            }
        }
        return text.toString();
    }

    private static boolean weRead(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        try {
            StrictJson.canonicalObject(bytes, bytes.length, "document");
            return true;
        } catch (JsonException e) {
            return false;
        }
    }

    private static List<String> referee(List<String> documents) throws Exception {
        Program.nodeModules();
        Path folder = Program.referees();
        String in = String.join("\n", documents) + "\n";
        List<String> answers = Program.lines(folder, Map.of(), in, "node", "canonicalize.cjs");
        assertThat(answers).hasSameSizeAs(documents);
        return answers;
    }
}
