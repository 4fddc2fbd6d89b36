package dev.assay.protocol.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.protocol.id.Digest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.time.Instant;

class JsonFieldsTest {
    @Test
    void fields_ofEveryType_areReadByName() throws Exception {
        Digest digest = Digest.sha256(new byte[] {1});
        JsonFields fields =
                fields(
                        "{'t':'text','d':'"
                                + digest
                                + "','i':'2026-01-31T12:00:00Z','q':'9223372036854775807',"
                                + "'n':7,'o':{'x':'y'},'os':[{'x':'1'},{'x':'2'}],"
                                + "'ts':['a','b'],'ns':[1,2]}");
        assertThat(fields.text("t")).isEqualTo("text");
        assertThat(fields.digest("d")).isEqualTo(digest);
        assertThat(fields.instant("i")).isEqualTo(Instant.parse("2026-01-31T12:00:00Z"));
        assertThat(fields.quantity("q")).isEqualTo(Long.MAX_VALUE);
        assertThat(fields.integer("n", 7, 7)).isEqualTo(7);
        assertThat(fields.object("o").text("x")).isEqualTo("y");
        assertThat(fields.objects("os").get(1).text("x")).isEqualTo("2");
        assertThat(fields.texts("ts")).containsExactly("a", "b");
        assertThat(fields.integers("ns")).containsExactly(1, 2);
        assertThat(fields.optionalText("absent")).isEmpty();
        assertThat(fields.optionalObject("absent")).isEmpty();
        assertThat(fields.optionalText("t")).hasValue("text");
        assertThat(fields.names()).containsExactly("t", "d", "i", "q", "n", "o", "os", "ts", "ns");
        fields.end();
    }

    @Test
    void field_missing_isRefusedByPath() throws Exception {
        JsonFields inner = fields("{'o':{}}").object("o");
        assertThatThrownBy(() -> inner.text("x"))
                .isInstanceOf(JsonException.class)
                .hasMessage("doc.o.x: missing");
    }

    @Test
    void field_ofAnArrayElement_isRefusedByItsIndex() throws Exception {
        JsonFields second = fields("{'os':[{},{'x':1}]}").objects("os").get(1);
        assertThatThrownBy(() -> second.text("x")).hasMessage("doc.os[1].x: expected a string");
    }

    @Test
    void field_notRead_isRefusedAtTheEnd() throws Exception {
        JsonFields fields = fields("{'a':'1','b':'2'}");
        fields.text("a");
        assertThatThrownBy(fields::end)
                .hasMessage("doc.b: unknown field; a version that knows it is needed");
    }

    @Test
    void field_ofAnotherType_isRefused() throws Exception {
        JsonFields fields = fields("{'n':1,'nil':null,'a':[1],'s':'s','f':1.5,'big':4294967296}");
        assertThatThrownBy(() -> fields.text("n")).hasMessage("doc.n: expected a string");
        assertThatThrownBy(() -> fields.text("nil")).hasMessage("doc.nil: expected a string");
        assertThatThrownBy(() -> fields.object("a")).hasMessage("doc.a: expected an object");
        assertThatThrownBy(() -> fields.objects("s")).hasMessage("doc.s: expected an array");
        assertThatThrownBy(() -> fields.objects("a"))
                .hasMessage("doc.a: expected an array of objects");
        assertThatThrownBy(() -> fields.texts("a"))
                .hasMessage("doc.a: expected an array of strings");
        assertThatThrownBy(() -> fields.integers("s")).hasMessage("doc.s: expected an array");
        for (String wrong : new String[] {"s", "f", "big", "nil"}) {
            assertThatThrownBy(() -> fields.integer(wrong, 0, Integer.MAX_VALUE))
                    .hasMessage("doc." + wrong + ": expected an integer from 0 to 2147483647");
        }
        assertThatThrownBy(() -> fields.integer("n", 2, 3))
                .hasMessage("doc.n: expected an integer from 2 to 3");
        assertThatThrownBy(() -> fields.digest("s")).hasMessageStartingWith("doc.s: not a digest");
        assertThatThrownBy(() -> fields.instant("s"))
                .hasMessage("doc.s: expected an RFC 3339 instant such as 2026-01-31T12:00:00Z");
        assertThatThrownBy(() -> fields.text("s", "t")).hasMessage("doc.s: 's', expected 't'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "+1", "01", "1.0", "1e3", " 1", "٣", "9223372036854775808"})
    void quantity_thatIsNoPlainDecimal_isRefused(String text) throws Exception {
        JsonFields fields = fields("{'q':'" + text + "'}");
        assertThatThrownBy(() -> fields.quantity("q"))
                .isInstanceOf(JsonException.class)
                .hasMessageStartingWith("doc.q: expected a decimal string ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "2026-01-31",
                "2026-01-31T12:00:00",
                "2026-01-31T12:00:00+00:00",
                "2026-01-31t12:00:00z",
                "2026-02-30T12:00:00Z",
                "2026-01-31T12:00:61Z",
                "+10000-01-01T00:00:00Z",
                "+1000000000-12-31T23:59:59.999999999Z",
                "-0001-01-01T00:00:00Z",
                "2026-01-31T12:00:00.Z",
                "2026-01-31T12:00:00.0000000001Z"
            })
    void instant_thatIsNotRfc3339InUtc_isRefused(String text) throws Exception {
        JsonFields fields = fields("{'i':'" + text + "'}");
        assertThatThrownBy(() -> fields.instant("i"))
                .isInstanceOf(JsonException.class)
                .hasMessage("doc.i: expected an RFC 3339 instant such as 2026-01-31T12:00:00Z");
    }

    @Test
    void array_overItsLimit_isRefused() throws Exception {
        JsonFields fields = fields("{'os':[{},{}]}");
        assertThat(fields.objects("os", 2)).hasSize(2);
        assertThatThrownBy(() -> fields.objects("os", 1))
                .hasMessage("doc.os: 2 entries, more than the 1 allowed");
    }

    private static JsonFields fields(String json) throws JsonException {
        byte[] bytes = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        return JsonFields.of(StrictJson.object(bytes, 1 << 16, "doc"), "doc");
    }
}
