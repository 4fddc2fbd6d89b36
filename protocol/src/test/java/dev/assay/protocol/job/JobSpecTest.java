package dev.assay.protocol.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;
import dev.assay.protocol.json.StrictJson;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.Price;
import dev.assay.protocol.money.PriceUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;

class JobSpecTest {
    private static final JobSpec SPEC =
            new JobSpec(
                    "digits",
                    new Resources(2, 2L << 30, 1L << 30, 1),
                    new Inference(
                            Digest.sha256(new byte[] {1}),
                            Digest.sha256(new byte[] {2}),
                            1_797,
                            EngineName.EXACT,
                            64),
                    new Price(MicroAmount.of(800_000), Denom.USDC, PriceUnit.THOUSAND_ROWS),
                    new Verification(500));
    private static final String CANONICAL =
            "{\"inference\":{\"batch\":64,\"engine\":\"exact\",\"input\":\"sha256:dbc1b4c900ffe48d"
                + "575b5da5c638040125f65db0fe3e24494b76ea986457d986\",\"model\":\"sha256:4bf5122f34"
                + "4554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a\",\"rows\":\"1797\"},"
                + "\"name\":\"digits\",\"price\":{\"denom\":\"usdc\",\"per\":\"1000-rows\","
                + "\"rate\":\"800000\"},\"resources\":{\"cpu\":2,\"gpus\":1,\"memoryBytes\":"
                + "\"2147483648\",\"storageBytes\":\"1073741824\"},\"verify\":{\"auditBasisPoints"
                + "\":500},\"version\":\"assay/v1\"}";

    @Test
    void spec_asCanonicalJson_isTheseBytes() {
        assertThat(new String(CanonicalJson.bytes(SPEC.json()), StandardCharsets.UTF_8))
                .isEqualTo(CANONICAL);
    }

    /** Computed with sha256sum over the bytes above. */
    @Test
    void digest_ofASpec_staysTheSame() {
        assertThat(SPEC.digest().hex())
                .isEqualTo("e571ffe254972367853261af432ad6f5a3dcf80c6609db48a2be3936d88ee353");
    }

    @Test
    void spec_throughItsJson_comesBackEqual() throws Exception {
        Random random = new Random(11);
        for (int i = 0; i < 500; i++) {
            JobSpec spec = random(random);
            JobSpec read = parse(CanonicalJson.bytes(spec.json()));
            assertThat(read).isEqualTo(spec);
            assertThat(read.digest()).isEqualTo(spec.digest());
        }
    }

