package dev.assay.verification.statement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.protocol.id.Digest;

import org.junit.jupiter.api.Test;

/** What a producer clips, a reader takes. */
final class FreeTextTest {
    private static final Digest DIGEST = Digest.sha256(new byte[0]);
    private static final String FACE = "\uD83D\uDE00";

    @Test
    void text_withinTheLimit_staysAsItIs() {
        String longest = FACE.repeat(FreeText.MAX_LENGTH);
        assertThat(FreeText.clip(longest)).isSameAs(longest);
        assertThat(new Subject(longest, DIGEST).name()).isEqualTo(longest);
    }

    @Test
    void text_overTheLimit_isClippedBetweenCharacters() {
        String clipped = FreeText.clip(FACE.repeat(FreeText.MAX_LENGTH + 1));
        assertThat(clipped).isEqualTo(FACE.repeat(FreeText.MAX_LENGTH - 1) + "…");
        assertThat(new Subject(clipped, DIGEST).name()).isEqualTo(clipped);
    }

    @Test
    void subject_withANameOverTheLimit_isRefused() {
        assertThatThrownBy(() -> new Subject("x".repeat(4_097), DIGEST))
                .hasMessage("name: a text of more than 4096 characters");
    }
}
