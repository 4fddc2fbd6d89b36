package dev.assay.verification.history;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Whole lines of a file, one after the other. Immutable: nobody changes the bytes. */
final class LineBlock {
    /** How many bytes are read at once, when no line is longer. */
    static final int BYTES = 128 << 10;

    private final byte[] bytes;
    private final long first;
    private final int lines;

    private LineBlock(byte[] bytes, long first, int lines) {
        this.bytes = bytes;
        this.first = first;
        this.lines = lines;
    }

    /** The lines, each with its line feed; shared, not to be changed. */
    byte[] bytes() {
        return bytes;
    }

    /** Number of the first line, from 1. */
    long first() {
        return first;
    }

    /** How many there are, 1 or more. */
    int lines() {
        return lines;
    }

    /** Reads a file block by block; its owner closes it. Not thread-safe. */
    static final class Reader implements AutoCloseable {
        private final Path file;
        private final InputStream in;
        private byte[] rest = new byte[0];
        private long next = 1;
        private boolean ended;

        private Reader(Path file, InputStream in) {
            this.file = file;
            this.in = in;
        }

        static Reader open(Path file) throws VerificationException {
            return new Reader(file, PlainFile.open(file));
        }

        /** The next lines; empty at the end of the file. */
        Optional<LineBlock> next() throws VerificationException {
            byte[] read = rest;
            rest = new byte[0];
            int end = 0;
            while (!ended && end == 0) {
                int before = read.length;
                read = more(read);
                end = afterLast(read, before);
            }
            if (end == 0) {
                end = read.length;
            }
            if (end == 0) {
                return Optional.empty();
            }
            if (read[end - 1] != '\n') {
                throw malformed("line " + next + " is cut off: it does not end in a line feed");
            }
            rest = Arrays.copyOfRange(read, end, read.length);
            byte[] whole = rest.length == 0 ? read : Arrays.copyOf(read, end);
            LineBlock block = new LineBlock(whole, next, count(whole));
            next += block.lines();
            return Optional.of(block);
        }

        /** The bytes with more of the file after them. */
        private byte[] more(byte[] begun) throws VerificationException {
            if (begun.length > HistoryLine.MAX_BYTES) {
                throw malformed(
                        "line "
                                + next
                                + " has more than the "
                                + HistoryLine.MAX_BYTES
                                + " bytes allowed");
            }
            byte[] read = Arrays.copyOf(begun, begun.length + BYTES);
            try {
                int got = in.readNBytes(read, begun.length, BYTES);
                ended = got < BYTES;
                return ended ? Arrays.copyOf(read, begun.length + got) : read;
            } catch (IOException e) {
                throw PlainFile.unreadable(file, e);
            }
        }

        private VerificationException malformed(String problem) {
            return new VerificationException(Code.BAD_ENCODING, problem);
        }

        @Override
        public void close() throws VerificationException {
            try {
                in.close();
            } catch (IOException e) {
                throw PlainFile.unreadable(file, e);
            }
        }

        /** The place after the last line feed that is not before {@code from}; 0 for none. */
        private static int afterLast(byte[] bytes, int from) {
            for (int i = bytes.length; i > from; i--) {
                if (bytes[i - 1] == '\n') {
                    return i;
                }
            }
            return 0;
        }

        private static int count(byte[] bytes) {
            int lines = 0;
            for (byte b : bytes) {
                if (b == '\n') {
                    lines++;
                }
            }
            return lines;
        }
    }
}
