package dev.assay.verification.hardware;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The fields of one binary document, read in their order. A read past the end is {@link
 * Code#BAD_ENCODING} and names the field; {@link #end} refuses bytes that were not read. Not
 * thread-safe.
 */
final class BinaryFields {
    private final String what;
    private final ByteBuffer bytes;

    private BinaryFields(String what, byte[] bytes, ByteOrder order) {
        this.what = what;
        this.bytes = ByteBuffer.wrap(bytes).order(order);
    }

    /** Fields with the most significant byte first; {@code what} names the document in errors. */
    static BinaryFields bigEndian(String what, byte[] bytes) {
        return new BinaryFields(what, bytes, ByteOrder.BIG_ENDIAN);
    }

    /** Fields with the least significant byte first. */
    static BinaryFields littleEndian(String what, byte[] bytes) {
        return new BinaryFields(what, bytes, ByteOrder.LITTLE_ENDIAN);
    }

    int u8(String field) throws VerificationException {
        need(field, Byte.BYTES);
        return Byte.toUnsignedInt(bytes.get());
    }

    int u16(String field) throws VerificationException {
        need(field, Short.BYTES);
        return Short.toUnsignedInt(bytes.getShort());
    }

    long u32(String field) throws VerificationException {
        need(field, Integer.BYTES);
        return Integer.toUnsignedLong(bytes.getInt());
    }

    /** A 64-bit field; to be read as unsigned. */
    long u64(String field) throws VerificationException {
        need(field, Long.BYTES);
        return bytes.getLong();
    }

    byte[] bytes(String field, int length) throws VerificationException {
        need(field, length);
        byte[] value = new byte[length];
        bytes.get(value);
        return value;
    }

    /** Bytes that a 16-bit length precedes, of which there may be at most so many. */
    byte[] sized(String field, int most) throws VerificationException {
        int length = u16(field);
        if (length > most) {
            throw wrong(field, length + " bytes, more than the " + most + " it may have");
        }
        return bytes(field, length);
    }

    /** Reserved bytes, which must be zero. */
    void zeros(String field, int length) throws VerificationException {
        if (!areZero(bytes(field, length))) {
            throw wrong(field, "reserved bytes that are not zero");
        }
    }

    /** Whether all of these bytes are zero. */
    static boolean areZero(byte[] bytes) {
        int any = 0;
        for (byte b : bytes) {
            any |= b;
        }
        return any == 0;
    }

    /** How many bytes were read. */
    int position() {
        return bytes.position();
    }

    int remaining() {
        return bytes.remaining();
    }

    /** Refuses bytes after the last field. */
    void end() throws VerificationException {
        if (bytes.hasRemaining()) {
            throw new VerificationException(
                    Code.BAD_ENCODING,
                    what
                            + ": "
                            + bytes.remaining()
                            + " bytes after its end at byte "
                            + bytes.position()
                            + "; use the bytes as the hardware gave them");
        }
    }

    /** An error about a field that was read. */
    VerificationException wrong(String field, String problem) {
        return new VerificationException(Code.BAD_ENCODING, what + "." + field + ": " + problem);
    }

    private void need(String field, int length) throws VerificationException {
        if (length > bytes.remaining()) {
            throw new VerificationException(
                    Code.BAD_ENCODING,
                    what
                            + "."
                            + field
                            + ": cut short, needs "
                            + length
                            + " bytes at byte "
                            + bytes.position()
                            + " of "
                            + bytes.limit()
                            + "; use the bytes as the hardware gave them");
        }
    }
}
