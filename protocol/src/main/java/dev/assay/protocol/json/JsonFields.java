package dev.assay.protocol.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.Digest;

import org.jspecify.annotations.Nullable;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * The fields of one JSON object, each read once by name and type. {@link #end} refuses whatever was
 * not read, so an unknown field is an error. Not thread-safe.
 */
public final class JsonFields {
    private static final int QUANTITY_DIGITS = 19;

    /** A year of four digits, as in RFC 3339; what an Instant reads beyond that is not one. */
    private static final Pattern INSTANT =
            Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\\.[0-9]{1,9})?Z");

    /** So many names are looked through one by one. */
    private static final int FEW = 16;

    private final ObjectNode object;

    /** Told only in errors: most of many objects have none. */
    private final Supplier<String> path;

    /** Names, each once; a list, as almost all objects have few. */
    private Collection<String> read = new ArrayList<>();

    private JsonFields(ObjectNode object, Supplier<String> path) {
        this.object = object;
        this.path = path;
    }

    /** The fields of {@code object}; {@code path} names it in errors. */
    public static JsonFields of(ObjectNode object, String path) {
        return new JsonFields(object, () -> path);
    }

    public String text(String name) throws JsonException {
        JsonNode value = required(name);
        if (!value.isTextual()) {
            throw wrong(name, "a string");
        }
        return value.textValue();
    }

    /** A field that must have exactly this text. */
    public void text(String name, String expected) throws JsonException {
        String text = text(name);
        if (!text.equals(expected)) {
            throw error(name, "'" + Printable.value(text) + "', expected '" + expected + "'");
        }
    }

    public Digest digest(String name) throws JsonException {
        return parsed(name, Digest::parse);
    }

    /** A digest that begins with {@code sha256:}; in its short form it is refused. */
    public Digest writtenDigest(String name) throws JsonException {
        return parsed(name, Digest::parseWritten);
    }

    /** A field whose text this reads, or refuses with an IllegalArgumentException. */
    public <T> T parsed(String name, Function<String, T> reader) throws JsonException {
        try {
            return reader.apply(text(name));
        } catch (IllegalArgumentException e) {
            throw error(name, String.valueOf(e.getMessage()));
        }
    }

    public Instant instant(String name) throws JsonException {
        String text = text(name);
        try {
            if (INSTANT.matcher(text).matches()) {
                return Instant.parse(text);
            }
        } catch (DateTimeException e) {
            // told below, like every other text that is no instant
        }
        throw wrong(name, "an RFC 3339 instant such as 2026-01-31T12:00:00Z");
    }

    /** A 64-bit integer written as a decimal string without sign or leading zeros. */
    public long quantity(String name) throws JsonException {
        String text = text(name);
        if (!isQuantity(text)) {
            throw wrong(name, "a decimal string such as \"1200\"");
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw wrong(name, "a decimal string below 2^63");
        }
    }

    /** Whether a text is digits without a leading zero. */
    private static boolean isQuantity(String text) {
        if (text.isEmpty()
                || text.length() > QUANTITY_DIGITS
                || (text.charAt(0) == '0' && text.length() > 1)) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    /** One of these constants, by its name. */
    public <E extends Enum<E>> E constant(String name, E[] constants) throws JsonException {
        String text = text(name);
        for (E constant : constants) {
            if (constant.name().equals(text)) {
                return constant;
            }
        }
        throw error(
                name,
                "'" + Printable.value(text) + "' is not one of " + Arrays.toString(constants));
    }

    /** A small JSON integer within bounds, both inclusive. */
    public int integer(String name, int min, int max) throws JsonException {
        JsonNode value = required(name);
        if (!value.isInt() || value.intValue() < min || value.intValue() > max) {
            throw wrong(name, "an integer from " + min + " to " + max);
        }
        return value.intValue();
    }

    public JsonFields object(String name) throws JsonException {
        return new JsonFields(tree(name), () -> path.get() + "." + name);
    }

    /** A nested object as it stands, for a reader of its own. */
    public ObjectNode tree(String name) throws JsonException {
        if (!(required(name) instanceof ObjectNode child)) {
            throw wrong(name, "an object");
        }
        return child;
    }

    /** The nested object, when the field is there. */
    public Optional<JsonFields> optionalObject(String name) throws JsonException {
        return object.has(name) ? Optional.of(object(name)) : Optional.empty();
    }

    public Optional<String> optionalText(String name) throws JsonException {
        return object.has(name) ? Optional.of(text(name)) : Optional.empty();
    }

    public Optional<Digest> optionalDigest(String name) throws JsonException {
        return object.has(name) ? Optional.of(digest(name)) : Optional.empty();
    }

    /** {@link #writtenDigest}, when the field is there. */
    public Optional<Digest> optionalWrittenDigest(String name) throws JsonException {
        return object.has(name) ? Optional.of(writtenDigest(name)) : Optional.empty();
    }

    /** An array of objects. */
    public List<JsonFields> objects(String name) throws JsonException {
        JsonNode array = array(name);
        List<JsonFields> children = new ArrayList<>(array.size());
        for (JsonNode child : array) {
            if (!(child instanceof ObjectNode fields)) {
                throw wrong(name, "an array of objects");
            }
            int index = children.size();
            children.add(new JsonFields(fields, () -> path.get() + "." + name + "[" + index + "]"));
        }
        return children;
    }

    /** An array of at most so many objects. */
    public List<JsonFields> objects(String name, int most) throws JsonException {
        int size = array(name).size();
        if (size > most) {
            throw error(name, size + " entries, more than the " + most + " allowed");
        }
        return objects(name);
    }

    /** An array of strings. */
    public List<String> texts(String name) throws JsonException {
        JsonNode array = array(name);
        List<String> texts = new ArrayList<>(array.size());
        for (JsonNode child : array) {
            if (!child.isTextual()) {
                throw wrong(name, "an array of strings");
            }
            texts.add(child.textValue());
        }
        return texts;
    }

    /** An array of small integers. */
    public List<Integer> integers(String name) throws JsonException {
        JsonNode array = array(name);
        List<Integer> integers = new ArrayList<>(array.size());
        for (JsonNode child : array) {
            if (!child.isInt()) {
                throw wrong(name, "an array of integers");
            }
            integers.add(child.intValue());
        }
        return integers;
    }

    /** The names of all fields, in their order. */
    public List<String> names() {
        return object.properties().stream().map(java.util.Map.Entry::getKey).toList();
    }

    /** Refuses every field that was not read. */
    public void end() throws JsonException {
        if (read.size() == object.size()) {
            return;
        }
        for (String name : names()) {
            if (!read.contains(name)) {
                throw error(
                        Printable.value(name), "unknown field; a version that knows it is needed");
            }
        }
    }

    /**
     * Refuses a document that its own program would write in other bytes, such as a digest without
     * its {@code sha256:}: no two documents say the same.
     */
    public void same(byte[] written, byte[] read) throws JsonException {
        if (!Arrays.equals(written, read)) {
            throw error("not as it is written; digests begin with sha256:");
        }
    }

    /** An error about this object. */
    public JsonException error(@Nullable String message) {
        return new JsonException(path.get() + ": " + message);
    }

    /** An error about one of its fields. */
    public JsonException error(String name, String message) {
        return new JsonException(path.get() + "." + name + ": " + message);
    }

    private JsonNode array(String name) throws JsonException {
        JsonNode value = required(name);
        if (!value.isArray()) {
            throw wrong(name, "an array");
        }
        return value;
    }

    private JsonNode required(String name) throws JsonException {
        JsonNode value = object.get(name);
        if (value == null) {
            throw error(name, "missing");
        }
        if (read.size() == FEW) {
            read = new HashSet<>(read);
        }
        if (!read.contains(name)) {
            read.add(name);
        }
        return value;
    }

    private JsonException wrong(String name, String expected) {
        return error(name, "expected " + expected);
    }
}
