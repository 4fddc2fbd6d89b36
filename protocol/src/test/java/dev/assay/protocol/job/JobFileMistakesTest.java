package dev.assay.protocol.job;

import static dev.assay.protocol.job.JobFileReaderTest.GOOD;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

class JobFileMistakesTest {
    /** One mistake a row: what is replaced in the good file, by what, and the error line. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "version: assay/v1 | version: assay/v2 | 1:10: 'version': 'assay/v2' is not"
                        + " supported; use assay/v1",
                "version: assay/v1 | versoin: assay/v1 | 1:1: unknown key 'versoin'; did you mean"
                        + " 'version'?",
                "batch: 32 | batchsize: 32 | 12:3: unknown key 'batchsize' in 'inference';"
                        + " known keys: model, input, engine, batch",
                "cpu: 2 | Cpus: 2 | 4:3: unknown key 'Cpus' in 'resources'; did you mean"
                        + " 'cpu'?",
                "count: 1 | 'count: 1, model: h100' | 7:20: unknown key 'model' in 'resources.gpu';"
                        + " known keys: count",
                "deadline: 10m | ? [a] | 15:3: a key must be a plain word",
                "name: digits | name: di gits | 2:7: 'name': 'di gits' is no job name (letters,"
                        + " digits, '-', '_' and '.', at most 64)",
                "name: digits | name: ../up | 2:7: 'name': '../up' is no job name (letters,"
                        + " digits, '-', '_' and '.', at most 64)",
                "name: digits | 'name:' | 2:6: 'name' must be a single value",
                "name: digits | name: [digits] | 2:7: 'name' must be a single value",
                "cpu: 2 | cpu: two | 4:8: 'cpu' in 'resources': 'two' is no whole number from 1"
                        + " to 65536",
                "cpu: 2 | cpu: 0 | 4:8: 'cpu' in 'resources': '0' is no whole number from 1 to"
                        + " 65536",
                "cpu: 2 | cpu: -1 | 4:8: 'cpu' in 'resources': '-1' is no whole number from 1 to"
                        + " 65536",
                "cpu: 2 | cpu: 9999999999 | 4:8: 'cpu' in 'resources': '9999999999' is no whole"
                        + " number from 1 to 65536",
                "memory: 2Gi | memory: 2GB | 5:11: 'memory' in 'resources': '2GB' is no size (a"
                        + " whole number with Ki, Mi, Gi or Ti, such as 2Gi)",
                "memory: 2Gi | memory: 0Gi | 5:11: 'memory' in 'resources': '0Gi' is no size (a"
                        + " whole number with Ki, Mi, Gi or Ti, such as 2Gi)",
                "storage: 1Gi | storage: 1.5Gi | 6:12: 'storage' in 'resources': '1.5Gi' is no"
                        + " size (a whole number with Ki, Mi, Gi or Ti, such as 2Gi)",
                "gpu: { count: 1 } | gpu: 1 | 7:8: 'gpu' must be a mapping with the keys count",
                "model: builtin:digits | model: '' | 9:10: 'model' in 'inference': must not be"
                        + " empty",
                "engine: pytorch | engine: torch | 11:11: 'engine' in 'inference': 'torch' is"
                        + " not known; use exact or pytorch",
                "engine: pytorch | engine: pytorhc | 11:11: 'engine' in 'inference': 'pytorhc'"
                        + " is not known; did you mean 'pytorch'?",
                "batch: 32 | batch: 65537 | 12:10: 'batch' in 'inference': '65537' is no whole"
                        + " number from 1 to 65536",
                "'\"0.80\"' | 0 | 13:15: 'max' in 'price': a price must be more than 0",
                "'\"0.80\"' | 0.000000 | 13:15: 'max' in 'price': a price must be more than 0",
                "'\"0.80\"' | -1 | 13:15: 'max' in 'price': '-1' is no amount (a decimal with at"
                        + " most six decimals, such as 0.80)",
                "'\"0.80\"' | 0.0000001 | 13:15: 'max' in 'price': '0.0000001' is no amount (a"
                        + " decimal with at most six decimals, such as 0.80)",
                "'\"0.80\"' | 9223372036855 | 13:15: 'max' in 'price': '9223372036855' is too"
                        + " large an amount",
                "denom: akt | denom: usd | 13:30: 'denom' in 'price': 'usd' is not known; did you"
                        + " mean 'usdc'?",
                "per: gpu-hour | per: hour | 13:40: 'per' in 'price': 'hour' is not known; use"
                        + " gpu-hour or cpu-hour or 1000-rows",
                "'  gpu: { count: 1 }' | '' | 13:8: 'per: gpu-hour' needs resources.gpu; use"
                        + " cpu-hour or 1000-rows",
                "12.5% | 0% | 14:18: 'audit' in 'verify': the audited share must be from 0.01% to"
                        + " 100%",
                "12.5% | 101% | 14:18: 'audit' in 'verify': '101%' is no share (a percentage such"
                        + " as 5%)",
                "12.5% | 0.05 | 14:18: 'audit' in 'verify': '0.05' is no share (a percentage such"
                        + " as 5%)",
                "level: replay | level: trust | 14:32: 'level' in 'verify': 'trust' is not"
                        + " supported; use replay",
                "deadline: 10m | deadline: soon | 15:11: 'deadline': 'soon' is neither a duration"
                        + " (30s, 10m, 2h, 1d) nor an instant (2026-01-31T12:00:00Z)",
                "deadline: 10m | deadline: 0s | 15:11: 'deadline': '0s' is neither a duration"
                        + " (30s, 10m, 2h, 1d) nor an instant (2026-01-31T12:00:00Z)",
                "deadline: 10m | name: again | 15:1: key 'name' is given twice; keep one",
            })
    void mistake_inAGoodFile_isReportedWithItsPlace(String good, String bad, String problem) {
        assertThat(GOOD).contains(good);
        assertThat(problems(GOOD.replace(good, bad))).containsExactly("job.yaml:" + problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "version: assay/v1 | 2:1: 'version' is missing",
                "name: digits | 1:1: 'name' is missing",
                "'  model: builtin:digits' | 10:3: 'model' in 'inference' is missing",
                "'  input: digits.csv' | 9:3: 'input' in 'inference' is missing",
                "'max: \"0.80\", ' | 13:8: 'max' in 'price' is missing",
                "'denom: akt, ' | 13:8: 'denom' in 'price' is missing",
                "', per: gpu-hour' | 13:8: 'per' in 'price' is missing",
                "'price: { max: \"0.80\", denom: akt, per: gpu-hour }' | 1:1: 'price' is missing",
            })
    void requiredKey_missing_isReportedAtItsMapping(String key, String problem) {
        assertThat(GOOD).contains(key);
        assertThat(problems(GOOD.replace(key, ""))).containsExactly("job.yaml:" + problem);
    }

    @Test
    void mistakes_several_areReportedAllAtOnceInOrder() {
        String bad =
                GOOD.replace("name: digits", "nam: digits")
                        .replace("cpu: 2", "cpu: many")
                        .replace("\"0.80\"", "0")
                        .replace("10m", "never");
        assertThat(problems(bad))
                .containsExactly(
                        "job.yaml:2:1: unknown key 'nam'; did you mean 'name'?",
                        "job.yaml:4:8: 'cpu' in 'resources': 'many' is no whole number from 1 to"
                                + " 65536",
                        "job.yaml:13:15: 'max' in 'price': a price must be more than 0",
                        "job.yaml:15:11: 'deadline': 'never' is neither a duration (30s, 10m, 2h,"
                                + " 1d) nor an instant (2026-01-31T12:00:00Z)");
    }

    @Test
    void message_ofSeveralMistakes_hasOneLineForEach() {
        JobFileException e =
                catchThrowableOfType(
                        JobFileException.class, () -> JobFileReader.read("job.yaml", "a: 1"));
        assertThat(e.getMessage()).isEqualTo(String.join("\n", e.problems()));
    }

    private static List<String> problems(String yaml) {
        return catchThrowableOfType(
                        JobFileException.class, () -> JobFileReader.read("job.yaml", yaml))
                .problems();
    }

    @Test
    void mistakes_withoutEnd_areToldUpToAHundred() {
        String yaml = "version: assay/v1\n" + "? [a]\n: 1\n".repeat(150);
        assertThatThrownBy(() -> JobFileReader.read("job.yaml", yaml))
                .isInstanceOfSatisfying(
                        JobFileException.class,
                        e -> assertThat(e.problems()).hasSize(YamlFields.MOST_PROBLEMS));
    }
}
