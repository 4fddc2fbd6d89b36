package dev.assay.protocol.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Builds the tree of one document from its tokens; every value is paid for before it is made. The
 * children of what is still open lie on one stack, so that each object and array is made once, in
 * its size. Nesting is bounded by the tokens' reader. Used once.
 */
final class TreeReader {
    // Bytes of heap with headers and references of 4 bytes, and of what is garbage at once.
    private static final int CHILD = 20;
    private static final int CONTAINER = 72;
    private static final int TEXT = 64;
    private static final int NEW_NAME = 120;
    private static final int INDEXED_NAME = 160;
    private static final int WHOLE = 24;
    private static final int BIG_WHOLE = 300;
    private static final int REAL = 700;

    private static final int NAMES = 64;

    private final JsonParser parser;
    private final String what;
    private final TreeBudget budget;

    private JsonNode[] values = new JsonNode[16];
    private String[] names = new String[16];
    private int size;

    /** Names met, each in the place of its hash: one that is repeated is one string. */
    private final @Nullable String[] met = new @Nullable String[NAMES];

    TreeReader(JsonParser parser, String what, TreeBudget budget) {
        this.parser = parser;
        this.what = what;
        this.budget = budget;
    }

    /** The object that is the whole document. */
    ObjectNode document() throws IOException, JsonException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new JsonException(what + ": expected a JSON object");
        }
        ObjectNode object = object();
        if (parser.nextToken() != null) {
            throw error("not valid JSON: more follows the object");
        }
        return object;
    }

    private JsonNode value(JsonToken token) throws IOException, JsonException {
        return switch (token) {
            case START_OBJECT -> object();
            case START_ARRAY -> array();
            case VALUE_STRING -> text();
            case VALUE_NUMBER_INT -> whole();
            case VALUE_NUMBER_FLOAT -> real();
            case VALUE_TRUE -> BooleanNode.TRUE;
            case VALUE_FALSE -> BooleanNode.FALSE;
            case VALUE_NULL -> NullNode.instance;
            case NOT_AVAILABLE, END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT ->
                    throw new IllegalStateException("no value begins with " + token);
        };
    }

    private ObjectNode object() throws IOException, JsonException {
        pay(CONTAINER);
        int first = size;
        boolean sorted = true;
        Set<String> index = Set.of();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = name();
            sorted &= size == first || names[size - 1].compareTo(name) < 0;
            if (!sorted && index.isEmpty() && size - first >= ReadFields.FEW) {
                index = index(first);
            }
            // While names ascend, none of them can be there twice.
            if (!sorted && !isNew(name, first, index)) {
                throw error("not valid JSON: Duplicate field '" + Printable.value(name) + "'");
            }
            push(name, value(parser.nextToken()));
        }
        Map<String, JsonNode> fields = fields(first, sorted);
        size = first;
        return new ObjectNode(JsonNodeFactory.instance, fields);
    }

    private Set<String> index(int first) throws JsonException {
        Set<String> index = new HashSet<>();
        for (int i = first; i < size; i++) {
            pay(INDEXED_NAME);
            index.add(names[i]);
        }
        return index;
    }

    private boolean isNew(String name, int first, Set<String> index) throws JsonException {
        if (!index.isEmpty()) {
            pay(INDEXED_NAME);
            return index.add(name);
        }
        for (int i = first; i < size; i++) {
            if (names[i].equals(name)) {
                return false;
            }
        }
        return true;
    }

    private Map<String, JsonNode> fields(int first, boolean sorted) {
        if (size == first) {
            return Map.of();
        }
        if (sorted || size - first <= ReadFields.FEW) {
            return new ReadFields(
                    Arrays.copyOfRange(names, first, size),
                    Arrays.copyOfRange(values, first, size));
        }
        Map<String, JsonNode> fields = LinkedHashMap.newLinkedHashMap(size - first);
        for (int i = first; i < size; i++) {
            fields.put(names[i], values[i]);
        }
        return fields;
    }

    private ArrayNode array() throws IOException, JsonException {
        pay(CONTAINER);
        int first = size;
        for (JsonToken token = parser.nextToken();
                token != JsonToken.END_ARRAY;
                token = parser.nextToken()) {
            push("", value(token));
        }
        JsonNode[] children = Arrays.copyOfRange(values, first, size);
        size = first;
        return new ArrayNode(JsonNodeFactory.instance, Arrays.asList(children));
    }

    private void push(String name, JsonNode value) throws JsonException {
        pay(CHILD);
        if (size == values.length) {
            values = Arrays.copyOf(values, 2 * size);
            names = Arrays.copyOf(names, 2 * size);
        }
        names[size] = name;
        values[size++] = value;
    }

    /** The name that the token is; the same string as the last time that it was met. */
    private String name() throws IOException, JsonException {
        String name = parser.currentName();
        int place = name.hashCode() & (NAMES - 1);
        if (!name.equals(met[place])) {
            pay(NEW_NAME);
            if (hasLoneSurrogate(name)) {
                throw error("a field's name holds a lone surrogate");
            }
            met[place] = name;
        }
        return name;
    }

    private TextNode text() throws IOException, JsonException {
        pay(TEXT);
        String text = parser.getText();
        if (hasLoneSurrogate(text)) {
            throw error("a string holds a lone surrogate");
        }
        return TextNode.valueOf(text);
    }

    private JsonNode whole() throws IOException, JsonException {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        return switch (parser.getNumberType()) {
            case INT -> {
                pay(WHOLE);
                yield nodes.numberNode(parser.getIntValue());
            }
            case LONG -> {
                pay(WHOLE);
                yield nodes.numberNode(parser.getLongValue());
            }
            case BIG_INTEGER, FLOAT, DOUBLE, BIG_DECIMAL -> {
                pay(BIG_WHOLE);
                yield nodes.numberNode(parser.getBigIntegerValue());
            }
        };
    }

    private JsonNode real() throws IOException, JsonException {
        pay(REAL);
        double value = parser.getDoubleValue();
        if (!Double.isFinite(value)) {
            throw error("a number is larger than a double can be");
        }
        return JsonNodeFactory.instance.numberNode(value);
    }

    private void pay(int bytes) throws JsonException {
        if (!budget.pays(bytes)) {
            throw error(
                    "too many values for the document's size; from here on it holds more than what"
                            + " is read of so few bytes");
        }
    }

    /** An error about where the reader is. */
    JsonException error(String problem) {
        return new JsonException(path(parser.getParsingContext()) + ": " + problem);
    }

    private String path(JsonStreamContext context) {
        JsonStreamContext parent = context.getParent();
        if (parent == null) {
            return what;
        }
        String path = path(parent);
        if (context.inArray()) {
            return context.hasCurrentIndex() ? path + "[" + context.getCurrentIndex() + "]" : path;
        }
        return context.hasCurrentName()
                ? path + "." + Printable.value(context.getCurrentName())
                : path;
    }

    private static boolean hasLoneSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isHighSurrogate(text.charAt(i))
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(text.charAt(i))) {
                return true;
            }
        }
        return false;
    }
}
