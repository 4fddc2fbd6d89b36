package dev.assay.protocol.job;

import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.Price;
import dev.assay.protocol.money.PriceUnit;

import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.resolver.Resolver;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads a job file. Every mistake is reported with file, line and column, all at once, and unknown
 * keys with the nearest known one.
 */
public final class JobFileReader {
    private static final int MAX_BYTES = 64 << 10;
    private static final Verification DEFAULT_VERIFICATION = new Verification(500);
    private static final Price UNREAD_PRICE =
            new Price(MicroAmount.of(1), Denom.USDC, PriceUnit.THOUSAND_ROWS);
    private static final JobFile.Deadline DEFAULT_DEADLINE =
            new JobFile.Deadline.Within(Duration.ofMinutes(10));

    private JobFileReader() {}

    /** Reads a file of at most 64 KiB. */
    public static JobFile read(Path file) throws JobFileException {
        try {
            if (Files.isDirectory(file)) {
                throw new JobFileException(List.of(file + ": is a directory, not a job file"));
            }
            if (Files.size(file) > MAX_BYTES) {
                throw new JobFileException(List.of(file + tooLong("bytes")));
            }
            return read(file.toString(), Files.readString(file));
        } catch (NoSuchFileException e) {
            throw new JobFileException(List.of(file + ": no such file"));
        } catch (CharacterCodingException e) {
            throw new JobFileException(List.of(file + ": not UTF-8 text"));
        } catch (IOException e) {
            throw new JobFileException(List.of(file + ": cannot be read: " + e.getMessage()));
        }
    }

    /** Reads YAML text; {@code file} names it in errors. */
    public static JobFile read(String file, String yaml) throws JobFileException {
        if (yaml.length() > MAX_BYTES) {
            throw new JobFileException(List.of(file + tooLong("characters")));
        }
        List<String> problems = new ArrayList<>();
        YamlFields job =
                new YamlFields(
                        file,
                        "",
                        root(file, yaml),
                        List.of(
                                "version",
                                "name",
                                "resources",
                                Inference.KIND,
                                Training.KIND,
                                Container.KIND,
                                "price",
                                "verify",
                                "deadline"),
                        problems);
        job.value("version", JobSpec.VERSION, YamlScalars.oneOf(List.of(JobSpec.VERSION)));
        JobFile read = fields(job);
        if (read.maxPrice().unit() == PriceUnit.GPU_HOUR
                && read.resources().gpus() == 0
                && problems.isEmpty()) {
            job.problem("price", "'per: gpu-hour' needs resources.gpu; use cpu-hour or 1000-rows");
        }
        if (read.maxPrice().unit() == PriceUnit.THOUSAND_ROWS
                && read.task() instanceof JobFile.Task.ContainerTask
                && problems.isEmpty()) {
            job.problem("price", "a container has no rows to count; use per: cpu-hour or gpu-hour");
        }
        if (!problems.isEmpty()) {
            throw new JobFileException(problems);
        }
        return read;
    }

    private static String tooLong(String unit) {
        return ": more than " + MAX_BYTES + " " + unit + "; a job file is a page of YAML";
    }

    private static MappingNode root(String file, String yaml) throws JobFileException {
        LoaderOptions options = new LoaderOptions();
        options.setNestingDepthLimit(16);
        options.setMaxAliasesForCollections(0);
        try {
            Node root =
                    new Composer(
                                    new BoundedEvents(
                                            new ParserImpl(new StreamReader(yaml), options)),
                                    new Resolver(),
                                    options)
                            .getSingleNode();
            if (root instanceof MappingNode mapping) {
                return mapping;
            }
            throw new JobFileException(
                    List.of(
                            file
                                    + ":1:1: not a job: expected a mapping with version, name,"
                                    + " inference, training or container, and price"));
        } catch (MarkedYAMLException e) {
            String place =
                    Optional.ofNullable(e.getProblemMark())
                            .map(m -> ":" + (m.getLine() + 1) + ":" + (m.getColumn() + 1))
                            .orElse("");
            throw new JobFileException(
                    List.of(file + place + ": not valid YAML: " + e.getProblem()));
        } catch (YAMLException | IllegalArgumentException e) {
            // The second kind is the library's for escapes and tags that it cannot take.
            throw new JobFileException(
                    List.of(
                            file
                                    + ": not valid YAML: "
                                    + String.valueOf(e.getMessage())
                                            .lines()
                                            .findFirst()
                                            .orElse("")));
        }
    }

    private static JobFile fields(YamlFields job) {
        String name = job.value("name", "job", JobFileReader::name);
        // Images and what containers write need room; models and rows are read where they are.
        long storage = job.has(Container.KIND) ? 1L << 30 : 0;
        Resources resources =
                job.has("resources")
                        ? resources(
                                job.mapping("resources", "cpu", "memory", "storage", "gpu"),
                                storage)
                        : new Resources(1, 512L << 20, storage, 0);
        YamlFields price = job.mapping("price", "max", "denom", "per");
        return new JobFile(
                name,
                resources,
                TaskReader.task(job),
                price(price),
                job.has("verify")
                        ? verification(job.mapping("verify", "audit", "level"))
                        : DEFAULT_VERIFICATION,
                job.optional("deadline", DEFAULT_DEADLINE, YamlScalars::deadline));
    }

    private static Resources resources(YamlFields fields, long defaultStorage) {
        int gpus =
                fields.has("gpu")
                        ? fields.mapping("gpu", "count")
                                .value("count", 1, text -> YamlScalars.integer(text, 1, 1024))
                        : 0;
        return new Resources(
                fields.optional("cpu", 1, text -> YamlScalars.integer(text, 1, 1 << 16)),
                fields.optional("memory", 512L << 20, YamlScalars::bytes),
                fields.optional("storage", defaultStorage, YamlScalars::bytes),
                gpus);
    }

    private static Price price(YamlFields fields) {
        MicroAmount max = fields.value("max", UNREAD_PRICE.rate(), YamlScalars::positiveAmount);
        Denom denom =
                fields.value("denom", Denom.USDC, YamlScalars.named(Denom::named, Denom.values()));
        PriceUnit per =
                fields.value(
                        "per",
                        PriceUnit.THOUSAND_ROWS,
                        YamlScalars.named(PriceUnit::named, PriceUnit.values()));
        return new Price(max, denom, per);
    }

    private static Verification verification(YamlFields fields) {
        fields.optional("level", "replay", YamlScalars.oneOf(List.of("replay")));
        return fields.optional("audit", DEFAULT_VERIFICATION, YamlScalars::share);
    }

    private static String name(String text) {
        if (!JobSpec.isName(text)) {
            throw new IllegalArgumentException(
                    "'"
                            + text
                            + "' is no job name (letters, digits, '-', '_' and '.', at most 64)");
        }
        return text;
    }
}
