package dev.assay.verification.crypto;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What protects a private key at rest, or opens a token (its PIN): text, in UTF-8. A secret: it is
 * never shown, and overwritten when closed. Not thread-safe.
 */
public final class Passphrase implements AutoCloseable {
    /** The longest passphrase, in bytes. */
    public static final int MAX_BYTES = 1024;

    private final byte[] utf8;

    private Passphrase(byte[] utf8) {
        this.utf8 = utf8;
    }

    /** The passphrase with these characters, at least one, which the caller may overwrite then. */
    public static Passphrase of(char[] characters) {
        if (characters.length == 0 || characters.length > MAX_BYTES) {
            throw wrongLength();
        }
        ByteBuffer encoded = ByteBuffer.allocate(3 * characters.length);
        CoderResult result =
                StandardCharsets.UTF_8
                        .newEncoder()
                        .encode(CharBuffer.wrap(characters), encoded, true);
        byte[] utf8 = Arrays.copyOf(encoded.array(), encoded.position());
        Arrays.fill(encoded.array(), (byte) 0);
        if (result.isError() || utf8.length > MAX_BYTES) {
            Arrays.fill(utf8, (byte) 0);
            throw wrongLength();
        }
        return new Passphrase(utf8);
    }

    /** The same passphrase once more, which is closed on its own. */
    public Passphrase copy() {
        return new Passphrase(utf8.clone());
    }

    /** A copy of the bytes, for the library that needs them; overwrite it after. */
    byte[] bytes() {
        return utf8.clone();
    }

    /** A copy of the characters, for the library that needs them; overwrite it after. */
    char[] characters() {
        CharBuffer decoded = CharBuffer.allocate(utf8.length);
        StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8), decoded, true);
        char[] characters = Arrays.copyOf(decoded.array(), decoded.position());
        Arrays.fill(decoded.array(), '\0');
        return characters;
    }

    /** Overwrites the passphrase, which cannot be used any more. */
    @Override
    public void close() {
        Arrays.fill(utf8, (byte) 0);
    }

    /** Never shows the passphrase. */
    @Override
    public String toString() {
        return "Passphrase[hidden]";
    }

    private static IllegalArgumentException wrongLength() {
        return new IllegalArgumentException(
                "a passphrase is text of 1 to " + MAX_BYTES + " bytes in UTF-8");
    }
}
