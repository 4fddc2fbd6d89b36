package dev.assay.verification.statement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.verification.attest.Forgery;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/** Hostile bytes in the place of a statement: each is refused, by the field that is wrong. */
final class StrictParsingTest {
    private static final ObjectMapper MAPPER =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final String MARK = "@@mark@@";

    static Set<Map.Entry<String, Statement>> examples() {
        return FormatExamples.all().entrySet();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void field_unknownAtAnyLevel_isNamed(Map.Entry<String, Statement> example) throws Exception {
        JsonNode json = tree(example);
        List<Places.Place> objects = new ArrayList<>(Places.of(json, "statement"));
        objects.removeIf(place -> !place.value().isObject());
        for (Places.Place place : objects) {
            ObjectNode object = (ObjectNode) place.value();
            object.put("surprise", "1");
            assertRefused(CanonicalJson.bytes(json), place.path() + ".surprise: unknown field");
            object.remove("surprise");
        }
        ((ObjectNode) json).put("surprise", "1");
        assertRefused(CanonicalJson.bytes(json), "statement.surprise: unknown field");
    }

    @ParameterizedTest
    @MethodSource("examples")
    void field_leftOut_isNamed(Map.Entry<String, Statement> example) throws Exception {
        JsonNode json = tree(example);
        for (Places.Place place : Places.of(json, "statement")) {
            if (place.isField() && !isOptional(example.getKey(), place.name())) {
                JsonNode value = place.value();
                ((ObjectNode) place.parent()).remove(place.name());
                assertThat(refusal(CanonicalJson.bytes(json)))
                        .as(place.path())
                        .startsWith("statement");
                place.set(value);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void field_givenTwiceAtAnyLevel_isNamed(Map.Entry<String, Statement> example) throws Exception {
        String text = new String(example.getValue().bytes(), UTF_8);
        int objects = 0;
        for (int at = text.indexOf("{\""); at >= 0; at = text.indexOf("{\"", at + 1)) {
            String name = text.substring(at + 2, text.indexOf('"', at + 2));
            String twice =
                    text.substring(0, at + 1) + "\"" + name + "\":0," + text.substring(at + 1);
            assertThat(refusal(twice.getBytes(UTF_8)))
                    .startsWith("statement")
                    .contains(name + ": not valid JSON: Duplicate field '" + name + "'");
            objects++;
        }
        assertThat(objects).isGreaterThan(3);
    }

    @ParameterizedTest
    @MethodSource("examples")
    void text_withALoneSurrogate_isNamed(Map.Entry<String, Statement> example) throws Exception {
        JsonNode json = tree(example);
        for (Places.Place place : Places.of(json, "statement")) {
            JsonNode value = place.value();
            if (!value.isTextual()) {
                continue;
            }
            for (String lone : List.of("\uD800", "a\uDC00", "\uDC00\uD800", "\uD83D\uD83D\uDE00")) {
                place.set(JSON.textNode(lone));
                assertRefused(
                        MAPPER.writeValueAsBytes(json),
                        place.path() + ": a string holds a lone surrogate");
            }
            place.set(JSON.textNode(MARK));
            byte[] raw = MAPPER.writeValueAsBytes(json);
            int at = new String(raw, UTF_8).indexOf(MARK);
            raw[at] = (byte) 0xed;
            raw[at + 1] = (byte) 0xa0;
            raw[at + 2] = (byte) 0x80;
            assertRefused(raw, "statement: not UTF-8 text");
            place.set(value);
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void integer_notWrittenAsCanonicalJsonDoes_isRefused(Map.Entry<String, Statement> example)
            throws Exception {
        JsonNode json = tree(example);
        for (Places.Place place : Places.of(json, "statement")) {
            JsonNode value = place.value();
            if (!value.isNumber()) {
                continue;
            }
            place.set(JSON.textNode(MARK));
            String text = new String(CanonicalJson.bytes(json), UTF_8);
            for (String other :
                    List.of(
                            value + ".0",
                            value + "e0",
                            "0" + value,
                            "+" + value,
                            "-" + value,
                            "-0",
                            "4294967296",
                            "9007199254740993",
                            "9".repeat(32),
                            "9".repeat(1_000),
                            "1e400",
                            "NaN",
                            "\"" + value + "\"")) {
                assertThat(refusal(text.replace("\"" + MARK + "\"", other).getBytes(UTF_8)))
                        .as(place.path() + " as " + other)
                        .startsWith("statement");
            }
            place.set(value);
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void quantity_notWrittenAsPlainDecimal_isNamed(Map.Entry<String, Statement> example)
            throws Exception {
        JsonNode json = tree(example);
        for (Places.Place place : Places.of(json, "statement")) {
            JsonNode value = place.value();
            if (!value.isTextual()
                    || !value.textValue().matches("[0-9]{1,19}")
                    || place.name().equals("value")) {
                continue;
            }
            for (String other :
                    List.of(
                            "",
                            "-1",
                            "-0",
                            "+1",
                            "01",
                            "00",
                            "1.0",
                            "1e3",
                            "0x1",
                            " 1",
                            "1 ",
                            "1\n",
                            "1_000",
                            "٣",
                            "9223372036854775808",
                            "9".repeat(10_000))) {
                place.set(JSON.textNode(other));
                assertRefused(CanonicalJson.bytes(json), place.path() + ": expected ");
            }
            place.set(value);
        }
    }

    @Test
    void bytes_thatAreNotTheStatementAlone_areRefused() {
        byte[] order = FormatExamples.all().get("order").bytes();
        String text = new String(order, UTF_8);
        assertRefused(
                ("\uFEFF" + text).getBytes(UTF_8), "statement: begins with a byte order mark");
        for (String more : List.of(" ", "\n", "\u0000", "{}", ",", "]", "x", text)) {
            assertThat(refusal((text + more).getBytes(UTF_8))).startsWith("statement");
            assertThat(refusal((more + text).getBytes(UTF_8))).startsWith("statement");
        }
        assertRefused(text.getBytes(java.nio.charset.StandardCharsets.UTF_16), "not UTF-8");
        for (int length = 0; length < order.length; length++) {
            assertThat(refusal(Arrays.copyOf(order, length))).startsWith("statement");
        }
    }

    @Test
    void document_nestedDeep_isRefused() {
        String deep = "[".repeat(Statement.MAX_BYTES - 20);
        assertRefused(("{\"predicate\":" + deep).getBytes(UTF_8), "nesting depth");
        String objects = "{\"a\":".repeat(80_000);
        assertRefused(objects.getBytes(UTF_8), "nesting depth");
    }

    @Test
    void document_overTheLimit_isRefusedBeforeItIsParsed() {
        byte[] open = "{".repeat(Statement.MAX_BYTES + 1).getBytes(UTF_8);
        assertRefused(open, "statement: 524289 bytes, more than the 524288 allowed");
    }

    /** Whatever the name of a predicate is, the message stays short and on one line. */
    @Test
    void predicate_unknown_isRefusedInAFewPlainWords() {
        Statement order = FormatExamples.all().get("order");
        assertThat(
                        refusal(
                                Forgery.bytes(
                                        order,
                                        "/predicateType",
                                        "\u001b[2J\n" + "x".repeat(400_000))))
                .startsWith("statement.predicateType: this version knows no predicate '")
                .contains("\\u001b[2J\\u000a")
                .endsWith("'; docs/formats lists those it does")
                .hasSizeLessThan(1_100);
    }

    /** A pattern that goes down a step for each part of a name would end the stack here. */
    @Test
    void inventory_withANameOfManyParts_isRefused() {
        Statement inventory = FormatExamples.all().get("inventory");
        assertRefused(
                Forgery.bytes(inventory, "/predicate/machine/0/name", "a" + ".a".repeat(200_000)),
                "is no name such as memory.bytes");
    }

    @Test
    void verdict_whoseUnitsAreNotAscending_isRefused() {
        Statement verdict = FormatExamples.all().get("verdict");
        List<Integer> descending = new ArrayList<>(IntStream.range(0, 60_000).boxed().toList());
        Collections.reverse(descending);
        for (List<Integer> drawn : List.of(List.of(1, 1), List.of(-1), descending)) {
            assertRefused(
                    Forgery.bytes(verdict, "/predicate/drawn", drawn),
                    "drawn: units must be from 0 on and ascending");
        }
    }

    @Test
    void result_withEvidenceOfAnotherLease_isRefused() throws Exception {
        ObjectNode json = (ObjectNode) MAPPER.readTree(FormatExamples.all().get("result").bytes());
        String lease = json.at("/predicate/buildDefinition/internalParameters/leaseId").asText();
        JsonNode evidence =
                MAPPER.readTree(FormatExamples.all().get("inventory").bytes())
                        .at("/predicate/evidence");
        ((ObjectNode) json.get("predicate")).set("evidence", evidence);
        ObjectNode reference = (ObjectNode) evidence.get(0);

        reference.put("about", "LEASE").put("aboutDigest", "sha256:" + lease);
        assertThat(Statement.parse(CanonicalJson.bytes(json)).bytes())
                .isEqualTo(CanonicalJson.bytes(json));
        reference.put("about", "STATEMENT");
        assertRefused(CanonicalJson.bytes(json), "evidence: not of the result's own lease");
        reference.put("about", "LEASE").put("aboutDigest", "sha256:" + "00".repeat(32));
        assertRefused(CanonicalJson.bytes(json), "evidence: not of the result's own lease");
    }

    @Test
    void evidence_namingAFileTwice_isRefused() throws Exception {
        JsonNode json = MAPPER.readTree(FormatExamples.all().get("evidence").bytes());
        ObjectNode again = json.get("subject").get(0).deepCopy();
        ((ObjectNode) again.get("digest")).put("sha256", "0".repeat(64));
        ((com.fasterxml.jackson.databind.node.ArrayNode) json.get("subject")).add(again);
        assertRefused(CanonicalJson.bytes(json), "statement.subject: ");
    }

    @Test
    void device_ofAnotherKind_isRefused() {
        assertRefused(
                Forgery.bytes(
                        FormatExamples.all().get("usage"), "/predicate/resources/0/kind", "tpu"),
                "statement.predicate.resources[0]: kind: a device is a cpu or a gpu");
    }

    /** Bytes of chance in a statement: it is read or refused, and nothing else happens. */
    @ParameterizedTest
    @MethodSource("examples")
    void statement_withBytesOfChance_isReadOrRefused(Map.Entry<String, Statement> example) {
        byte[] bytes = example.getValue().bytes();
        Random random = new Random(example.getKey().hashCode());
        String alphabet = "{}[]\",:\\u0123456789-+.eEsha\u0000\u00ed\u00a0\u0080";
        for (int round = 0; round < 2_000; round++) {
            byte[] changed = bytes.clone();
            for (int i = 1 + random.nextInt(4); i > 0; i--) {
                changed[random.nextInt(changed.length)] =
                        (byte) alphabet.charAt(random.nextInt(alphabet.length()));
            }
            try {
                assertThat(Statement.parse(changed).bytes()).isEqualTo(changed);
            } catch (JsonException e) {
                assertThat(e).hasMessageStartingWith("statement");
            }
        }
    }

    private static boolean isOptional(String format, String field) {
        return Set.of("powerLimitMilliwatts", "evidence").contains(field)
                || (format.equals("settlement")
                        && Set.of("usageHead", "result", "verdict").contains(field));
    }

    private static JsonNode tree(Map.Entry<String, Statement> example) throws IOException {
        return MAPPER.readTree(example.getValue().bytes());
    }

    private static String refusal(byte[] bytes) {
        try {
            Statement.parse(bytes);
            return "it was read";
        } catch (JsonException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static void assertRefused(byte[] bytes, String message) {
        assertThatThrownBy(() -> Statement.parse(bytes))
                .isInstanceOf(JsonException.class)
                .hasMessageContaining(message);
    }
}
