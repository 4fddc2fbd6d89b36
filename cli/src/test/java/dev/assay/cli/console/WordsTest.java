package dev.assay.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.stream.IntStream;

class WordsTest {
    /** {@code ESC} stands for the escape character, {@code BEL} for the bell. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "plain text, häßlich 漢字 😀 | plain text, häßlich 漢字 😀",
                "ESC[31mredESC[0m | red",
                "ESC[2JESC[1;1Hgone | gone",
                "ESC]0;titleBELx | x",
                "ESC]52;c;cm0gLXJmESC\\x | x",
                "aESCcb | a\ufffdcb",
                "\u009b2Jx | x",
                "a\u202eb | a\ufffdb",
                "a\u2028b | a\ufffdb",
                "a\u0008\u0008b | a\ufffd\ufffdb",
            })
    void text_ofAStranger_isHarmless(String text, String shown) {
        String real = text.replace("ESC", "\u001b").replace("BEL", "\u0007");
        assertThat(Words.harmless(real)).isEqualTo(shown);
    }

    @Test
    void everyControlCharacter_isReplaced_butTabs() {
        String all =
                IntStream.concat(IntStream.range(0, 0x20), IntStream.range(0x7f, 0xa0))
                        .filter(c -> c != '\t')
                        .collect(
                                StringBuilder::new,
                                StringBuilder::appendCodePoint,
                                StringBuilder::append)
                        .toString();
        assertThat(Words.harmless(all).codePoints()).containsOnly(0xfffd);
        assertThat(Words.harmless("a\tb")).isEqualTo("a    b");
    }
}
