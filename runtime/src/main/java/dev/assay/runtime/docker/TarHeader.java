package dev.assay.runtime.docker;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes the few tar entries that are made here: plain files, owned by root (ustar). */
final class TarHeader {
    /** What ends an archive. */
    static final byte[] END = new byte[2 * TarReader.BLOCK];

    private TarHeader() {}

    /** A whole entry: header, data and padding. */
    static byte[] file(String name, int mode, byte[] data) {
        byte[] entry =
                Arrays.copyOf(
                        header(name, mode, data.length), TarReader.BLOCK + padded(data.length));
        System.arraycopy(data, 0, entry, TarReader.BLOCK, data.length);
        return entry;
    }

    private static int padded(int size) {
        return (size + TarReader.BLOCK - 1) / TarReader.BLOCK * TarReader.BLOCK;
    }

    private static byte[] header(String name, int mode, int size) {
        byte[] header = new byte[TarReader.BLOCK];
        put(header, 0, name);
        put(header, 100, "%07o".formatted(mode));
        put(header, 108, "0000000");
        put(header, 116, "0000000");
        put(header, 124, "%011o".formatted(size));
        put(header, 136, "00000000000");
        put(header, 148, "        ");
        header[156] = '0';
        put(header, 257, "ustar\00000");
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        put(header, 148, "%06o\0 ".formatted(sum));
        return header;
    }

    private static void put(byte[] header, int offset, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, header, offset, bytes.length);
    }
}
