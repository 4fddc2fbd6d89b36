package dev.assay.protocol.job;

import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.Price;
import dev.assay.protocol.money.PriceUnit;

import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Reads a job file. Every mistake is reported with file, line and column, all at once, and unknown
 * keys with the nearest known one.
 */
public final class JobFileReader {
    private static final int MAX_BYTES = 1 << 20;
    private static final Verification DEFAULT_VERIFICATION = new Verification(500);
    private static final Price UNREAD_PRICE =
            new Price(MicroAmount.of(1), Denom.USDC, PriceUnit.THOUSAND_ROWS);
    private static final JobFile.Deadline DEFAULT_DEADLINE =
            new JobFile.Deadline.Within(Duration.ofMinutes(10));

    private JobFileReader() {}

    /** Reads a file of at most 1 MiB. */
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
                                "inference",
                                "price",
                                "verify",
                                "deadline"),
                        problems);
        job.value("version", JobSpec.VERSION, oneOf(List.of(JobSpec.VERSION)));
        JobFile read = fields(job);
        if (read.maxPrice().unit() == PriceUnit.GPU_HOUR
                && read.resources().gpus() == 0
                && problems.isEmpty()) {
            job.problem("price", "'per: gpu-hour' needs resources.gpu; use cpu-hour or 1000-rows");
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
            Node root = new Yaml(options).compose(new StringReader(yaml));
            if (root instanceof MappingNode mapping) {
                return mapping;
            }
            throw new JobFileException(
                    List.of(
                            file
                                    + ":1:1: not a job: expected a mapping with version, name,"
                                    + " inference and price"));
        } catch (MarkedYAMLException e) {
            String place =
                    Optional.ofNullable(e.getProblemMark())
                            .map(m -> ":" + (m.getLine() + 1) + ":" + (m.getColumn() + 1))
                            .orElse("");
            throw new JobFileException(
                    List.of(file + place + ": not valid YAML: " + e.getProblem()));
        } catch (YAMLException e) {
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
        Resources resources =
                job.has("resources")
                        ? resources(job.mapping("resources", "cpu", "memory", "storage", "gpu"))
                        : new Resources(1, 512L << 20, 0, 0);
        YamlFields inference = job.mapping("inference", "model", "input", "engine", "batch");
        YamlFields price = job.mapping("price", "max", "denom", "per");
        return new JobFile(
                name,
                resources,
                inference.value("model", "", JobFileReader::nonEmpty),
                inference.value("input", "", JobFileReader::nonEmpty),
                inference.optional(
                        "engine", EngineName.EXACT, named(EngineName::named, EngineName.values())),
                inference.optional("batch", 64, text -> integer(text, 1, Inference.MAX_BATCH)),
                price(price),
                job.has("verify")
                        ? verification(job.mapping("verify", "audit", "level"))
                        : DEFAULT_VERIFICATION,
                job.optional("deadline", DEFAULT_DEADLINE, JobFileReader::deadline));
    }

    private static Resources resources(YamlFields fields) {
        int gpus =
                fields.has("gpu")
                        ? fields.mapping("gpu", "count")
                                .value("count", 1, text -> integer(text, 1, 1024))
                        : 0;
        return new Resources(
                fields.optional("cpu", 1, text -> integer(text, 1, 1 << 16)),
                fields.optional("memory", 512L << 20, JobFileReader::bytes),
                fields.optional("storage", 0L, JobFileReader::bytes),
                gpus);
    }

    private static Price price(YamlFields fields) {
        MicroAmount max = fields.value("max", UNREAD_PRICE.rate(), JobFileReader::positiveAmount);
        Denom denom = fields.value("denom", Denom.USDC, named(Denom::named, Denom.values()));
        PriceUnit per =
                fields.value(
                        "per",
                        PriceUnit.THOUSAND_ROWS,
                        named(PriceUnit::named, PriceUnit.values()));
        return new Price(max, denom, per);
    }

    private static Verification verification(YamlFields fields) {
        fields.optional("level", "replay", oneOf(List.of("replay")));
        return fields.optional("audit", DEFAULT_VERIFICATION, JobFileReader::share);
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

    private static String nonEmpty(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("must not be empty");
        }
        return text;
    }

    private static MicroAmount positiveAmount(String text) {
        MicroAmount amount = MicroAmount.parse(text);
        if (amount.isZero()) {
            throw new IllegalArgumentException("a price must be more than 0");
        }
        return amount;
    }

    private static int integer(String text, int min, int max) {
        if (!text.matches("[0-9]{1,9}")
                || Integer.parseInt(text) < min
                || Integer.parseInt(text) > max) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no whole number from " + min + " to " + max);
        }
        return Integer.parseInt(text);
    }

    private static long bytes(String text) {
        if (!text.matches("[1-9][0-9]{0,5}(Ki|Mi|Gi|Ti)")) {
            throw new IllegalArgumentException(
                    "'"
                            + text
                            + "' is no size (a whole number with Ki, Mi, Gi or Ti, such as 2Gi)");
        }
        int unit = text.length() - 2;
        int shift = 10 * (1 + "KMGT".indexOf(text.charAt(unit)));
        return Math.multiplyExact(Long.parseLong(text.substring(0, unit)), 1L << shift);
    }

    private static Verification share(String text) {
        if (!text.matches("(100|[0-9]{1,2}(\\.[0-9]{1,2})?)%")) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no share (a percentage such as 5%)");
        }
        return new Verification(
                new java.math.BigDecimal(text.substring(0, text.length() - 1))
                        .movePointRight(2)
                        .intValueExact());
    }

    private static JobFile.Deadline deadline(String text) {
        if (text.matches("[1-9][0-9]{0,5}[smhd]")) {
            return new JobFile.Deadline.Within(
                    Duration.parse((text.endsWith("d") ? "P" : "PT") + text));
        }
        try {
            return new JobFile.Deadline.At(Instant.parse(text));
        } catch (java.time.format.DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "'"
                            + text
                            + "' is neither a duration (30s, 10m, 2h, 1d) nor an instant"
                            + " (2026-01-31T12:00:00Z)");
        }
    }

    private static Function<String, String> oneOf(List<String> known) {
        return text -> {
            if (!known.contains(text)) {
                throw new IllegalArgumentException(
                        "'" + text + "' is not supported; use " + String.join(" or ", known));
            }
            return text;
        };
    }

    private static <E extends Enum<E>> Function<String, E> named(
            Function<String, Optional<E>> lookup, E[] all) {
        List<String> known = Arrays.stream(all).map(Object::toString).toList();
        return text ->
                lookup.apply(text)
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "'"
                                                        + text
                                                        + "' is not known; "
                                                        + Spelling.nearest(text, known)
                                                                .map(
                                                                        near ->
                                                                                "did you mean '"
                                                                                        + near
                                                                                        + "'?")
                                                                .orElse(
                                                                        "use "
                                                                                + known.stream()
                                                                                        .collect(
                                                                                                Collectors
                                                                                                        .joining(
                                                                                                                " or ")))));
    }
}
