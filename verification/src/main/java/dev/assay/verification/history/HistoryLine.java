package dev.assay.verification.history;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.dsse.Envelope;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One statement of a history: its envelope, and where the log holds it. It has one byte form,
 * canonical JSON and the end of a line:
 *
 * <pre>
 * {"envelope":ENVELOPE,"index":"DECIMAL"} LF
 * </pre>
 *
 * where ENVELOPE is the envelope in its own one form.
 */
record HistoryLine(long index, Envelope envelope) {
    /** Length of the longest line, without its end. */
    static final int MAX_BYTES = Envelope.MAX_BYTES + 64;

    private static final byte[] BEGIN = ascii("{\"envelope\":");
    private static final byte[] INDEX = ascii(",\"index\":\"");
    private static final byte[] END = ascii("\"}");

    /** Digits of 2^63 - 1. */
    private static final int MOST_DIGITS = 19;

    /** The line, with its end. */
    byte[] bytes() {
        byte[] body = envelope.bytes();
        byte[] digits = ascii(Long.toString(index));
        byte[] line =
                new byte
                        [BEGIN.length
                                + body.length
                                + INDEX.length
                                + digits.length
                                + END.length
                                + 1];
        int at = 0;
        for (byte[] part : new byte[][] {BEGIN, body, INDEX, digits, END}) {
            System.arraycopy(part, 0, line, at, part.length);
            at += part.length;
        }
        line[at] = '\n';
        return line;
    }

    /**
     * Reads a line.
     *
     * @param from where it begins in these bytes
     * @param to where it ends, without its line feed
     */
    static HistoryLine parse(byte[] bytes, int from, int to) throws VerificationException {
        int digits = to - END.length;
        int first = digits;
        while (first > from && digits - first <= MOST_DIGITS && isDigit(bytes[first - 1])) {
            first--;
        }
        int body = from + BEGIN.length;
        int bodyEnd = first - INDEX.length;
        if (bodyEnd < body
                || !isAt(bytes, from, BEGIN)
                || !isAt(bytes, bodyEnd, INDEX)
                || !isAt(bytes, digits, END)) {
            throw new VerificationException(
                    Code.BAD_ENCODING,
                    "is not {\"envelope\":{...},\"index\":\"...\"} without spaces, on one line");
        }
        long index = index(new String(bytes, first, digits - first, StandardCharsets.US_ASCII));
        return new HistoryLine(index, Envelope.parse(Arrays.copyOfRange(bytes, body, bodyEnd)));
    }

    private static long index(String digits) throws VerificationException {
        try {
            long index = Long.parseLong(digits);
            if (Long.toString(index).equals(digits)) {
                return index;
            }
        } catch (NumberFormatException e) {
            // told below, like every other text that is no index
        }
        throw new VerificationException(
                Code.BAD_ENCODING,
                "index",
                "expected a decimal string below 2^63 such as \"1200\"");
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    private static boolean isAt(byte[] bytes, int at, byte[] part) {
        return at >= 0
                && at + part.length <= bytes.length
                && Arrays.equals(bytes, at, at + part.length, part, 0, part.length);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
