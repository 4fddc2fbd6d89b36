package dev.assay.protocol.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.assay.protocol.job.JobFile.Task.ContainerTask;
import dev.assay.protocol.job.JobFile.Task.InferenceTask;
import dev.assay.protocol.job.JobFile.Task.TrainingTask;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.Price;
import dev.assay.protocol.money.PriceUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

class JobFileReaderTest {
    /** Every key, each once. */
    static final String GOOD =
            """
            version: assay/v1
            name: digits
            resources:
              cpu: 2
              memory: 2Gi
              storage: 1Gi
              gpu: { count: 1 }
            inference:
              model: builtin:digits
              input: digits.csv
              engine: pytorch
              batch: 32
            price: { max: "0.80", denom: akt, per: gpu-hour }
            verify: { audit: 12.5%, level: replay }
            deadline: 10m
            """;

    private static final String CONTAINER =
            """
            version: assay/v1
            name: frames
            container:
              image: render@sha256:%s
              command: [render, --frame, '7']
              env: { QUALITY: high }
              inputs: { scene/main.blend: main.blend }
              outputs: [frames]
              ports: [8080]
              shm: 64Mi
              network: egress
              array: 4
            price: { max: "0.10", denom: usdc, per: cpu-hour }
            """
                    .formatted("a".repeat(64));

    private static final String SHORT =
            """
            version: assay/v1
            name: digits
            inference: { model: m, input: i }
            price: { max: 1, denom: usdc, per: 1000-rows }
            """;

    @TempDir private Path folder;

    @Test
    void file_withEveryKey_isRead() throws Exception {
        assertThat(JobFileReader.read("job.yaml", GOOD))
                .isEqualTo(
                        new JobFile(
                                "digits",
                                new Resources(2, 2L << 30, 1L << 30, 1),
                                new InferenceTask(
                                        "builtin:digits", "digits.csv", EngineName.PYTORCH, 32),
                                new Price(MicroAmount.of(800_000), Denom.AKT, PriceUnit.GPU_HOUR),
                                new Verification(1_250),
                                new JobFile.Deadline.Within(Duration.ofMinutes(10))));
    }

    @Test
    void file_withRequiredKeysOnly_hasTheDefaults() throws Exception {
        assertThat(JobFileReader.read("job.yaml", SHORT))
                .isEqualTo(
                        new JobFile(
                                "digits",
                                new Resources(1, 512L << 20, 0, 0),
                                new InferenceTask("m", "i", EngineName.EXACT, 64),
                                new Price(
                                        MicroAmount.of(1_000_000),
                                        Denom.USDC,
                                        PriceUnit.THOUSAND_ROWS),
                                new Verification(500),
                                new JobFile.Deadline.Within(Duration.ofMinutes(10))));
    }

    @Test
    void file_withAContainer_isRead() throws Exception {
        String yaml = CONTAINER.replace("array: 4", "array: 4\n  parallel: 2\n  shell: true");
        assertThat(JobFileReader.read("job.yaml", yaml).task())
                .isEqualTo(
                        new ContainerTask(
                                "render@sha256:" + "a".repeat(64),
                                List.of("render", "--frame", "7"),
                                Map.of("QUALITY", "high"),
                                Map.of("scene/main.blend", "main.blend"),
                                List.of("frames"),
                                List.of(8080),
                                64L << 20,
                                Network.EGRESS,
                                4,
                                Optional.of(2),
                                true));
    }

    private static final String TRAINING =
            """
            version: assay/v1
            name: train
            training:
              model: builtin:digits
              dataset: digits.csv
              optimizer: { name: sgd, rate: "0.05", momentum: "0.9" }
              steps: 600
              batch: 32
              checkpoint: 50
              seed: 7
            price: { max: "0.10", denom: usdc, per: 1000-rows }
            """;

    @Test
    void file_withATraining_isRead() throws Exception {
        assertThat(JobFileReader.read("job.yaml", TRAINING).task())
                .isEqualTo(
                        new TrainingTask(
                                "builtin:digits",
                                "digits.csv",
                                EngineName.EXACT,
                                new Optimizer.Sgd("0.05", "0.9"),
                                600,
                                32,
                                50,
                                7));
    }

