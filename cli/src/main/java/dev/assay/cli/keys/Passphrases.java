package dev.assay.cli.keys;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.Passphrase;
import dev.assay.verification.crypto.PassphraseSource;
import dev.assay.verification.crypto.SecretFile;

import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Where a user's passphrases come from: a file, an environment variable, or the terminal without
 * echo, the first of these that there is. Never an argument, which other users of the machine see.
 *
 * @param file its first line is the passphrase
 * @param variable the name of the environment variable
 * @param value what that variable has
 */
public record Passphrases(
        Optional<Path> file, String variable, Optional<String> value, Prompt prompt)
        implements PassphraseSource {
    /** The variable for the passphrases of a home's keys. */
    public static final String VARIABLE = "ASSAY_PASSPHRASE";

    /** The variable for the passphrase of a recovery key. */
    public static final String RECOVERY_VARIABLE = "ASSAY_RECOVERY_PASSPHRASE";

    /** The shortest passphrase that a new key may have. */
    static final int MIN_CHARACTERS = 8;

    /** Asks a person. */
    @FunctionalInterface
    public interface Prompt {
        /** What was typed without echo, or empty when nobody is there. */
        Optional<char[]> ask(String question);

        /** The terminal that this process has, if it has one. */
        @SuppressWarnings(
                "SystemConsoleNull") // console() is non-null since JDK 22; isTerminal() decides
        static Prompt terminal() {
            return question -> {
                Console console = System.console();
                return console == null || !console.isTerminal()
                        ? Optional.empty()
                        : Optional.ofNullable(console.readPassword("%s: ", question));
            };
        }
    }

    /** Those of this process. */
    public static Passphrases standard(Optional<Path> file, String variable) {
        return new Passphrases(
                file, variable, Optional.ofNullable(System.getenv(variable)), Prompt.terminal());
    }

    @Override
    public Passphrase passphrase(String what) throws VerificationException {
        char[] given = given();
        return taken(given.length > 0 ? given : ask("passphrase of " + what, what), what, 1);
    }

    /** The passphrase for something new; a person types it twice. */
    public Passphrase fresh(String what) throws VerificationException {
        char[] given = given();
        if (given.length > 0) {
            return taken(given, what, MIN_CHARACTERS);
        }
        char[] once = ask("new passphrase of " + what, what);
        char[] again = ask("the same again", what);
        boolean same = Arrays.equals(once, again);
        Arrays.fill(again, '\0');
        if (!same) {
            Arrays.fill(once, '\0');
            throw refused("the two passphrases differ; nothing was created");
        }
        return taken(once, what, MIN_CHARACTERS);
    }

    /** What the file or the variable has; nothing when there is neither. */
    private char[] given() throws VerificationException {
        return file.isPresent()
                ? firstLine(file.get().toAbsolutePath())
                : value.orElse("").toCharArray();
    }

    private char[] ask(String question, String what) throws VerificationException {
        return prompt.ask(question)
                .orElseThrow(
                        () ->
                                refused(
                                        "there is no terminal to ask for the passphrase of "
                                                + what
                                                + "; give it with --passphrase-file FILE or in "
                                                + variable));
    }

    private static Passphrase taken(char[] characters, String what, int atLeast)
            throws VerificationException {
        try {
            if (characters.length < atLeast) {
                throw refused(
                        "a passphrase of at least "
                                + atLeast
                                + " characters is needed for "
                                + what
                                + (atLeast > 1 ? ", or --no-passphrase for none" : ""));
            }
            return Passphrase.of(characters);
        } catch (IllegalArgumentException e) {
            throw refused(String.valueOf(e.getMessage()));
        } finally {
            Arrays.fill(characters, '\0');
        }
    }

    /** The file's first line, without its end. */
    private static char[] firstLine(Path file) throws VerificationException {
        byte[] bytes = {};
        try {
            SecretFile.checkMode("passphrase file", file, Files.getPosixFilePermissions(file));
            try (InputStream in = Files.newInputStream(file)) {
                bytes = in.readNBytes(Passphrase.MAX_BYTES + 2);
            }
            CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            int end = 0;
            while (end < text.length() && text.get(end) != '\n' && text.get(end) != '\r') {
                end++;
            }
            char[] line = new char[end];
            text.get(line);
            Arrays.fill(text.array(), '\0');
            if (end == 0) {
                throw refused("passphrase file " + file + ": its first line is empty");
            }
            return line;
        } catch (CharacterCodingException e) {
            throw refused("passphrase file " + file + ": it is not UTF-8");
        } catch (IOException | UnsupportedOperationException e) {
            throw new VerificationException(
                    Code.IO,
                    "cannot read passphrase file " + file + ": " + e.getClass().getSimpleName(),
                    e);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private static VerificationException refused(String why) {
        return new VerificationException(Code.BAD_KEY, why);
    }

    /** Never shows a passphrase. */
    @Override
    public String toString() {
        return "Passphrases[" + variable + "]";
    }
}
