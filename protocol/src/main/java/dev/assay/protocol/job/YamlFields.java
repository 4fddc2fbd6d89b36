package dev.assay.protocol.job;

import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The keys of one YAML mapping, with their places. Mistakes are collected, not thrown, so that all
 * of a file's are reported at once; a reader that met one yields its fallback. Not thread-safe.
 */
final class YamlFields {
    /** Mistakes that are told; the next are told when these are mended. */
    static final int MOST_PROBLEMS = 100;

    private final String file;
    private final String path;
    private final MappingNode mapping;
    private final Map<String, Node> values = new LinkedHashMap<>();

    /** Known keys that an unknown one most likely stands for: they are not missing as well. */
    private final Set<String> misspelt = new HashSet<>();

    private final List<String> problems;

    YamlFields(
            String file,
            String path,
            MappingNode mapping,
            List<String> known,
            List<String> problems) {
        this.file = file;
        this.path = path;
        this.mapping = mapping;
        this.problems = problems;
        for (NodeTuple entry : mapping.getValue()) {
            add(entry, known);
        }
    }

    private void add(NodeTuple entry, List<String> known) {
        if (!(entry.getKeyNode() instanceof ScalarNode key)) {
            problem(entry.getKeyNode(), "a key must be a plain word");
        } else if (!known.contains(key.getValue())) {
            if (problems.size() < MOST_PROBLEMS) {
                unknown(key, known);
            }
        } else if (values.putIfAbsent(key.getValue(), entry.getValueNode()) != null) {
            problem(key, "key '" + key.getValue() + "' is given twice; keep one");
        }
    }

    private void unknown(ScalarNode key, List<String> known) {
        Optional<String> near = Spelling.nearest(key.getValue(), known);
        near.ifPresent(misspelt::add);
        problem(
                key,
                "unknown key '"
                        + key.getValue()
                        + "'"
                        + inPath()
                        + "; "
                        + near.map(word -> "did you mean '" + word + "'?")
                                .orElse("known keys: " + String.join(", ", known)));
    }

    boolean has(String key) {
        return values.containsKey(key);
    }

    /** The nested mapping under {@code key}, or an empty one after a mistake. */
    YamlFields mapping(String key, String... known) {
        String childPath = path.isEmpty() ? key : path + "." + key;
        Node value = values.get(key);
        if (value instanceof MappingNode child) {
            return new YamlFields(file, childPath, child, List.of(known), problems);
        }
        if (value == null) {
            missing(key);
        } else {
            problem(
                    value,
                    "'" + key + "' must be a mapping with the keys " + String.join(", ", known));
        }
        return new YamlFields(file, childPath, empty(), List.of(known), new ArrayList<>());
    }

    /** A required value; {@code read} throws IllegalArgumentException when the text will not do. */
    <T> T value(String key, T fallback, Function<String, T> read) {
        Node value = values.get(key);
        if (value == null) {
            missing(key);
            return fallback;
        }
        return scalar(key, value, fallback, read);
    }

    /** A value with a default. */
    <T> T optional(String key, T fallback, Function<String, T> read) {
        Node value = values.get(key);
        return value == null ? fallback : scalar(key, value, fallback, read);
    }

    /** A list of single values; none when the key is absent. */
    <T> List<T> list(String key, Function<String, T> read) {
        Node value = values.get(key);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof SequenceNode sequence)) {
            problem(value, "'" + key + "'" + inPath() + " must be a list, such as [a, b]");
            return List.of();
        }
        List<T> all = new ArrayList<>();
        for (Node element : sequence.getValue()) {
            Optional<T> scalar =
                    scalar(key, element, Optional.empty(), text -> Optional.of(read.apply(text)));
            scalar.ifPresent(all::add);
        }
        return all;
    }

    /** A mapping of names of the tenant's own to single values; empty when the key is absent. */
    Map<String, String> entries(String key) {
        Node value = values.get(key);
        if (value == null) {
            return Map.of();
        }
        if (!(value instanceof MappingNode entries)) {
            problem(value, "'" + key + "'" + inPath() + " must be a mapping of names to values");
            return Map.of();
        }
        Map<String, String> read = new LinkedHashMap<>();
        for (NodeTuple entry : entries.getValue()) {
            String name = scalar(key, entry.getKeyNode(), "", text -> text);
            String text = scalar(key, entry.getValueNode(), "", one -> one);
            if (read.putIfAbsent(name, text) != null) {
                problem(entry.getKeyNode(), "'" + name + "' is given twice; keep one");
            }
        }
        return read;
    }

    /**
     * Records a mistake about the value of {@code key}, or about the mapping when the key is not
     * there.
     */
    void problem(String key, String message) {
        problem(Optional.ofNullable(values.get(key)).orElse(mapping), message);
    }

    private <T> T scalar(String key, Node value, T fallback, Function<String, T> read) {
        if (!(value instanceof ScalarNode scalar) || scalar.getTag().equals(Tag.NULL)) {
            problem(value, "'" + key + "'" + inPath() + " must be a single value");
            return fallback;
        }
        try {
            return read.apply(scalar.getValue());
        } catch (IllegalArgumentException e) {
            problem(value, "'" + key + "'" + inPath() + ": " + e.getMessage());
            return fallback;
        }
    }

    private void missing(String key) {
        if (!misspelt.contains(key)) {
            problem(mapping, "'" + key + "'" + inPath() + " is missing");
        }
    }

    private void problem(Node node, String message) {
        if (problems.size() == MOST_PROBLEMS) {
            return;
        }
        problems.add(
                file
                        + ":"
                        + (node.getStartMark().getLine() + 1)
                        + ":"
                        + (node.getStartMark().getColumn() + 1)
                        + ": "
                        + message);
    }

    private String inPath() {
        return path.isEmpty() ? "" : " in '" + path + "'";
    }

    private MappingNode empty() {
        return new MappingNode(
                Tag.MAP,
                true,
                List.of(),
                mapping.getStartMark(),
                mapping.getEndMark(),
                mapping.getFlowStyle());
    }
}
