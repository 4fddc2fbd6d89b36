package dev.assay.verification.history;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.usage.GpuUsage;
import dev.assay.protocol.usage.Usage;
import dev.assay.verification.statement.Statement;
import dev.assay.verification.statement.UsagePredicate;
import dev.assay.verification.statement.UsagePredicate.Device;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads a receipt in one pass over its bytes. A statement has one sequence of bytes (RFC 8785: the
 * fields by name, no spaces), so a receipt is fixed text with values in between. Whatever is not
 * exactly that, or needs an escape, is left to {@link Statement#parse}, which has the last word on
 * what is a statement; what is read here, it reads as the same. Not thread-safe: one reading each.
 */
final class ReceiptReader {
    private static final byte[] BEGIN =
            ascii(
                    "{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicate\":{\"chargePeriodEnd\":\"");
    private static final byte[] START = ascii("\",\"chargePeriodStart\":\"");
    private static final byte[] LEASE = ascii("\",\"leaseId\":\"");
    private static final byte[] METERS = ascii("\",\"meters\":[");
    private static final byte[] PREVIOUS = ascii("],\"previousDigest\":\"sha256:");
    private static final byte[] RESOURCES = ascii("\",\"resources\":[");
    private static final byte[] DEVICE = ascii("{\"id\":\"");
    private static final byte[] CPU = ascii("\",\"kind\":\"cpu\"");
    private static final byte[] GPU = ascii("\",\"kind\":\"gpu\"");
    private static final byte[] POWER = ascii(",\"powerLimitMilliwatts\":\"");
    private static final byte[] SEQUENCE = ascii("],\"sequence\":\"");
    private static final byte[] SPEC = ascii("\",\"spec\":\"sha256:");
    private static final byte[] UNIT_ROOT = ascii("\",\"unitRoot\":\"sha256:");
    private static final byte[] SUBJECT =
            ascii(
                    "\"},\"predicateType\":\"https://assay.dev/attestation/usage/v1\","
                            + "\"subject\":[{\"digest\":{\"sha256\":\"");
    private static final byte[] END = ascii("\"},\"name\":\"job-spec\"}]}");
    private static final int MOST_DIGITS = 18;

    /** A meter in its place; those that may be nothing are left out then. */
    private static final class Meter {
        private final byte[] begin;
        private final byte[] end;
        private final boolean always;

        private Meter(byte[] begin, byte[] end, boolean always) {
            this.begin = begin;
            this.end = end;
            this.always = always;
        }

        static Meter of(String name, String unit, boolean always) {
            return new Meter(
                    ascii("{\"meter\":\"" + name + "\",\"quantity\":\""),
                    ascii("\",\"unit\":\"" + unit + "\"}"),
                    always);
        }
    }

    private static final List<Meter> ALL_METERS =
            List.of(
                    Meter.of("assay.wall.time", "ms", true),
                    Meter.of("process.cpu.time", "ms", true),
                    Meter.of("process.memory.peak", "By", true),
                    Meter.of("assay.gpu.energy", "mJ", false),
                    Meter.of("assay.gpu.energy.integrated", "mJ", false),
                    Meter.of("assay.gpu.busy.time", "ms", false),
                    Meter.of("assay.gpu.memory.peak", "By", false),
                    Meter.of("assay.rows", "{row}", true),
                    Meter.of("assay.steps", "{step}", false),
                    Meter.of("assay.units", "{unit}", true));

    private final byte[] bytes;
    private int at;
    private boolean plain = true;

    private ReceiptReader(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The receipt with these canonical bytes; empty when only the whole parser can tell. */
    static Optional<UsagePredicate> read(byte[] payload) {
        if (payload.length > Statement.MAX_BYTES) {
            return Optional.empty();
        }
        ReceiptReader reader = new ReceiptReader(payload);
        try {
            return Optional.ofNullable(reader.receipt());
        } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
            return Optional.empty();
        }
    }

    private @Nullable UsagePredicate receipt() {
        text(BEGIN);
        Instant end = instant();
        text(START);
        Instant start = instant();
        text(LEASE);
        Digest lease = digest();
        text(METERS);
        Usage usage = usage();
        text(PREVIOUS);
        Digest previous = digest();
        text(RESOURCES);
        List<Device> devices = devices();
        text(SEQUENCE);
        long sequence = quantity();
        text(SPEC);
        Digest spec = digest();
        text(UNIT_ROOT);
        Digest root = digest();
        text(SUBJECT);
        Digest subject = digest();
        text(END);
        return plain && at == bytes.length && subject.equals(spec)
                ? new UsagePredicate(
                        new LeaseId(lease),
                        spec,
                        sequence,
                        previous,
                        start,
                        end,
                        devices,
                        usage,
                        root)
                : null;
    }

    private Usage usage() {
        long[] read = new long[ALL_METERS.size()];
        boolean first = true;
        for (int i = 0; plain && i < read.length; i++) {
            Meter meter = ALL_METERS.get(i);
            int comma = first ? 0 : 1;
            if (isAt(at + comma, meter.begin) && (first || bytes[at] == ',')) {
                at += comma + meter.begin.length;
                read[i] = quantity();
                text(meter.end);
                first = false;
                plain &= meter.always || read[i] != 0;
            } else {
                plain &= !meter.always;
            }
        }
        return new Usage(
                Duration.ofMillis(read[0]),
                Duration.ofMillis(read[1]),
                read[2],
                new GpuUsage(read[3], read[4], Duration.ofMillis(read[5]), read[6]),
                read[7],
                read[8],
                read[9]);
    }

    private List<Device> devices() {
        List<Device> devices = new ArrayList<>(2);
        while (plain && isAt(at, DEVICE)) {
            at += DEVICE.length;
            String id = string();
            boolean gpu = isAt(at, GPU);
            text(gpu ? GPU : CPU);
            OptionalLong limit = OptionalLong.empty();
            if (isAt(at, POWER)) {
                at += POWER.length;
                limit = OptionalLong.of(quantity());
                character('"');
            }
            character('}');
            devices.add(new Device(id, gpu ? Device.GPU : "cpu", limit));
            if (at < bytes.length && bytes[at] == ',') {
                at++;
                plain &= isAt(at, DEVICE);
            }
        }
        return devices;
    }

    /** Text without escapes, up to its quotation mark. */
    private String string() {
        int from = at;
        while (at < bytes.length && bytes[at] != '"' && plain) {
            plain = bytes[at] != '\\' && (bytes[at] < 0 || bytes[at] >= ' ');
            at++;
        }
        String text = new String(bytes, from, at - from, StandardCharsets.UTF_8);
        plain &= text.indexOf('\uFFFD') < 0;
        return text;
    }

    private Digest digest() {
        byte[] digest = new byte[Digest.BYTES];
        if (at + 2 * Digest.BYTES > bytes.length) {
            plain = false;
            return Digest.of(digest);
        }
        int wrong = 0;
        for (int i = 0; i < digest.length; i++) {
            int high = nibble(bytes[at++]);
            int low = nibble(bytes[at++]);
            wrong |= high | low;
            digest[i] = (byte) (high << 4 | low);
        }
        plain &= wrong >= 0;
        return Digest.of(digest);
    }

    private static int nibble(byte digit) {
        if (digit >= '0' && digit <= '9') {
            return digit - '0';
        }
        return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
    }

    /** A decimal of at most 18 digits, which fits; there is one of 19 that does, too. */
    private long quantity() {
        int from = at;
        long value = 0;
        while (at < bytes.length
                && bytes[at] >= '0'
                && bytes[at] <= '9'
                && at - from <= MOST_DIGITS) {
            value = 10 * value + (bytes[at++] - '0');
        }
        int digits = at - from;
        plain &= digits > 0 && digits <= MOST_DIGITS && (digits == 1 || bytes[from] != '0');
        return plain ? value : 0;
    }

    /** An instant as {@link Instant#toString} writes it. */
    private Instant instant() {
        int year = digits(4);
        character('-');
        int month = digits(2);
        character('-');
        int day = digits(2);
        character('T');
        int hour = digits(2);
        character(':');
        int minute = digits(2);
        character(':');
        int second = digits(2);
        int nanos = at < bytes.length && bytes[at] == '.' ? fraction() : 0;
        character('Z');
        plain &= hour < 24 && minute < 60 && second < 60;
        if (!plain) {
            return Instant.EPOCH;
        }
        long days = LocalDate.of(year, month, day).toEpochDay();
        return Instant.ofEpochSecond(86_400 * days + 3_600L * hour + 60L * minute + second, nanos);
    }

    /** 3, 6 or 9 digits after the point, of which the last three are not all zero. */
    private int fraction() {
        at++;
        int nanos = 0;
        int scale = 1_000_000;
        int three = 0;
        int groups = 0;
        while (at < bytes.length && bytes[at] >= '0' && bytes[at] <= '9' && groups < 3) {
            three = digits(3);
            nanos += three * scale;
            scale /= 1_000;
            groups++;
        }
        plain &= groups > 0 && three != 0;
        return nanos;
    }

    private int digits(int count) {
        int value = 0;
        for (int i = 0; i < count; i++) {
            int digit = at < bytes.length ? bytes[at++] - '0' : -1;
            plain &= digit >= 0 && digit <= 9;
            value = 10 * value + digit;
        }
        return plain ? value : 1;
    }

    private void character(char expected) {
        plain &= at < bytes.length && bytes[at] == expected;
        at++;
    }

    private void text(byte[] expected) {
        plain &= isAt(at, expected);
        at += expected.length;
    }

    private boolean isAt(int from, byte[] expected) {
        return from >= 0
                && from + expected.length <= bytes.length
                && Arrays.equals(bytes, from, from + expected.length, expected, 0, expected.length);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
