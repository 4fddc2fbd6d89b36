package dev.assay.protocol.json;

import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/**
 * The characters of UTF-8 bytes in memory, decoded straight into what the caller reads into; {@link
 * CharacterCodingException} where they are no UTF-8. Reads at least two characters at a time.
 */
final class Utf8Reader extends Reader {
    private final ByteBuffer bytes;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();

    Utf8Reader(byte[] bytes) {
        this.bytes = ByteBuffer.wrap(bytes);
    }

    @Override
    public int read(char[] to, int offset, int length) throws CharacterCodingException {
        CharBuffer chars = CharBuffer.wrap(to, offset, length);
        CoderResult result = decoder.decode(bytes, chars, true);
        if (result.isError()) {
            result.throwException();
        }
        int read = length - chars.remaining();
        return read == 0 ? -1 : read;
    }

    @Override
    public void close() {}
}
