package dev.assay.protocol.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.Optional;

/**
 * Where a document that was read differs from how it would be written: the first value that is not
 * in its one exact form.
 */
public final class JsonDifference {
    private JsonDifference() {}

    /** What is wrong, with its path below {@code path}; empty when the two are equal. */
    public static Optional<String> first(JsonNode read, JsonNode written, String path) {
        return read.equals(written) ? Optional.empty() : different(read, written, path);
    }

    /** The same where most likely something is. */
    private static Optional<String> different(JsonNode read, JsonNode written, String path) {
        if (read instanceof ObjectNode && written instanceof ObjectNode) {
            return ofFields(read, written, path);
        }
        if (read.isArray() && written.isArray()) {
            return ofEntries(read, written, path);
        }
        return read.getNodeType() == written.getNodeType() && read.asText().equals(written.asText())
                ? Optional.empty()
                : Optional.of(
                        path
                                + ": '"
                                + Printable.value(read.asText())
                                + "' must be written '"
                                + Printable.value(written.asText())
                                + "'");
    }

    private static Optional<String> ofFields(JsonNode read, JsonNode written, String path) {
        for (var field : read.properties()) {
            String place = path + "." + Printable.value(field.getKey());
            JsonNode due = written.get(field.getKey());
            if (due == null) {
                return Optional.of(place + ": must be left out here");
            }
            Optional<String> inside = different(field.getValue(), due, place);
            if (inside.isPresent()) {
                return inside;
            }
        }
        return read.size() == written.size()
                ? Optional.empty()
                : Optional.of(path + ": leaves out a field that must be there");
    }

    private static Optional<String> ofEntries(JsonNode read, JsonNode written, String path) {
        for (int i = 0; i < Math.min(read.size(), written.size()); i++) {
            Optional<String> inside = different(read.get(i), written.get(i), path + "[" + i + "]");
            if (inside.isPresent()) {
                return inside;
            }
        }
        return read.size() == written.size()
                ? Optional.empty()
                : Optional.of(
                        path
                                + ": must have "
                                + written.size()
                                + " entries, not "
                                + read.size()
                                + "; what is nothing is left out");
    }
}
