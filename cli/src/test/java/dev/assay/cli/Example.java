package dev.assay.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/** Jobs like examples/digits.yaml, each in a folder of its own. */
final class Example {
    /** A job whose amounts are easy to compute: 0.80 usdc at most, 0.35 asked, 20 % fee. */
    private static final String JOB =
            """
            version: assay/v1
            name: digits
            resources:
              cpu: 2
              memory: 512Mi
            inference:
              model: builtin:digits
              input: digits.csv
              engine: exact
              batch: 64
            price:
              max: "0.80"
              denom: usdc
              per: 1000-rows
            verify:
              audit: 5%
            deadline: 10m
            """;

    private Example() {}

    /** The repository. */
    static Path root() {
        return Path.of(System.getProperty("assay.root"));
    }

    /** The first rows of the example's input. */
    static List<String> rows(int count) throws IOException {
        try (var lines = Files.lines(root().resolve("examples/digits.csv"))) {
            return lines.limit(count).toList();
        }
    }

    /** Writes {@code job.yaml} and its input {@code digits.csv}; returns the job. */
    static Path job(Path folder, int rows) throws IOException {
        return job(folder, rows, yaml -> yaml);
    }

    /** The same with a change to the YAML, which must change something. */
    static Path edited(Path folder, int rows, String old, String replacement) throws IOException {
        return job(
                folder,
                rows,
                yaml -> {
                    if (!yaml.contains(old)) {
                        throw new IllegalArgumentException("the job has no '" + old + "'");
                    }
                    return yaml.replace(old, replacement);
                });
    }

    private static Path job(Path folder, int rows, UnaryOperator<String> edit) throws IOException {
        Files.createDirectories(folder);
        Files.write(folder.resolve("digits.csv"), rows(rows));
        return Files.writeString(folder.resolve("job.yaml"), edit.apply(JOB));
    }
}
