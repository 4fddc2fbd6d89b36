package dev.assay.verification.statement;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;

import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The schemas of docs/formats and the parser agree: what the one takes of a statement's shape, the
 * other takes. The parser knows more, such as which digest must be equal to which.
 */
final class FormatSchemasTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** Fields that a statement may have or not. */
    private static final Set<String> OPTIONAL =
            Set.of("powerLimitMilliwatts", "parallel", "shell", "evidence", "A_1", "_b");

    private static final Set<String> OPTIONAL_IN_SETTLEMENTS =
            Set.of("usageHead", "result", "verdict");

    /** More characters than any text may have. */
    private static final String LONG = "a".repeat((1 << 17) + 1);

    /** Texts of an example that look as if they had one form only. */
    private static final Set<String> FREE = Set.of("code", "saw", "detail", "value");

    /** No array may have more entries. */
    private static final int MOST = 10_000;

    /** Arrays whose own length nothing bounds: their characters, or the statement's, do. */
    private static final Set<String> UNBOUNDED = Set.of("command");

    static Set<String> names() {
        return FormatExamples.all().keySet();
    }

    @ParameterizedTest
    @MethodSource("names")
    void schema_takesEveryValidStatement(String name) throws IOException {
        Schema schema = FormatFiles.of(name).schema();
        for (JsonNode statement : statements(name, 60)) {
            assertThat(schema.validate(statement)).as("%s", statement).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void schema_isOfTheDraftAndRefusesOtherPredicates(String name) throws IOException {
        JsonNode json = FormatFiles.of(name).schemaJson();
        String type = FormatExamples.all().get(name).predicate().type();
        assertThat(json.get("$schema").asText())
                .isEqualTo("https://json-schema.org/draft/2020-12/schema");
        assertThat(json.get("$id").asText()).isEqualTo(type + ".schema.json");
        Schema schema = FormatFiles.of(name).schema();
        for (String other : names()) {
            if (!other.equals(name)) {
                assertThat(schema.validate(statements(other, 0).getFirst())).isNotEmpty();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void field_leftOut_isRefusedByBoth(String name) throws IOException {
        Schema schema = FormatFiles.of(name).schema();
        for (JsonNode statement : statements(name, 3)) {
            for (Places.Place place : Places.of(statement, name)) {
                if (!place.isField() || isOptional(name, place.name())) {
                    continue;
                }
                ObjectNode parent = (ObjectNode) place.parent();
                JsonNode value = parent.remove(place.name());
                assertBothRefuse(schema, statement, place.path() + " left out");
                parent.set(place.name(), value);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void field_unknown_isRefusedByBoth(String name) throws IOException {
        Schema schema = FormatFiles.of(name).schema();
        for (JsonNode statement : statements(name, 3)) {
            List<JsonNode> objects = new ArrayList<>(List.of(statement));
            Places.of(statement, name).forEach(place -> objects.add(place.value()));
            for (JsonNode node : objects) {
                if (node instanceof ObjectNode object) {
                    object.put("sur prise", "1");
                    assertBothRefuse(schema, statement, "surprise");
                    object.remove("sur prise");
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void value_ofAnotherType_isRefusedByBoth(String name) throws IOException {
        Schema schema = FormatFiles.of(name).schema();
        for (JsonNode statement : statements(name, 2)) {
            for (Places.Place place : Places.of(statement, name)) {
                JsonNode value = place.value();
                for (JsonNode other : othersThan(value)) {
                    place.set(other);
                    assertBothRefuse(schema, statement, place.path() + " as " + other);
                }
                place.set(value);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void text_tooLongOrInNoForm_isRefusedByBoth(String name) throws IOException {
        Schema schema = FormatFiles.of(name).schema();
        for (JsonNode statement : statements(name, 2)) {
            for (Places.Place place : Places.of(statement, name)) {
                JsonNode value = place.value();
                if (!value.isTextual()) {
                    continue;
                }
                place.set(JSON.textNode(value.textValue() + LONG));
                assertBothRefuse(schema, statement, place.path() + " too long");
                if (isInAForm(value.textValue()) && !FREE.contains(place.name())) {
                    for (String other : List.of("\n", " ", "x", "Z")) {
                        place.set(JSON.textNode(value.textValue() + other));
                        assertBothRefuse(schema, statement, place.path() + " and '" + other + "'");
                    }
                }
                place.set(value);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void array_tooLong_isRefusedByBoth(String name) throws IOException {
        Schema schema = FormatFiles.of(name).schema();
        for (JsonNode statement : statements(name, 2)) {
            for (Places.Place place : Places.of(statement, name)) {
                if (place.value() instanceof ArrayNode array
                        && !array.isEmpty()
                        && !UNBOUNDED.contains(place.name())) {
                    ArrayNode longer = JSON.arrayNode();
                    for (int i = 0; i <= MOST; i++) {
                        longer.add(array.get(0));
                    }
                    place.set(longer);
                    assertBothRefuse(schema, statement, place.path() + " too long");
                    place.set(array);
                }
            }
        }
    }

    /** The page's example, and some of chance. */
    private static List<JsonNode> statements(String name, int random) throws IOException {
        List<JsonNode> statements = new ArrayList<>();
        Statement example = FormatExamples.all().get(name);
        statements.add(MAPPER.readTree(example.bytes()));
        for (long seed = 0; seed < random; seed++) {
            for (Statement statement : new RandomStatements(seed).all()) {
                if (statement.predicate().type().equals(example.predicate().type())) {
                    statements.add(MAPPER.readTree(statement.bytes()));
                }
            }
        }
        return statements;
    }

    private static boolean isOptional(String format, String field) {
        return OPTIONAL.contains(field)
                || (format.equals("settlement") && OPTIONAL_IN_SETTLEMENTS.contains(field));
    }

    /** Digests, decimals, instants, URIs: what has one form. */
    private static boolean isInAForm(String text) {
        return text.matches("(sha256:)?[0-9a-f]{64}|[0-9]{4}-.*Z|https:.*|[A-Z_]+");
    }

    private static List<JsonNode> othersThan(JsonNode value) {
        List<JsonNode> others = new ArrayList<>();
        others.add(JSON.nullNode());
        others.add(JSON.booleanNode(true));
        if (!value.isObject()) {
            others.add(JSON.objectNode());
        }
        if (!value.isArray()) {
            others.add(JSON.arrayNode().add("x"));
        }
        if (!value.isNumber()) {
            others.add(JSON.numberNode(7));
        } else {
            others.add(JSON.numberNode(7.5));
            others.add(JSON.numberNode(1L << 40));
            others.add(JSON.numberNode(-2));
            others.add(JSON.textNode(value.asText()));
        }
        if (!value.isTextual()) {
            others.add(JSON.textNode("x"));
        } else if (value.textValue().matches("[0-9]+")) {
            others.add(JSON.numberNode(value.asLong()));
        }
        return others;
    }

    private static void assertBothRefuse(Schema schema, JsonNode statement, String how) {
        assertThat(schema.validate(statement)).as("the schema on " + how).isNotEmpty();
        assertThat(isRead(statement)).as("the parser on " + how).isFalse();
    }

    private static boolean isRead(JsonNode statement) {
        try {
            Statement.parse(CanonicalJson.bytes(statement));
            return true;
        } catch (JsonException e) {
            return false;
        }
    }
}