    @Test
    void training_onPytorch_isTakenWithoutGpusOnly() throws Exception {
        Training training = pytorch();
        JobSpec spec = spec(training, 0);
        assertThat(parse(CanonicalJson.bytes(spec.json()))).isEqualTo(spec);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> spec(training, 1))
                .withMessageContaining("a training on engine pytorch uses no gpus");
    }

    private static Training pytorch() {
        return new Training(
                Digest.sha256(new byte[1]),
                Digest.sha256(new byte[2]),
                100,
                1,
                1,
                Optimizer.Adam.of("0.001"),
                100,
                10,
                Training.MAX_TOLERANT_STEPS,
                EngineName.PYTORCH);
    }

    private static JobSpec spec(Training training, int gpus) {
        return new JobSpec(
                "train", new Resources(1, 1, 0, gpus), training, SPEC.maxPrice(), SPEC.verify());
    }

    private static JobSpec random(Random random) {
        byte[] seed = new byte[8];
        random.nextBytes(seed);
        return new JobSpec(
                "job-" + random.nextInt(1_000),
                new Resources(
                        1 + random.nextInt(1 << 16),
                        1 + (random.nextLong() >>> 2),
                        random.nextLong() >>> 1,
                        random.nextInt(1_025)),
                switch (random.nextInt(3)) {
                    case 0 -> inference(seed, random);
                    case 1 -> training(seed, random);
                    default -> container(seed, random);
                },
                new Price(
                        MicroAmount.of(1 + (random.nextLong() >>> 2)),
                        any(Denom.values(), random),
                        any(PriceUnit.values(), random)),
                new Verification(1 + random.nextInt(10_000)));
    }

    private static Inference inference(byte[] seed, Random random) {
        return new Inference(
                Digest.sha256(seed),
                Digest.sha256(seed, seed),
                1 + random.nextInt(Integer.MAX_VALUE),
                any(EngineName.values(), random),
                1 + random.nextInt(Inference.MAX_BATCH));
    }

    private static Training training(byte[] seed, Random random) {
        int steps = 1 + random.nextInt(1_000);
        return new Training(
                Digest.sha256(seed),
                Digest.sha256(seed, seed),
                1_000 + random.nextInt(1_000_000),
                random.nextLong() >>> 1,
                random.nextLong() >>> 1,
                random.nextBoolean()
                        ? Optimizer.Adam.of("0.001")
                        : new Optimizer.Sgd("0.05", "0.9"),
                steps,
                1 + random.nextInt(1_000),
                1 + random.nextInt(steps),
                EngineName.EXACT);
    }

    private static Container container(byte[] seed, Random random) {
        return new Container(
                new ImageName.Archive(Digest.sha256(seed)),
                List.of("run", "" + random.nextInt()),
                Map.of("SEED", "" + random.nextLong()),
                List.of(new Container.Input("a/b", Digest.sha256(seed, seed))),
                List.of("."),
                List.of(),
                random.nextInt(1 << 30),
                any(Network.values(), random),
                1 + random.nextInt(Container.MAX_ARRAY));
    }

    /** Computed with Python's hashlib over the bytes described. */
    @Test
    void unitInput_ofAnInference_namesTheFileAndItsRows() {
        assertThat(SPEC.work().unitInput(1).hex())
                .isEqualTo("98edc6e78dc17c051b01b27e4d824e74ff9d708b3cefeb8acf1dc2137a18226a");
    }

    @Test
    void unitInputs_ofAContainer_differByIndexAndByEveryPart() {
        Container two = container(new byte[8], new Random(1));
        Container other = container(new byte[] {1}, new Random(1));
        assertThat(two.unitInput(0)).isNotEqualTo(two.unitInput(1));
        assertThat(two.unitInput(0)).isNotEqualTo(other.unitInput(0));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"assay/v1\" | \"assay/v2\" | spec.version: 'assay/v2', expected 'assay/v1'",
                "\"digits\" | \"di/gits\" | spec: 'di/gits' is no job name (letters, digits, '-',"
                        + " '_' and '.', at most 64)",
                "\"cpu\":2 | \"cpu\":0 | spec.resources.cpu: expected an integer from 1 to 65536",
                "\"cpu\":2 | \"cpu\":2.0 | spec.resources.cpu: expected an integer from 1 to"
                        + " 65536",
                "\"2147483648\" | 2147483648 | spec.resources.memoryBytes: expected a string",
                "\"2147483648\" | \"0\" | spec: a job needs cpu ≥ 1 and memory ≥ 1 byte",
                "\"1797\" | \"0\" | spec.inference: an inference needs 1 to 2^31-1 rows and a batch"
                        + " from 1 to 65536",
                "\"exact\" | \"EXACT\" | spec.inference: unknown engine 'EXACT'",
                "\"usdc\" | \"usd\" | spec.price: unknown denom 'usd'",
                "\"1000-rows\" | \"row\" | spec.price: unknown price unit 'row'",
                "\"800000\" | \"0\" | spec.price: a price must be more than 0",
                "\"auditBasisPoints\":500 | \"auditBasisPoints\":0 |"
                        + " spec.verify.auditBasisPoints: expected an integer from 1 to 10000",
                "\"auditBasisPoints\":500 | \"auditBasisPoints\":500,\"x\":1 | spec.verify.x:"
                        + " unknown field; a version that knows it is needed",
                "\"gpus\":1 | \"gpus\":1,\"x\":1 | spec.resources.x: unknown field; a version that"
                        + " knows it is needed",
                "\"batch\":64 | \"batch\":64,\"x\":1 | spec.inference.x: unknown field; a version"
                        + " that knows it is needed",
                "\"rate\" | \"x\":1,\"rate\" | spec.price.x: unknown field; a version that knows it"
                        + " is needed",
                "\"name\" | \"x\":1,\"name\" | spec.x: unknown field; a version that knows it is"
                        + " needed",
            })
    void json_withAMistake_isRefused(String good, String bad, String message) {
        assertThat(CANONICAL).contains(good);
        byte[] bytes = CANONICAL.replace(good, bad).getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> parse(bytes))
                .isInstanceOf(JsonException.class)
                .hasMessage(message);
    }

    private static JobSpec parse(byte[] bytes) throws JsonException {
        ObjectNode json = StrictJson.object(bytes, 1 << 16, "spec");
        return JobSpec.parse(JsonFields.of(json, "spec"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".hidden", "-x", "a b", "a/b", "é"})
    void name_withOtherCharacters_isRefused(String name) {
        assertThatThrownBy(() -> named(name)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void name_ofUpTo64Characters_isTaken() {
        assertThat(named("a".repeat(64)).name()).hasSize(64);
        assertThatThrownBy(() -> named("a".repeat(65)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static JobSpec named(String name) {
        return new JobSpec(name, SPEC.resources(), SPEC.work(), SPEC.maxPrice(), SPEC.verify());
    }

    @ParameterizedTest
    @CsvSource({"GPU_HOUR,1", "CPU_HOUR,2", "THOUSAND_ROWS,1"})
    void devices_ofAPrice_areWhatItCounts(PriceUnit unit, int devices) {
        Price price = new Price(MicroAmount.of(1), Denom.AKT, unit);
        assertThat(new JobSpec("a", SPEC.resources(), SPEC.work(), price, SPEC.verify()).devices())
                .isEqualTo(devices);
    }

    @Test
    void units_ofAnInference_coverEveryRowOnce() {
        Random random = new Random(3);
        for (int i = 0; i < 200; i++) {
            int rows = 1 + random.nextInt(5_000);
            Inference inference =
                    new Inference(
                            Digest.sha256(new byte[] {1}),
                            Digest.sha256(new byte[] {2}),
                            rows,
                            EngineName.EXACT,
                            1 + random.nextInt(700));
            int next = 0;
            for (int unit = 0; unit < inference.units(); unit++) {
                assertThat(inference.firstRow(unit)).isEqualTo(next);
                assertThat(inference.rowsIn(unit)).isPositive();
                next += inference.rowsIn(unit);
            }
            assertThat(next).isEqualTo(rows);
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1,1", "100,500,5", "101,500,6", "29,1,1", "7,10000,7", "2147483647,1,214749"})
    void units_drawn_areTheShareRoundedUp(int units, int basisPoints, int drawn) {
        assertThat(new Verification(basisPoints).drawn(units)).isEqualTo(drawn);
    }

    @Test
    void resources_fit_onlyWhereEveryQuantityDoes() {
        Resources offered = new Resources(2, 20, 30, 4);
        assertThat(new Resources(2, 20, 30, 4).fits(offered)).isTrue();
        assertThat(new Resources(3, 20, 30, 4).fits(offered)).isFalse();
        assertThat(new Resources(2, 21, 30, 4).fits(offered)).isFalse();
        assertThat(new Resources(2, 20, 31, 4).fits(offered)).isFalse();
        assertThat(new Resources(2, 20, 30, 5).fits(offered)).isFalse();
    }

    private static <E> E any(E[] values, Random random) {
        return values[random.nextInt(values.length)];
    }
}
