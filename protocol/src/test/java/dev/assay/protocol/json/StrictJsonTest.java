package dev.assay.protocol.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;

class StrictJsonTest {
    private static final int LIMIT = 4_096;

    @Test
    void object_wellFormed_isRead() throws Exception {
        assertThat(read("{\"a\": [1, \"é\", {\"b\": null}]}\n").path("a").size()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"a\":1,\"a\":1} | doc.a: not valid JSON: Duplicate field 'a'",
                "{\"a\":{\"b\":1,\"b\":2}} | doc.a.b: not valid JSON: Duplicate field 'b'",
                "[] | doc: expected a JSON object",
                "1 | doc: expected a JSON object",
                "`` | doc: expected a JSON object",
                "{\"a\":\"\\ud800\"} | doc.a: a string holds a lone surrogate",
                "{\"a\":[\"\\udc00\"]} | doc.a[0]: a string holds a lone surrogate",
                "{\"\\ud800\":1} | doc: not valid JSON: Broken surrogate pair in field name:"
                        + " expected '\\' to start low surrogate, got 0x22",
                "{\"\\udc00\":1} | doc: not valid JSON: Unexpected low surrogate in field name:"
                        + " 0xdc00",
            })
    void document_malformed_isRefusedWithItsName(String json, String message) {
        assertThatThrownBy(() -> read(json)).isInstanceOf(JsonException.class).hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{} {}",
                "{} x",
                "{'a':1}",
                "{a:1}",
                "{\"a\":01}",
                "{\"a\":NaN}",
                "{\"a\":1,}",
                "{\"a\":\"\t\"}",
                "/* */ {}",
            })
    void text_thatIsNotJson_isRefused(String json) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(JsonException.class)
                .hasMessageMatching("doc[^:]*: not valid JSON: .*");
    }

    @Test
    void document_overTheLimit_isRefusedUnread() throws Exception {
        String largest = "{}" + " ".repeat(LIMIT - 2);
        assertThat(read(largest)).isEmpty();
        assertThatThrownBy(() -> read(largest + " "))
                .hasMessage("doc: 4097 bytes, more than the 4096 allowed");
    }

    @Test
    void document_nestedTooDeep_isRefused() throws Exception {
        assertThat(read("{\"a\":" + "[".repeat(63) + "]".repeat(63) + "}")).hasSize(1);
        assertThatThrownBy(() -> read("{\"a\":" + "[".repeat(64) + "]".repeat(64) + "}"))
                .isInstanceOf(JsonException.class)
                .hasMessageContaining("[0]: not valid JSON: Document nesting depth (65)");
    }

    @Test
    void bytes_thatAreNotUtf8_areRefused() {
        for (byte[] bytes :
                new byte[][] {
                    "{\"a\":\"é\"}".getBytes(StandardCharsets.ISO_8859_1),
                    {'{', '"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"', ':', '1', '}'},
                    {'{', '"', (byte) 0xc0, (byte) 0xaf, '"', ':', '1', '}'},
                }) {
            assertThatThrownBy(() -> StrictJson.object(bytes, LIMIT, "doc"))
                    .isInstanceOf(JsonException.class)
                    .hasMessage("doc: not UTF-8 text");
        }
    }

    @Test
    void byteOrderMark_isRefusedByName() {
        assertThatThrownBy(() -> read("\uFEFF{}"))
                .hasMessage("doc: begins with a byte order mark; JSON has none, remove it");
    }

    /** No number of a document costs more than its digits, or is taken for infinite. */
    @ParameterizedTest
    @ValueSource(strings = {"1e400", "-1e400", "1e999999999", "[0,1e400]"})
    void number_beyondADouble_isRefused(String number) {
        assertThatThrownBy(() -> read("{\"a\":" + number + "}"))
                .isInstanceOf(JsonException.class)
                .hasMessageMatching("doc\\.a(\\[1])?: a number is larger than a double can be");
    }

    @Test
    void number_ofManyDigits_isRefusedUnread() throws Exception {
        assertThat(read("{\"a\":" + "9".repeat(32) + "}")).hasSize(1);
        for (String digits :
                new String[] {"9".repeat(33), "0." + "9".repeat(33), "9".repeat(3_000)}) {
            assertThatThrownBy(() -> read("{\"a\":" + digits + "}"))
                    .isInstanceOf(JsonException.class)
                    .hasMessageContaining("Number value length");
        }
        assertThatThrownBy(
                        () ->
                                StrictJson.canonicalObject(
                                        ("{\"a\":" + "9".repeat(32) + "}")
                                                .getBytes(StandardCharsets.UTF_8),
                                        LIMIT,
                                        "doc"))
                .isInstanceOf(JsonException.class)
                .hasMessageStartingWith("doc: not in canonical form");
    }

    /** A value of two bytes is a hundred times that as an object. */
    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "\"\"", "1", "1.5", "{\"a\":1}", "[[[[[[[]]]]]]]"})
    void document_ofNothingButSmallValues_isRefusedWhenItIsLarge(String value) throws Exception {
        assertThat(StrictJson.object(list(value, 100), 1 << 20, "doc").path("a")).hasSize(100);
        assertThatThrownBy(() -> StrictJson.object(list(value, 150_000), 1 << 22, "doc"))
                .isInstanceOf(JsonException.class)
                .hasMessageMatching("doc\\.a\\[[0-9]+\\].*: too many values for the .*size; .*");
    }

    @Test
    void document_ofManyNames_isRefusedWhenTheyAreShort() {
        StringBuilder fields = new StringBuilder("{\"A\":0");
        for (int i = 0; i < 20_000; i++) {
            fields.append(",\"").append(Integer.toString(i, 36)).append("\":0");
        }
        byte[] bytes = fields.append('}').toString().getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> StrictJson.object(bytes, bytes.length, "doc"))
                .hasMessageContaining("too many values for the document's size");
    }

    /** Digests, paths and amounts, as documents of any size have them. */
    @Test
    void document_ofLongValues_isReadWhateverItsSize() throws Exception {
        String value =
                "{\"amount\":\"560000\",\"from\":\"escrow:"
                        + "ab".repeat(32)
                        + "\",\"to\":\"pool:a\"}";
        assertThat(StrictJson.canonicalObject(list(value, 20_000), 1 << 22, "doc").path("a"))
                .hasSize(20_000);
    }

    private static byte[] list(String value, int count) {
        return ("{\"a\":[" + (value + ",").repeat(count - 1) + value + "]}")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** Names out of their order, and more of them than are looked through one by one. */
    @ParameterizedTest
    @ValueSource(ints = {2, 16, 17, 18, 100})
    void object_withNamesInAnyOrder_isReadInItsOrder(int count) throws Exception {
        StringBuilder text = new StringBuilder("{");
        for (int i = count; i > 0; i--) {
            text.append("\"n").append(i).append("\":").append(i).append(i > 1 ? "," : "}");
        }
        var object = read(text.toString());
        assertThat(object.properties().iterator().next().getKey()).isEqualTo("n" + count);
        assertThat(object).hasSize(count);
        for (int i = 1; i <= count; i++) {
            assertThat(object.get("n" + i).intValue()).isEqualTo(i);
        }
        assertThat(object.get("n")).isNull();
        String again = text.substring(0, text.length() - 1) + ",\"n1\":0}";
        assertThatThrownBy(() -> read(again))
                .hasMessage("doc.n1: not valid JSON: Duplicate field 'n1'");
    }

    /** The same name written in two ways is the same name. */
    @Test
    void duplicate_writtenWithAnEscape_isRefused() {
        assertThatThrownBy(() -> read("{\"o\":[{\"a\":1,\"\\u0061\":2}]}"))
                .hasMessage("doc.o[0].a: not valid JSON: Duplicate field 'a'");
    }

    /** What a stranger wrote reaches logs and terminals only as plain text of bounded length. */
    @Test
    void message_quotingTheDocument_isSafeToPrint() {
        String name = "\\u001b[2J\\u202e\\n" + "x".repeat(2_000);
        assertThatThrownBy(() -> read("{\"" + name + "\":1,\"" + name + "\":2}"))
                .isInstanceOf(JsonException.class)
                .message()
                .contains("\\u001b[2J\\u202e\\u000a")
                .hasSizeLessThan(1_010)
                .matches("[ -~]*");
    }

    @Test
    void canonicalForm_isTaken() throws Exception {
        byte[] bytes = "{\"a\":\"é\",\"b\":[1,2.5]}".getBytes(StandardCharsets.UTF_8);
        assertThat(StrictJson.canonicalObject(bytes, LIMIT, "doc")).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"b\":1,\"a\":1}",
                "{ \"a\":1}",
                "{\"a\":1.0}",
                "{\"a\":1e2}",
                "{\"a\":\"\\u00e9\"}",
                "{\"a\":9007199254740993}",
                "{\"a\":-0}",
            })
    void otherForm_ofTheSameObject_isRefusedWhereCanonicalFormIsAsked(String json) {
        assertThatThrownBy(
                        () ->
                                StrictJson.canonicalObject(
                                        json.getBytes(StandardCharsets.UTF_8), LIMIT, "doc"))
                .isInstanceOf(JsonException.class)
                .hasMessageStartingWith("doc: not in canonical form (RFC 8785)");
    }

    /** RFC 8785, section 3.2.3: property names in order of their UTF-16 code units. */
    @Test
    void canonicalBytes_sortNamesByUtf16CodeUnits() throws Exception {
        String json =
                "{\"\\u20ac\":1,\"\\r\":2,\"\\ufb33\":3,\"1\":4,\"\\ud83d\\ude00\":5,\"\\u0080\":6,"
                        + "\"\\u00f6\":7}";
        assertThat(new String(CanonicalJson.bytes(read(json)), StandardCharsets.UTF_8))
                .isEqualTo(
                        "{\"\\r\":2,\"1\":4,\"\u0080\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\ufb33\":3}");
    }

    private static com.fasterxml.jackson.databind.node.ObjectNode read(String json)
            throws JsonException {
        return StrictJson.object(json.getBytes(StandardCharsets.UTF_8), LIMIT, "doc");
    }
}
