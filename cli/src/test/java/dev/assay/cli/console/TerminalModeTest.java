package dev.assay.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.cli.console.TerminalMode.Size;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TerminalModeTest {
    @Test
    void size_asSttySaysIt_isRead() {
        assertThat(TerminalMode.size("50 132")).isEqualTo(new Size(132, 50));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0 0", "50", "99999 80", "-1 80", "a b"})
    void size_thatIsNone_isTheUsual(String words) {
        assertThat(TerminalMode.size(words)).isEqualTo(Size.USUAL);
    }
}
