package dev.assay.verification.log;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.LogSigningKey;

import org.junit.jupiter.api.Test;

import java.util.List;

class SignedNoteTest {
    private final LogSigningKey key = TransparencyLogTest.newKey();
    private final LogCheckpoint checkpoint =
            new LogCheckpoint(key.origin(), 42, Digest.sha256("root".getBytes(UTF_8)));
    private final SignedNote note = SignedNote.sign(checkpoint, key);
    private final String text = new String(note.bytes(), UTF_8);

    @Test
    void verify_ownNote_givesTheCheckpoint() throws Exception {
        VerifiedCheckpoint verified = SignedNote.parse(note.bytes()).verify(key.verifyingKey());

        assertThat(verified.note().checkpoint()).isEqualTo(checkpoint);
        assertThat(text)
                .startsWith(checkpoint.text() + "\n\u2014 log.example/2026 ")
                .endsWith("\n");
    }

    @Test
    void verify_anyFlippedBit_isRefused() {
        byte[] bytes = note.bytes();
        for (int i = 0; i < 8 * bytes.length; i++) {
            byte[] flipped = bytes.clone();
            flipped[i / 8] ^= (byte) (1 << (i % 8));
            assertThatThrownBy(() -> SignedNote.parse(flipped).verify(key.verifyingKey()))
                    .as("bit " + i)
                    .isInstanceOf(VerificationException.class);
        }
    }

    @Test
    void parse_anotherFormOfTheSameNote_isRefused() {
        refused(text.replace("\n42\n", "\n042\n"));
        refused(text.replace("\n42\n", "\n+42\n"));
        refused(text.replace("\n42\n", "\n-42\n"));
        refused(text.replace("\n42\n", "\n42 \n"));
        refused(text.replace("\n42\n", "\n99999999999999999999\n"));
        refused(text.replace("\n\n", "\nextension\n\n"));
        refused(text.replace("\n\n", "\n\n\n"));
        refused(text.replace("\n", "\r\n"));
        refused(text.replace("\u2014", "-"));
        refused(text.replace("\u2014 ", "\u2014  "));
        refused(text.stripTrailing());
        refused(text + "\n");
        refused(text + "\u2014 x AAAAAA\n");
        refused(text + "\u2014 x AAAA\n");
        refused(text + "\u2014 x y AAAAAAA=\n");
        refused(checkpoint.text());
        refused(checkpoint.text() + "\n");
        refused("");
    }

    @Test
    void parse_moreThanTheLimit_isRefusedUnread() {
        assertRefused(Code.TOO_LARGE, () -> SignedNote.parse(new byte[SignedNote.MAX_BYTES + 1]));
        refused(text + "\u2014 witness AAAAAAA=\n".repeat(100));
    }

    @Test
    void verify_besideUnknownSignatures_isAccepted() throws Exception {
        SignedNote witnessed =
                SignedNote.parse((text + "\u2014 witness.example AAAAAAA=\n").getBytes(UTF_8));

        assertThat(witnessed.signatures()).hasSize(2);
        assertThat(witnessed.verify(key.verifyingKey()).size()).isEqualTo(42);
    }

    @Test
    void verify_twoSignaturesOfTheKey_isRefused() {
        SignedNote twice =
                new SignedNote(
                        checkpoint,
                        List.of(note.signatures().getFirst(), note.signatures().getFirst()));

        assertRefused(Code.BAD_SIGNATURE, () -> twice.verify(key.verifyingKey()))
                .contains("2 signatures");
    }

    @Test
    void verify_withAnotherKeyOfTheSameName_isRefused() {
        assertRefused(
                        Code.BAD_SIGNATURE,
                        () -> note.verify(TransparencyLogTest.newKey().verifyingKey()))
                .contains("0 signatures");
    }

    @Test
    void verify_checkpointOfAnotherLogSignedByThisKey_isRefused() throws Exception {
        LogSigningKey renamed = LogSigningKey.fromPem("other.example", key.toPem());

        assertRefused(Code.BAD_CHECKPOINT, () -> note.verify(renamed.verifyingKey()))
                .contains("other.example");
        assertThatThrownBy(() -> SignedNote.sign(checkpoint, renamed))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static void refused(String text) {
        assertRefused(Code.BAD_CHECKPOINT, () -> SignedNote.parse(text.getBytes(UTF_8)));
    }
}
