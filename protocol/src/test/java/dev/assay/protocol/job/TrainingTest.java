package dev.assay.protocol.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;
import dev.assay.protocol.json.StrictJson;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.util.List;

class TrainingTest {
    private static final Training ADAM = training(Optimizer.Adam.of("0.002"), 1000, 300);
    private static final Training SGD = training(new Optimizer.Sgd("0.05", "0.9"), 600, 300);

    private static Training training(Optimizer optimizer, int steps, int every) {
        Digest model = Digest.sha256(new byte[] {1});
        Digest dataset = Digest.sha256(new byte[] {2});
        return new Training(
                model, dataset, 3823, 7, 8, optimizer, steps, 64, every, EngineName.EXACT);
    }

    @Test
    void parse_whatWasWritten_isTheSame() throws Exception {
        for (Training training : new Training[] {ADAM, SGD}) {
            Training read = parse(text(training));
            assertThat(read).isEqualTo(training);
            assertThat(read.digest()).isEqualTo(training.digest());
        }
        assertThat(ADAM.digest()).isNotEqualTo(SGD.digest());
    }

    @Test
    void units_lastOneShorter_coverEveryStepOnce() {
        assertThat(ADAM.units()).isEqualTo(4);
        assertThat(ADAM.firstStep(3)).isEqualTo(900);
        assertThat(ADAM.steps(3)).isEqualTo(900);
        assertThat(ADAM.steps(4)).isEqualTo(1000);
        assertThat(ADAM.stepsIn(0)).isEqualTo(300);
        assertThat(ADAM.stepsIn(3)).isEqualTo(100);
        assertThat(SGD.units()).isEqualTo(2);
        assertThat(SGD.stepsIn(1)).isEqualTo(300);
        assertThat(SGD.totalRows()).isEqualTo(38_400);
    }

    @Test
    void units_moreThanEvidenceCanHold_areRefused() {
        Optimizer sgd = new Optimizer.Sgd("0.1", "0");
        Training most = training(sgd, 2 * Training.MAX_UNITS, 2);
        assertThat(most.units()).isEqualTo(Training.MAX_UNITS);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> training(sgd, 2 * Training.MAX_UNITS + 1, 2))
                .withMessageContaining(
                        "at most 1000 checkpoints; with 2001 steps take one every 3");
    }

    @Test
    void units_ofATolerantEngine_areShort() {
        Optimizer sgd = new Optimizer.Sgd("0.1", "0");
        int longest = Training.MAX_TOLERANT_STEPS;
        int most = Training.MAX_UNITS * longest;
        assertThat(tolerant(sgd, most, longest).units()).isEqualTo(Training.MAX_UNITS);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tolerant(sgd, 600, longest + 1))
                .withMessageContaining("takes a checkpoint every 10 steps or more often, not 11");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tolerant(sgd, most + 1, longest))
                .withMessageContaining("on engine pytorch has at most 10000 steps, not 10001");
    }

    private static Training tolerant(Optimizer optimizer, int steps, int every) {
        Digest any = Digest.sha256(new byte[0]);
        return new Training(any, any, 3823, 7, 8, optimizer, steps, 64, every, EngineName.PYTORCH);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"adam\" | \"adagrad\" | unknown optimizer 'adagrad'; use sgd or adam",
                "\"0.002\" | \"2e-3\" | learningRate '2e-3' must be a decimal such as 0.05",
                "\"0.002\" | \"0.0020\" | must be a decimal",
                "\"0.002\" | \"-0.002\" | must be a decimal",
                "\"0.002\" | \"0\" | learningRate must be more than 0",
                "\"0.999\" | \"1\" | beta2 must be from 0 to below 1, not 1",
                "\"0.999\" | \"0.99999999\" | beta2 must be from 0 to below 1, not 0.99999999",
                "\"0.999\" | 0.999 | expected a string",
                "\"name\":\"adam\" | \"name\":\"adam\",\"x\":1 | t.optimizer.x: unknown field",
                "\"batch\":64 | \"batch\":64,\"x\":1 | t.x: unknown field",
                "\"batch\":64 | \"batch\":0 | t.batch: expected an integer from 1 to 65536",
                "\"batch\":64 | \"batch\":3824 | at most the 3823 rows, not 3824",
                "\"checkpointEvery\":300 | \"checkpointEvery\":1001 | checkpointEvery from 1 to",
                "\"orderSeed\":\"7\" | \"orderSeed\":7 | t.orderSeed: expected a string",
                "\"exact\" | \"gpu\" | unknown engine 'gpu'",
                "\"3823\" | \"0\" | a training needs 1 to 2^31-1 rows, not 0",
            })
    void parse_malformed_saysWhere(String original, String replacement, String problem) {
        String json = text(ADAM).replace(original, replacement);
        assertThat(json).isNotEqualTo(text(ADAM));
        assertThatExceptionOfType(JsonException.class)
                .isThrownBy(() -> parse(json))
                .withMessageContaining(problem);
    }

    @Test
    void seeds_negative_areRefused() {
        Digest any = Digest.sha256(new byte[0]);
        Optimizer sgd = new Optimizer.Sgd("0.1", "0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Training(any, any, 9, -1, 0, sgd, 9, 9, 9, EngineName.EXACT));
    }

    private static String text(Training training) {
        return new String(CanonicalJson.bytes(training.json()), StandardCharsets.UTF_8);
    }

    private static Training parse(String json) throws JsonException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return Training.parse(JsonFields.of(StrictJson.object(bytes, 1 << 16, "t"), "t"));
    }

    @Test
    void result_withADigestInItsShortForm_isRefused() {
        Digest digest = Digest.sha256(new byte[] {1});
        String written =
                new String(new TrainingResult(List.of(digest)).bytes(), StandardCharsets.UTF_8);
        byte[] shortened =
                written.replace(digest.toString(), digest.hex()).getBytes(StandardCharsets.UTF_8);
        assertThatExceptionOfType(JsonException.class)
                .isThrownBy(() -> TrainingResult.parse(shortened))
                .withMessageContaining("expected sha256: and 64 lower-case hex digits");
    }
}
