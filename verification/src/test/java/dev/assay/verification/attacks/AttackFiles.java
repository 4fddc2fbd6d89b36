package dev.assay.verification.attacks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.assay.verification.VerificationException;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
public record AttackFiles(Path root) {
    static final String EXPECTED = ".expected.json";
    public static final String HONEST = "honest";

    private static final String GZIP = ".gz";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Those of the project. */
    public static AttackFiles ofTheProject() {
        return new AttackFiles(
                Path.of(System.getProperty("assay.root"), "verification/src/test/attacks"));
    }

    /** Every attack that has an expectation, in the order of inputs and names. */
    public List<Attack> attacks() throws IOException {
        List<Attack> attacks = new ArrayList<>();
        for (Input input : Input.values()) {
            for (String name : names(input)) {
                if (name.endsWith(EXPECTED)) {
                    attacks.add(expectation(input, name.replace(EXPECTED, "")));
                }
            }
        }
        return attacks;
    }

    private Attack expectation(Input input, String name) throws IOException {
        Path file = root.resolve(input.folder()).resolve(name + EXPECTED);
        return Attack.parse(input, name, MAPPER.readTree(file.toFile()));
    }

    /** The names of an input's files. */
    List<String> names(Input input) throws IOException {
        try (Stream<Path> files = Files.list(root.resolve(input.folder()))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    /** The bytes of a file of this input, by its name without the ending. */
    public byte[] read(Input input, String name) throws IOException {
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
    public void copy(Input input, String attack, Path place) throws IOException {
        boolean isAttack = !attack.startsWith(HONEST);
        String twin = isAttack ? expectation(input, attack).twin() : attack;
        Map<String, byte[]> files = tree(root.resolve(input.twins()).resolve(twin));
        if (isAttack && input.isHistory()) {
            apply(HistoryPatch.parse(read(input, attack)), files);
        } else if (isAttack) {
            Patch.parse(read(input, attack)).apply(files);
        }
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path path = place.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
        }
    }

    private static void apply(HistoryPatch patch, Map<String, byte[]> files) {
        try {
            patch.apply(files);
        } catch (VerificationException e) {
            throw new IllegalArgumentException("not a patch of the honest history", e);
        }
    }

    /** A party's key, as text. */
    public String party(String name) throws IOException {
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
}
