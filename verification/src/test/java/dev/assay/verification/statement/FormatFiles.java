package dev.assay.verification.statement;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What docs/formats has on one predicate: its page, its schema and its example. */
record FormatFiles(Path folder, String name) {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Pattern BLOCK = Pattern.compile("(?s)```json\n(.*?)```");

    /** The files of the project itself. */
    static FormatFiles of(String name) {
        return new FormatFiles(Path.of(System.getProperty("assay.root"), "docs", "formats"), name);
    }

    Path page() {
        return folder.resolve(name + ".md");
    }

    Path example() {
        return folder.resolve("examples").resolve(name + ".json");
    }

    JsonNode schemaJson() throws IOException {
        return MAPPER.readTree(folder.resolve(name + ".schema.json").toFile());
    }

    Schema schema() throws IOException {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(schemaJson());
    }

    /** The example as the page shows it. */
    JsonNode shown() throws IOException {
        Matcher block = BLOCK.matcher(Files.readString(page()));
        if (!block.find()) {
            throw new IOException(page() + " shows no example");
        }
        return MAPPER.readTree(block.group(1));
    }

    /** Writes the example, and into the page where that is there. */
    void writeExample(byte[] canonical) throws IOException {
        Files.createDirectories(example().getParent());
        Files.write(example(), canonical);
        if (Files.exists(page())) {
            String pretty =
                    MAPPER.writerWithDefaultPrettyPrinter()
                            .writeValueAsString(MAPPER.readTree(canonical));
            String block = "```json\n" + pretty + "\n```";
            Files.writeString(
                    page(),
                    BLOCK.matcher(Files.readString(page()))
                            .replaceFirst(Matcher.quoteReplacement(block)));
        }
    }
}
