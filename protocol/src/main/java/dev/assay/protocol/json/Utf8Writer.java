package dev.assay.protocol.json;

/** Where text goes as UTF-8, byte by byte. Not thread-safe. */
abstract sealed class Utf8Writer {
    /** The first byte of what follows in a sequence, and what its place is shifted by. */
    private static final int FOLLOWS = 0x80;

    private static final int BITS = 6;

    private static final int MASK = (1 << BITS) - 1;

    /** One byte; of an ASCII character, the character. */
    abstract void put(int one);

    /** ASCII characters. */
    final void plain(String text) {
        for (int i = 0; i < text.length(); i++) {
            put(text.charAt(i));
        }
    }

    /** A number in decimal digits. */
    final void digits(long number) {
        if (number < 0) {
            put('-');
        }
        long unit = 1;
        while (number / unit > 9 || number / unit < -9) {
            unit *= 10;
        }
        for (; unit > 0; unit /= 10) {
            put('0' + (int) Math.abs(number / unit % 10));
        }
    }

    /** One character; a surrogate without its other half becomes a question mark. */
    final void point(int point) {
        if (point < 0x80) {
            put(point);
        } else if (point < 0x800) {
            put(0xc0 | point >> BITS);
            follow(point);
        } else if (point >= Character.MIN_SUPPLEMENTARY_CODE_POINT) {
            put(0xf0 | point >> (3 * BITS));
            follow(point >> (2 * BITS));
            follow(point >> BITS);
            follow(point);
        } else if (Character.isSurrogate((char) point)) {
            put('?');
        } else {
            put(0xe0 | point >> (2 * BITS));
            follow(point >> BITS);
            follow(point);
        }
    }

    private void follow(int bits) {
        put(FOLLOWS | (bits & MASK));
    }

    /** Counts the bytes. */
    static final class Counted extends Utf8Writer {
        private int size;

        @Override
        void put(int one) {
            size = Math.addExact(size, 1);
        }

        int size() {
            return size;
        }
    }

    /** Keeps the bytes, whose number is known. */
    static final class Kept extends Utf8Writer {
        private final byte[] bytes;
        private int size;

        Kept(int size) {
            bytes = new byte[size];
        }

        @Override
        void put(int one) {
            bytes[size++] = (byte) one;
        }

        /** The bytes, of which there must be as many as were counted. */
        byte[] bytes() {
            return bytes;
        }
    }

    /** Compares the bytes with others. */
    static final class Compared extends Utf8Writer {
        private final byte[] others;
        private int size;
        private boolean same = true;

        Compared(byte[] others) {
            this.others = others;
        }

        @Override
        void put(int one) {
            same = same && size < others.length && others[size] == (byte) one;
            size++;
        }

        boolean isSame() {
            return same && size == others.length;
        }
    }
}
