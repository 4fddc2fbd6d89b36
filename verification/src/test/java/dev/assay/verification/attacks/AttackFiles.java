package dev.assay.verification.attacks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * The attacks' files on the disk:
 *
 * <pre>
 * parties/                 the public keys that their verifiers have
 * INPUT/honest…            what passes
 * INPUT/NAME.ENDING[.gz]   an attack; of a directory, what differs from the honest one
 * INPUT/NAME.expected.json the finding that it must produce
 * </pre>
 */
record AttackFiles(Path root) {
    static final String EXPECTED = ".expected.json";
    static final String HONEST = "honest";

    private static final String GZIP = ".gz";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Those of the project. */
    static AttackFiles ofTheProject() {
        return new AttackFiles(
                Path.of(System.getProperty("assay.root"), "verification/src/test/attacks"));
    }

    /** Every attack that has an expectation, in the order of inputs and names. */
    List<Attack> attacks() throws IOException {
        List<Attack> attacks = new ArrayList<>();
        for (Input input : Input.values()) {
            for (String name : names(input)) {
                if (name.endsWith(EXPECTED)) {
                    JsonNode json =
                            MAPPER.readTree(root.resolve(input.folder()).resolve(name).toFile());
                    attacks.add(
                            Attack.parse(input, name.replace(EXPECTED, ""), json));
                }
            }
        }
        return attacks;
    }

    /** The names of an input's files. */
    List<String> names(Input input) throws IOException {
        try (Stream<Path> files = Files.list(root.resolve(input.folder()))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    /** The bytes of a file of this input, by its name without the ending. */
    byte[] read(Input input, String name) throws IOException {
        Path plain = root.resolve(input.folder()).resolve(name + input.ending());
        if (Files.exists(plain)) {
            return Files.readAllBytes(plain);
        }
        try (InputStream in =
                new GZIPInputStream(
                        Files.newInputStream(plain.resolveSibling(plain.getFileName() + GZIP)))) {
            return in.readAllBytes();
        }
    }

    /** The honest directory of this input, changed as an attack says. */
    void copy(Input input, String attack, Path place) throws IOException {
        Map<String, byte[]> files = tree(root.resolve(input.folder()).resolve(HONEST));
        if (!attack.equals(HONEST)) {
            Patch.parse(read(input, attack)).apply(files);
        }
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path path = place.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
        }
    }

    /** A party's key, as text. */
    String party(String name) throws IOException {
        return Files.readString(root.resolve("parties").resolve(name));
    }

    /** All files below this folder by their paths. */
    static Map<String, byte[]> tree(Path folder) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                files.put(
                        folder.relativize(path).toString().replace('\\', '/'),
                        Files.readAllBytes(path));
            }
        }
        return files;
    }

    /** What a file holds, however it is stored: two programs compress differently. */
    static byte[] contents(String name, byte[] stored) throws IOException {
        if (!name.endsWith(GZIP)) {
            return stored;
        }
        try (InputStream in = new GZIPInputStream(new java.io.ByteArrayInputStream(stored))) {
            return in.readAllBytes();
        }
    }

    /** JSON as it is kept here: for people to read. */
    static byte[] pretty(JsonNode json) {
        try {
            return (MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n")
                    .getBytes(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError("a tree can be written", e);
        }
    }

    /** What differs between two directories: new contents by name, null for what is gone. */
    record Patch(JsonNode json) {
        private static final String BASE64 = "base64";
        private static final String TEXT = "text";

        static Patch parse(byte[] bytes) throws IOException {
            return new Patch(MAPPER.readTree(bytes));
        }

        static Patch between(Map<String, byte[]> honest, Map<String, byte[]> attacked) {
            var json = MAPPER.createObjectNode();
            Map<String, byte[]> names = new TreeMap<>(honest);
            names.putAll(attacked);
            for (String name : names.keySet()) {
                byte[] bytes = attacked.get(name);
                if (bytes == null) {
                    json.putNull(name);
                } else if (!java.util.Arrays.equals(bytes, honest.get(name))) {
                    String text = new String(bytes, StandardCharsets.UTF_8);
                    if (java.util.Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes)
                            && text.chars().allMatch(c -> c >= ' ' || c == '\n')) {
                        json.putObject(name).put(TEXT, text);
                    } else {
                        json.putObject(name).put(BASE64, Base64.getEncoder().encodeToString(bytes));
                    }
                }
            }
            return new Patch(json);
        }

        void apply(Map<String, byte[]> files) {
            json.properties()
                    .forEach(
                            change -> {
                                JsonNode value = change.getValue();
                                if (value.isNull()) {
                                    files.remove(change.getKey());
                                } else if (value.has(TEXT)) {
                                    files.put(
                                            change.getKey(),
                                            value.get(TEXT)
                                                    .textValue()
                                                    .getBytes(StandardCharsets.UTF_8));
                                } else {
                                    files.put(
                                            change.getKey(),
                                            Base64.getDecoder()
                                                    .decode(value.get(BASE64).textValue()));
                                }
                            });
        }
    }
}
