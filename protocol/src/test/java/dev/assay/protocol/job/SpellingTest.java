package dev.assay.protocol.job;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

class SpellingTest {
    private static final List<String> KNOWN =
            List.of("version", "name", "resources", "inference", "price", "verify", "deadline");

    @ParameterizedTest
    @CsvSource({
        "versoin,version", // transposed
        "prise,price", // substituted
        "nam,name", // left out
        "deadlines,deadline", // added
        "NAME,name",
        "resurces,resources",
        "inferrence,inference",
    })
    void word_misspelt_standsForTheNearest(String word, String nearest) {
        assertThat(Spelling.nearest(word, KNOWN)).hasValue(nearest);
    }

    @ParameterizedTest
    @CsvSource({"budget", "x", "''", "pr"})
    void word_unlikeAnyKnown_standsForNone(String word) {
        assertThat(Spelling.nearest(word, KNOWN)).isEmpty();
    }

    @Test
    void word_asLongAsAFile_isAnsweredWithoutMeasuringIt() {
        assertThat(Spelling.nearest("x".repeat(1 << 20), KNOWN)).isEmpty();
    }
}
