package dev.assay.verification.crypto;

/**
 * The outline of DER: tags and lengths, which are looked at before foreign bytes are parsed,
 * because an ASN.1 parser follows however deep they are nested.
 */
final class DerShape {
    private static final int MOST_LEVELS = 12;
    private static final int CONSTRUCTED = 0x20;
    private static final int LONG_TAG = 0x1f;

    private DerShape() {}

    /**
     * Whether these bytes are one value with definite lengths, nested no deeper than any private
     * key is.
     */
    static boolean isShallow(byte[] der) {
        return end(der, 0, der.length, 0) == der.length;
    }

    /** Where the value ends that begins here, or -1 when it is not acceptable. */
    private static int end(byte[] der, int at, int limit, int level) {
        if (level > MOST_LEVELS || limit - at < 2 || (der[at] & LONG_TAG) == LONG_TAG) {
            return -1;
        }
        int length = der[at + 1] & 0xff;
        int from = at + 2;
        if (length > 0x82 || length == 0x80 || (length > 0x80 && limit - from < length - 0x80)) {
            return -1; // indefinite, longer than 64 KiB, or cut off
        }
        if (length > 0x80) {
            int lengthBytes = length - 0x80;
            length = 0;
            for (int i = 0; i < lengthBytes; i++) {
                length = (length << Byte.SIZE) | (der[from + i] & 0xff);
            }
            from += lengthBytes;
        }
        int to = from + length;
        if (to > limit) {
            return -1;
        }
        if ((der[at] & CONSTRUCTED) != 0) {
            int inner = from;
            while (inner < to && inner >= 0) {
                inner = end(der, inner, to, level + 1);
            }
            return inner == to ? to : -1;
        }
        return to;
    }
}
