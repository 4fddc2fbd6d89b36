package dev.assay.verification.statement;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;

import dev.assay.protocol.json.CanonicalJson;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.log.LogLeaf;
import dev.assay.verification.log.MerkleTree;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** docs/formats says what the code does: nothing is missing there, and nothing is made up. */
final class FormatPagesTest {
    private static final Pattern TYPE_URI = Pattern.compile("TYPE_PREFIX \\+ \"([^\"]+)\"");

    static Set<String> names() {
        return FormatExamples.all().keySet();
    }

    @Test
    void everyPredicate_hasAPageAndOnlyThose() throws IOException {
        Stream<Class<?>> shown =
                FormatExamples.all().values().stream().map(s -> s.predicate().getClass());
        assertThat(shown).containsExactlyInAnyOrder(Predicate.class.getPermittedSubclasses());
        Set<String> due = new TreeSet<>(Set.of("README.md", "bytes.md", "history.md", "examples"));
        names().forEach(name -> due.addAll(List.of(name + ".md", name + ".schema.json")));
        assertThat(files(FormatFiles.of("order").folder())).isEqualTo(due);
        Set<String> examples =
                new TreeSet<>(
                        Set.of("envelope.dsse.json", "history.json", "history.statements.jsonl"));
        names().forEach(name -> examples.add(name + ".json"));
        assertThat(files(FormatFiles.of("order").folder().resolve("examples"))).isEqualTo(examples);
    }

    @ParameterizedTest
    @MethodSource("names")
    void example_isWhatTheCodeWritesAndReads(String name) throws Exception {
        byte[] example = Files.readAllBytes(FormatFiles.of(name).example());
        assertThat(Statement.parse(example).bytes()).isEqualTo(example);
        assertThat(new String(example, UTF_8))
                .as("written again by FormatExamples")
                .isEqualTo(new String(FormatExamples.all().get(name).bytes(), UTF_8));
        assertThat(CanonicalJson.bytes(FormatFiles.of(name).shown()))
                .as("the page shows the example")
                .isEqualTo(example);
    }

    @ParameterizedTest
    @MethodSource("names")
    void page_namesItsTypeItsSignerAndEveryField(String name) throws IOException {
        String page = Files.readString(FormatFiles.of(name).page());
        assertThat(page)
                .contains("`" + FormatExamples.all().get(name).predicate().type() + "`")
                .contains(
                        "Signed by", "(" + name + ".schema.json)", "(examples/" + name + ".json)");
        for (String field : fields(FormatFiles.of(name).schemaJson())) {
            assertThat(page)
                    .as("a row for " + field)
                    .containsPattern("`[^`\n]*\\b" + field + "\\b");
        }
    }

    @Test
    void everyTypeUri_isOnSomePage() throws IOException {
        StringBuilder pages = new StringBuilder();
        for (String name : names()) {
            pages.append(Files.readString(FormatFiles.of(name).page()));
        }
        int found = 0;
        try (Stream<Path> sources =
                Files.walk(Path.of(System.getProperty("assay.root"), "verification/src/main"))) {
            for (Path source : sources.filter(p -> p.toString().endsWith(".java")).toList()) {
                Matcher uri = TYPE_URI.matcher(Files.readString(source));
                while (uri.find()) {
                    found++;
                    assertThat(pages).contains("`" + Predicate.TYPE_PREFIX + uri.group(1) + "`");
                }
            }
        }
        assertThat(found).isGreaterThanOrEqualTo(names().size() + 3);
    }

    @Test
    void index_linksEveryPage() throws IOException {
        String index = Files.readString(FormatFiles.of("README").page());
        names().forEach(name -> assertThat(index).contains("(" + name + ".md)"));
        assertThat(index).contains("(bytes.md)", "(history.md)");
    }

    /** ECDSA with nonces by RFC 6979 and the RFC's own key: anybody gets the same bytes. */
    @Test
    void bytesPage_showsTheEnvelopeAndLeafThatTheCodeWrites() throws Exception {
        Statement statement = FormatExamples.all().get("key-revoke");
        Envelope envelope = Envelope.sign(statement.bytes(), FormatExamples.TENANT);
        Path folder = FormatFiles.of("bytes").folder();
        byte[] example = Files.readAllBytes(folder.resolve("examples/envelope.dsse.json"));
        assertThat(new String(example, UTF_8)).isEqualTo(new String(envelope.bytes(), UTF_8));
        Envelope.parse(example).verify(FormatExamples.TENANT.verifyingKey());
        byte[] leaf = LogLeaf.of(envelope, FormatExamples.TENANT.verifyingKey());
        assertThat(Files.readString(FormatFiles.of("bytes").page()))
                .contains(
                        new String(leaf, UTF_8),
                        FormatExamples.TENANT.verifyingKey().toPem(),
                        envelope.keyId().hex(),
                        envelope.payloadDigest().hex(),
                        envelope.digest().hex(),
                        HexFormat.of().formatHex(MerkleTree.leafHash(leaf).bytes()),
                        "DSSEv1 28 application/vnd.in-toto+json "
                                + statement.bytes().length
                                + " {\"_type\":");
    }

    private static Set<String> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            Set<String> names = new TreeSet<>();
            files.forEach(file -> names.add(file.getFileName().toString()));
            return names;
        }
    }

    /** The names of all properties in a schema. */
    private static Set<String> fields(JsonNode schema) {
        Set<String> names = new TreeSet<>();
        schema.findValues("properties")
                .forEach(properties -> properties.fieldNames().forEachRemaining(names::add));
        return names;
    }
}
