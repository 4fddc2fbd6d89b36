package dev.assay.cli.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.KeyFile;
import dev.assay.verification.crypto.Passphrase;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.crypto.SoftwareKey;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

class PassphrasesTest {
    private static final Passphrases.Prompt NOBODY = _ -> Optional.empty();

    @TempDir Path directory;

    private final Deque<char[]> typed = new ArrayDeque<>();
    private final Deque<String> asked = new ArrayDeque<>();

    @Test
    void passphrase_fromAFile_isItsFirstLine() throws Exception {
        Passphrases passphrases = of(file("correct horse\r\nmore\n"), "another", NOBODY);

        assertOpens(passphrases, "correct horse");
    }

    @Test
    void passphrase_fromTheVariable_isAllOfIt() throws Exception {
        assertOpens(of(null, "correct horse", NOBODY), "correct horse");
    }

    @Test
    void passphrase_fromNeither_isAskedForOnceAndWipedThen() throws Exception {
        char[] answer = "correct horse".toCharArray();
        typed.add(answer);

        assertOpens(of(null, "", this::answer), "correct horse");
        assertThat(asked).containsExactly("passphrase of the key");
        assertThat(answer).containsOnly('\0');
    }

    @Test
    void fresh_asked_isTypedTwice() throws Exception {
        typed.addAll(List.of("correct horse".toCharArray(), "correct horse".toCharArray()));
        of(null, "", this::answer).fresh("the key").close();
        assertThat(asked).containsExactly("new passphrase of the key", "the same again");

        typed.addAll(List.of("correct horse".toCharArray(), "correct house".toCharArray()));
        assertRefused(() -> of(null, "", this::answer).fresh("the key"), "differ");
    }

    @Test
    void fresh_shorterThanEight_isRefused() throws Exception {
        assertRefused(() -> of(null, "7 chars", NOBODY).fresh("the key"), "at least 8");
        of(null, "8 chars!", NOBODY).fresh("the key").close();
    }

    @Test
    void passphrase_nobodyToAsk_isRefusedAndSaysHow() {
        assertRefused(
                () -> of(null, "", NOBODY).passphrase("the key"),
                "--passphrase-file FILE or in ASSAY_PASSPHRASE");
    }

    @Test
    void passphrase_fileThatOthersMayRead_isRefused() throws Exception {
        Path file = file("correct horse\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

        assertRefused(() -> of(file, "", NOBODY).passphrase("the key"), "chmod 600 " + file);
    }

    @Test
    void passphrase_fileThatIsOfNoUse_isRefusedWithoutShowingIt() throws Exception {
        Path latin = directory.resolve("latin");
        Files.write(latin, "pässword".getBytes(StandardCharsets.ISO_8859_1));
        Files.setPosixFilePermissions(latin, PosixFilePermissions.fromString("rw-------"));
        Path huge = file("x".repeat(5_000));

        assertRefused(() -> of(latin, "", NOBODY).passphrase("the key"), "not UTF-8");
        assertRefused(() -> of(file("\nsecret"), "", NOBODY).passphrase("the key"), "empty");
        assertRefused(() -> of(huge, "", NOBODY).passphrase("the key"), "1024");
        assertRefused(
                () -> of(directory.resolve("none"), "", NOBODY).passphrase("the key"),
                "cannot read");
    }

    @Test
    void passphrases_asText_hideThem() throws Exception {
        assertThat(of(file("correct horse"), "correct horse", NOBODY).toString())
                .isEqualTo("Passphrases[ASSAY_PASSPHRASE]");
    }

    private void assertOpens(Passphrases passphrases, String expected) throws Exception {
        SecureRandom random = new SecureRandom();
        SoftwareKey key = SigningKey.create(random);
        KeyFile file = new KeyFile(directory.resolve("key.pem"));
        file.create(key, Optional.of(Passphrase.of(expected.toCharArray())), random);
        assertThat(file.existingSigningKey(_ -> passphrases.passphrase("the key")).keyId())
                .isEqualTo(key.keyId());
    }

    private Optional<char[]> answer(String question) {
        asked.add(question);
        return Optional.of(typed.remove());
    }

    private Passphrases of(
            @org.jspecify.annotations.Nullable Path file, String value, Passphrases.Prompt prompt) {
        return new Passphrases(
                Optional.ofNullable(file), Passphrases.VARIABLE, Optional.of(value), prompt);
    }

    private Path file(String text) throws Exception {
        Path file = Files.createTempFile(directory, "passphrase", "");
        Files.writeString(file, text);
        return file;
    }

    private static void assertRefused(ThrowingCallable attempt, String why) {
        assertThatThrownBy(attempt)
                .isInstanceOf(VerificationException.class)
                .hasMessageContaining(why)
                .message()
                .doesNotContain("secret", "7 chars", "horse");
    }
}
