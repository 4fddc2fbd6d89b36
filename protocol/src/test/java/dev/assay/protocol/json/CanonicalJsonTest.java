package dev.assay.protocol.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.erdtman.jcs.JsonCanonicalizer;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Random;

class CanonicalJsonTest {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String LETTERS = "ab\"\\/\b\f\n\r\t\u0000\u001f \u007fé\u2028€\uFB33";

    /** The example of RFC 8785, clause 3.2.3. */
    @Test
    void names_ofTheStandard_areSortedByCodeUnits() throws Exception {
        JsonNode value =
                new ObjectMapper()
                        .readTree(
                                """
                                {"\\u20ac":"Euro","\\r":"Return","\\ufb33":"Dalet","1":"One",
                                 "\\ud83d\\ude00":"Grin","\\u0080":"Control","\\u00f6":"O"}\
                                """);
        assertThat(text(value))
                .isEqualTo(
                        "{\"\\r\":\"Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"ö\":\"O\","
                                + "\"€\":\"Euro\",\"\uD83D\uDE00\":\"Grin\",\"\uFB33\":\"Dalet\"}");
    }

    /** Against the library's own canonicalizer, which reads text. */
    @Test
    void values_ofAnyKind_areWrittenAsTheLibraryWritesThem() throws Exception {
        Random random = new Random(11);
        for (int i = 0; i < 3_000; i++) {
            ObjectNode value = NODES.objectNode();
            value.set(string(random), value(random, 4));
            value.set(string(random), value(random, 4));
            assertThat(text(value))
                    .isEqualTo(new JsonCanonicalizer(value.toString()).getEncodedString());
        }
    }

    @Test
    void number_thatJsonLacks_isRefused() {
        ArrayNode value = NODES.arrayNode().add(Double.NaN);
        assertThatThrownBy(() -> CanonicalJson.bytes(value))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static JsonNode value(Random random, int depth) throws IOException {
        return switch (random.nextInt(depth == 0 ? 9 : 11)) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.booleanNode(random.nextBoolean());
            case 2 -> NODES.textNode(string(random));
            case 3 -> NODES.numberNode(random.nextInt() >> random.nextInt(32));
            case 4 -> NODES.numberNode(random.nextLong() >> random.nextInt(64));
            case 5 -> NODES.numberNode(new BigInteger(90, random));
            case 6 -> NODES.numberNode(random.nextFloat() * random.nextInt());
            case 7 -> NODES.numberNode(random.nextInt(100) / 8.0);
            case 8 -> NODES.numberNode(anyDouble(random));
            case 9 -> {
                ArrayNode array = NODES.arrayNode();
                for (int i = random.nextInt(4); i > 0; i--) {
                    array.add(value(random, depth - 1));
                }
                yield array;
            }
            default -> {
                ObjectNode object = NODES.objectNode();
                for (int i = random.nextInt(4); i > 0; i--) {
                    object.set(string(random), value(random, depth - 1));
                }
                yield object;
            }
        };
    }

    private static double anyDouble(Random random) {
        double value = Double.longBitsToDouble(random.nextLong());
        return Double.isFinite(value) ? value : 0;
    }

    private static String string(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return text.toString();
    }

    private static String text(JsonNode value) {
        return new String(CanonicalJson.bytes(value), StandardCharsets.UTF_8);
    }
}
