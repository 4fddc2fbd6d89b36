package dev.assay.runtime.docker;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Walks over a tar archive whose author is not trusted: names, kinds and sizes, in bounded memory.
 * Reads ustar with GNU long names and pax headers (POSIX.1-2017, pax), the forms that image tools
 * write; whatever else another reader might understand differently, such as sparse files, is an
 * error. Not thread-safe.
 */
final class TarReader {
    static final int BLOCK = 512;

    private static final int MAX_HEADER = 1 << 20;
    private static final String KNOWN_TYPES = "\0" + "01234567";

    private final InputStream in;
    private long position;
    private long left;
    private int padding;

    TarReader(InputStream in) {
        this.in = in;
    }

    /**
     * A file, folder, link or device of the archive.
     *
     * @param start where its headers begin
     * @param end behind its data, rounded up to blocks
     */
    record Entry(String name, char type, long size, String link, long start, long end) {
        boolean isFile() {
            return type == '0' || type == '\0' || type == '7';
        }

        boolean isSymbolicLink() {
            return type == '2';
        }
    }

    /** The next entry; nothing at the end of the archive. */
    Optional<Entry> next() throws IOException {
        skip(left + padding);
        left = 0;
        padding = 0;
        long start = position;
        Map<String, String> overrides = new HashMap<>();
        while (true) {
            byte[] header = in.readNBytes(BLOCK);
            position += header.length;
            if (header.length == 0 || isZero(header)) {
                return Optional.empty();
            }
            if (header.length < BLOCK) {
                throw new EOFException("the archive ends in the middle of a header");
            }
            check(header);
            long size = number(header, 124, 12);
            char type = (char) header[156];
            switch (type) {
                case 'x' -> pax(special(size), overrides);
                case 'g' -> pax(special(size), new HashMap<>());
                case 'L' -> overrides.put("path", text(special(size)));
                case 'K' -> overrides.put("linkpath", text(special(size)));
                default -> {
                    return Optional.of(entry(header, type, size, overrides, start));
                }
            }
        }
    }

    private Entry entry(
            byte[] header, char type, long size, Map<String, String> overrides, long start)
            throws IOException {
        if (KNOWN_TYPES.indexOf(type) < 0) {
            throw new IOException("an entry of type '" + type + "', which images do not have");
        }
        String override = overrides.get("size");
        long real = override == null ? size : decimal(override);
        boolean hasData = type == '0' || type == '\0' || type == '7';
        left = hasData ? real : 0;
        padding = (int) ((BLOCK - left % BLOCK) % BLOCK);
        return new Entry(
                overrides.getOrDefault("path", name(header)),
                type,
                left,
                overrides.getOrDefault("linkpath", text(Arrays.copyOfRange(header, 157, 257))),
                start,
                Math.addExact(position, Math.addExact(left, padding)));
    }

    /** The data of the entry that {@link #next} answered last; until the next call. */
    InputStream data() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                if (left == 0) {
                    return -1;
                }
                int read = in.read(bytes, offset, (int) Math.min(length, left));
                if (read < 0) {
                    throw new EOFException("the archive ends in the middle of a file");
                }
                left -= read;
                position += read;
                return read;
            }
        };
    }

    private byte[] special(long size) throws IOException {
        if (size > MAX_HEADER) {
            throw new IOException("a header of " + size + " bytes");
        }
        byte[] bytes = in.readNBytes((int) size);
        position += bytes.length;
        if (bytes.length < size) {
            throw new EOFException("the archive ends in the middle of a header");
        }
        skip((BLOCK - size % BLOCK) % BLOCK);
        return bytes;
    }

    /** Records {@code length key=value\n}, the length counting all of it. */
    private static void pax(byte[] bytes, Map<String, String> into) throws IOException {
        for (int at = 0; at < bytes.length; ) {
            int blank = at;
            while (blank < bytes.length && bytes[blank] != ' ') {
                blank++;
            }
            long length = decimal(new String(bytes, at, blank - at, StandardCharsets.US_ASCII));
            if (length < blank - at + 3 || length > bytes.length - at) {
                throw new IOException("a damaged pax header");
            }
            String record =
                    new String(
                            bytes,
                            blank + 1,
                            at + (int) length - blank - 2,
                            StandardCharsets.UTF_8);
            int equals = record.indexOf('=');
            if (equals < 1 || record.startsWith("GNU.sparse")) {
                throw new IOException("a pax header for a sparse file, or a damaged one");
            }
            into.put(record.substring(0, equals), record.substring(equals + 1));
            at += (int) length;
        }
    }

    private void skip(long bytes) throws IOException {
        in.skipNBytes(bytes);
        position += bytes;
    }

    /** The sum of the header's bytes, with blanks for the sum itself. */
    private static void check(byte[] header) throws IOException {
        long sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            sum += i >= 148 && i < 156 ? ' ' : header[i] & 0xff;
        }
        if (sum != number(header, 148, 8)) {
            throw new IOException("a header with a wrong checksum: no tar archive, or damaged");
        }
    }

    /** Octal digits, or binary with the first bit set. */
    private static long number(byte[] header, int offset, int length) throws IOException {
        if ((header[offset] & 0x80) != 0) {
            long value = header[offset] & 0x3f;
            for (int i = 1; i < length; i++) {
                if (value >> 54 != 0) {
                    throw new IOException("a size beyond all disks");
                }
                value = (value << 8) | (header[offset + i] & 0xff);
            }
            return value;
        }
        String digits =
                new String(header, offset, length, StandardCharsets.US_ASCII)
                        .replace('\0', ' ')
                        .strip();
        if (!digits.matches("[0-7]{0,12}")) {
            throw new IOException("a damaged header");
        }
        return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
    }

    private static long decimal(String digits) throws IOException {
        if (!digits.matches("[0-9]{1,18}")) {
            throw new IOException("a damaged pax header");
        }
        return Long.parseLong(digits);
    }

    /** {@code prefix/name} of ustar. */
    private static String name(byte[] header) {
        String name = text(Arrays.copyOfRange(header, 0, 100));
        boolean ustar = new String(header, 257, 6, StandardCharsets.US_ASCII).equals("ustar\0");
        String prefix = ustar ? text(Arrays.copyOfRange(header, 345, 500)) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    private static String text(byte[] bytes) {
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    private static boolean isZero(byte[] block) {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }
}
