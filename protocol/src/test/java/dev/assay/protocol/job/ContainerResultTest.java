package dev.assay.protocol.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.ContainerResult.Unit;
import dev.assay.protocol.json.JsonException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

class ContainerResultTest {
    private static final Digest A = Digest.sha256(new byte[] {1});
    private static final Digest B = Digest.sha256(new byte[] {2});
    private static final ContainerResult RESULT =
            new ContainerResult(
                    A,
                    List.of(
                            new Unit(0, Unit.DONE, 0, A, Optional.of(B)),
                            new Unit(1, "out_of_memory", 137, B, Optional.empty())));

    @Test
    void result_throughItsBytes_comesBackEqual() throws Exception {
        assertThat(ContainerResult.parse(RESULT.bytes())).isEqualTo(RESULT);
    }

    @Test
    void digest_ofAUnit_dependsOnEachPart() {
        Unit unit = new Unit(1, "exit_code", 3, A, Optional.empty());
        assertThat(
                        List.of(
                                unit.digest(),
                                new Unit(2, "exit_code", 3, A, Optional.empty()).digest(),
                                new Unit(1, "time_limit", 3, A, Optional.empty()).digest(),
                                new Unit(1, "exit_code", 4, A, Optional.empty()).digest(),
                                new Unit(1, "exit_code", 3, B, Optional.empty()).digest()))
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"index\":1 | \"index\":2 | unit 2 is in place 1",
                "\"done\" | \"killed\" | a container that is done has outputs",
                "\"out_of_memory\" | \"OOM\" | a cause is a word",
                "\"exitCode\":137 | \"exitCode\":1000 | exitCode: expected an integer",
                "\"sha256: | `\"` | not a digest: ",
                "container-result/v1 | container-result/v2 | version",
                "`\"},{` | `\",\"z\":1},{` | z: unknown field",
            })
    void bytes_withAMistake_areRefused(String good, String bad, String message) {
        String text = new String(RESULT.bytes(), StandardCharsets.UTF_8);
        assertThat(text).contains(good);
        byte[] bytes = text.replace(good, bad).getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> ContainerResult.parse(bytes))
                .isInstanceOf(JsonException.class)
                .hasMessageContaining(message);
    }
}