    @ParameterizedTest
    @CsvSource({
        "exact, 60, 60",
        "exact, 600, 100",
        "exact, 1000000, 1000",
        "pytorch, 6, 6",
        "pytorch, 600, 10"
    })
    void training_withoutACheckpoint_takesAsManyAsAreAccepted(String engine, int steps, int every)
            throws Exception {
        String yaml =
                TRAINING.replace("steps: 600", "engine: " + engine + "\n  steps: " + steps)
                        .replace("  checkpoint: 50\n", "");
        TrainingTask task = (TrainingTask) JobFileReader.read("job.yaml", yaml).task();
        assertThat(task.engine().text()).isEqualTo(engine);
        assertThat(task.checkpoint()).isEqualTo(every);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "name: sgd | name: sdg | job.yaml:6:22: 'name' in 'training.optimizer': 'sdg' is"
                        + " not supported; use sgd or adam",
                "name: sgd | name: adam | job.yaml:6:52: adam has no momentum; remove it, or use"
                        + " sgd",
                "\"0.05\" | \"0\" | job.yaml:6:33: 'rate' in 'training.optimizer': learningRate"
                        + " must be more than 0",
                "steps: 600 | steps: 0 | job.yaml:7:10: 'steps' in 'training': '0' is no whole"
                        + " number from 1 to 100000000",
            })
    void training_withAMistake_isRefused(String good, String bad, String message) {
        assertThat(TRAINING).contains(good);
        assertThat(problems(TRAINING.replace(good, bad))).contains(message);
    }

    @Test
    void container_withTheImageOnly_hasTheDefaults() throws Exception {
        String yaml =
                """
                version: assay/v1
                name: hello
                container: { image: hello }
                price: { max: 1, denom: usdc, per: cpu-hour }
                """;
        assertThat(JobFileReader.read("job.yaml", yaml).task())
                .isEqualTo(
                        new ContainerTask(
                                "hello",
                                List.of(),
                                Map.of(),
                                Map.of(),
                                List.of(),
                                List.of(),
                                0,
                                Network.NONE,
                                1,
                                Optional.empty(),
                                false));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[render, --frame, '7'] | render | job.yaml:5:12: 'command' in 'container' must be"
                        + " a list, such as [a, b]",
                "{ QUALITY: high } | { ASSAY_INDEX: '1' } | job.yaml:4:10: container: 'ASSAY_INDEX'"
                        + " is no variable's name (letters, digits and '_', not beginning with"
                        + " ASSAY_)",
                "{ QUALITY: high } | [QUALITY] | job.yaml:6:8: 'env' in 'container' must be a"
                        + " mapping of names to values",
                "scene/main.blend: | ../main.blend: | job.yaml:4:10: container: '../main.blend' is"
                        + " no path inside a folder (plain names with '/' between, no '..')",
                "[8080] | [0] | job.yaml:9:11: 'ports' in 'container': '0' is no whole number from"
                        + " 1 to 65535",
                "network: egress | network: none | job.yaml:4:10: container: ports need network:"
                        + " egress",
                "array: 4 | array: 0 | job.yaml:12:10: 'array' in 'container': '0' is no whole"
                        + " number from 1 to 100000",
                "array: 4 | parallel: 2 | job.yaml:4:10: container: parallel: 2 is not from 1 to"
                        + " the array's 1",
                "array: 4 | shell: yes | job.yaml:12:10: 'shell' in 'container': 'yes' is neither"
                        + " true nor false",
                "per: cpu-hour | per: 1000-rows | job.yaml:13:8: a container has no rows to count;"
                        + " use per: cpu-hour or gpu-hour",
            })
    void container_withAMistake_isRefused(String good, String bad, String message) {
        assertThat(CONTAINER).contains(good);
        assertThat(problems(CONTAINER.replace(good, bad))).containsExactly(message);
    }

    @Test
    void job_withTwoKindsOfWork_isRefused() {
        assertThat(problems(CONTAINER + "inference: { model: m, input: i }\n"))
                .containsExactly(
                        "job.yaml:4:3: a job is one of inference, training and container; keep one"
                                + " of inference and container");
    }

    @ParameterizedTest
    @CsvSource({"30s,PT30S", "10m,PT10M", "2h,PT2H", "1d,PT24H"})
    void deadline_relative_countsFromTheOrder(String text, Duration duration) throws Exception {
        JobFile.Deadline deadline = deadline(text);
        Instant now = Instant.parse("2026-03-01T00:00:00Z");
        assertThat(deadline).isEqualTo(new JobFile.Deadline.Within(duration));
        assertThat(deadline.from(now)).isEqualTo(now.plus(duration));
    }

    @Test
    void deadline_absolute_isThatInstant() throws Exception {
        Instant instant = Instant.parse("2026-01-31T12:00:00Z");
        assertThat(deadline("2026-01-31T12:00:00Z")).isEqualTo(new JobFile.Deadline.At(instant));
        assertThat(deadline("2026-01-31T12:00:00Z").from(Instant.EPOCH)).isEqualTo(instant);
    }

    private static JobFile.Deadline deadline(String text) throws JobFileException {
        return JobFileReader.read("job.yaml", GOOD.replace("10m", text)).deadline();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"''", "'- version'", "just words", "'# nothing but a comment'", "null"})
    void root_thatIsNoMapping_isRefused(String yaml) {
        assertThat(problems(yaml))
                .containsExactly(
                        "job.yaml:1:1: not a job: expected a mapping with version, name,"
                                + " inference, training or container, and price");
    }

    @Test
    void yaml_thatDoesNotParse_isRefusedWithItsPlace() {
        assertThat(problems(GOOD.replace("gpu: { count: 1 }", "gpu: { count: 1")))
                .containsExactly("job.yaml:8:10: not valid YAML: expected ',' or '}', but got :");
    }

    @Test
    void yaml_ofTwoDocuments_isRefused() {
        assertThat(problems(GOOD + "---\n" + GOOD))
                .containsExactly("job.yaml:16:1: not valid YAML: but found another document");
    }

    @Test
    void aliases_ofMappings_areRefusedBeforeTheyExpand() {
        assertThat(problems("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"))
                .containsExactly(
                        "job.yaml: not valid YAML: Number of aliases for non-scalar nodes exceeds"
                                + " the specified max=0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "name: \"\\U\"",
                "name: \"\\UDDDDDDDD\"",
                "name: \"\\UFFFFFFFF\"",
                "name: \"\\U00110000\"",
                "!:gn%e x",
                "!%+e x"
            })
    void yaml_withAnEscapeOrATagThatIsNone_isRefused(String yaml) {
        assertThat(problems(yaml))
                .singleElement()
                .asString()
                .startsWith("job.yaml")
                .contains("not valid YAML: ");
    }

    @Test
    void yaml_nestedTooDeep_isRefused() {
        assertThat(problems("a: " + "[".repeat(60_000)))
                .containsExactly("job.yaml: not valid YAML: Nesting Depth exceeded max 16");
    }

    @Test
    void yaml_ofTooManyValues_isRefusedBeforeTheyAreRead() {
        assertThat(problems("a: [" + "x,".repeat(3_990) + "]"))
                .contains("job.yaml:1:1: 'version' is missing");
        assertThat(problems("a: [" + "x,".repeat(4_000) + "]"))
                .containsExactly(
                        "job.yaml: not valid YAML: more than 4000 keys and values; put what is"
                                + " longer into a file or an input");
    }

    @Test
    void text_tooLong_isRefused() throws Exception {
        String longest = GOOD + "#".repeat((1 << 16) - GOOD.length());
        assertThat(JobFileReader.read("job.yaml", longest).name()).isEqualTo("digits");
        assertThat(problems(longest + "#"))
                .containsExactly(
                        "job.yaml: more than 65536 characters; a job file is a page of YAML");
    }

    @Test
    void file_onDisk_isReadAndNamedInErrors() throws Exception {
        Path file = Files.writeString(folder.resolve("job.yaml"), SHORT);
        assertThat(JobFileReader.read(file).name()).isEqualTo("digits");
        Files.writeString(file, SHORT.replace("name", "nome"));
        assertThat(problems(file))
                .containsExactly(file + ":2:1: unknown key 'nome'; did you mean 'name'?");
    }

    @Test
    void file_thatCannotBeRead_isRefused() throws Exception {
        Path missing = folder.resolve("missing.yaml");
        assertThat(problems(missing)).containsExactly(missing + ": no such file");
        assertThat(problems(folder)).containsExactly(folder + ": is a directory, not a job file");
        Path large = Files.write(folder.resolve("large.yaml"), new byte[(1 << 16) + 1]);
        assertThat(problems(large))
                .containsExactly(large + ": more than 65536 bytes; a job file is a page of YAML");
        Path latin =
                Files.write(
                        folder.resolve("latin.yaml"),
                        "name: é".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(problems(latin)).containsExactly(latin + ": not UTF-8 text");
    }

    private static List<String> problems(String yaml) {
        return catchThrowableOfType(
                        JobFileException.class, () -> JobFileReader.read("job.yaml", yaml))
                .problems();
    }

    private static List<String> problems(Path file) {
        return catchThrowableOfType(JobFileException.class, () -> JobFileReader.read(file))
                .problems();
    }
}
