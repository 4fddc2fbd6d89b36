package dev.assay.verification.attacks;

import static dev.assay.verification.attacks.Attack.PROVIDER;

import dev.assay.verification.attacks.Generator.Twin;
import dev.assay.verification.attest.Forgery;
import dev.assay.verification.audit.EvidenceLayout;
import dev.assay.verification.statement.Statement;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Statements that are not the one accepted form of what they say; a provider signs anything. */
final class StatementAttacks {
    private static final String RECEIPT = "honest-receipt";
    private static final String RESULT = "honest-result";

    private final Twin receipts;
    private final Twin results;
    private final String receipt;
    private final String result;

    private StatementAttacks(Generator generator, byte[] receipt, byte[] result) {
        this.receipts =
                generator.honest(Input.STATEMENT, RECEIPT, receipt).from(Input.STATEMENT, RECEIPT);
        this.results =
                generator.honest(Input.STATEMENT, RESULT, result).from(Input.STATEMENT, RESULT);
        this.receipt = Generator.text(receipt);
        this.result = Generator.text(result);
    }

    static void add(Generator generator, Tale tale) {
        StatementAttacks attacks =
                new StatementAttacks(
                        generator,
                        payload(tale, Tale.LAST_RECEIPT),
                        payload(tale, EvidenceLayout.RESULT));
        attacks.fields();
        attacks.numbers();
        attacks.texts();
        attacks.bytes();
    }

    private void fields() {
        replaced(
                "duplicated-field",
                "the sequence is given twice; parsers disagree on which counts",
                "\"sequence\":\"2\"",
                "\"sequence\":\"1\",\"sequence\":\"2\"",
                "statement.predicate.sequence: not valid JSON: Duplicate field");
        forged(
                "unknown-field",
                "a field that this version does not know",
                "/predicate/tip",
                "5",
                "statement.predicate.tip: unknown field");
        forged(
                "null-field",
                "a field is null",
                "/predicate/sequence",
                null,
                "statement.predicate.sequence: expected");
        replaced(
                "missing-field",
                "the unit root is left out",
                ",\"unitRoot\":\"" + field("unitRoot") + "\"",
                "",
                "statement.predicate.unitRoot: missing");
        forged(
                "unknown-predicate",
                "the predicate is somebody else's",
                "/predicateType",
                "https://evil.example/usage/v1",
                "statement.predicateType: this version knows no predicate");
        forged(
                "unknown-predicate-version",
                "the predicate is of a later version",
                "/predicateType",
                "https://assay.dev/attestation/usage/v2",
                "statement.predicateType: this version knows no predicate");
        forged(
                "older-statement-type",
                "an in-toto Statement v0.1",
                "/_type",
                "https://in-toto.io/Statement/v0.1",
                "statement._type: 'https://in-toto.io/Statement/v0.1', expected");
        forged(
                "subject-of-another-job",
                "the subject is not the job that the predicate names",
                "/subject/0/digest/sha256",
                "ab".repeat(32),
                "statement.subject: is not what the predicate speaks of");
        forged(
                "second-subject",
                "another job is a subject as well",
                "/subject",
                List.of(subject(field("spec").substring(7)), subject("ab".repeat(32))),
                "statement.subject: is not what the predicate speaks of");
        forged("no-subject", "it is about nothing", "/subject", List.of(), "needs a subject");
        forged(
                "meter-twice",
                "one meter is given twice",
                "/predicate/meters/1",
                Tale.meter("assay.wall.time", 1_000, "ms"),
                "statement.predicate.meters[1]: the meter is given twice");
        forged(
                "unknown-meter",
                "a meter that nobody knows",
                "/predicate/meters",
                with(Tale.meter("assay.bonus", 1, "{unit}")),
                "statement.predicate: unknown meter [assay.bonus {unit}]");
        forged(
                "meter-in-another-unit",
                "wall time in seconds",
                "/predicate/meters/0",
                Tale.meter("assay.wall.time", 3, "s"),
                "statement.predicate: meter assay.wall.time in ms is missing");
    }

    private void numbers() {
        forged(
                "quantity-above-64-bits",
                "a quantity of 2^63",
                "/predicate/sequence",
                "9223372036854775808",
                "statement.predicate.sequence: expected a decimal string below 2^63");
        forged(
                "quantity-of-many-digits",
                "a quantity of 4,000 digits",
                "/predicate/sequence",
                "9".repeat(4_000),
                "statement.predicate.sequence: expected a decimal string");
        forged(
                "quantity-negative",
                "a negative quantity",
                "/predicate/meters/0/quantity",
                "-1",
                "statement.predicate.meters[0].quantity: expected a decimal string");
        forged(
                "quantity-with-leading-zero",
                "a second spelling of the same quantity",
                "/predicate/sequence",
                "02",
                "statement.predicate.sequence: expected a decimal string");
        forged(
                "quantity-as-number",
                "a quantity that JSON readers round",
                "/predicate/sequence",
                9_007_199_254_740_993L,
                "statement.predicate.sequence: expected a string");
        number("number-not-canonical", "3 units written as 3.0", "3.0", "not in canonical form");
        number("number-with-exponent", "3 units written as 3e0", "3e0", "not in canonical form");
        number(
                "number-huge",
                "units beyond what a double holds",
                "1e400",
                "statement.predicate.units: a number is larger than a double");
        number(
                "number-of-many-digits",
                "units of 4,000 digits",
                "9".repeat(4_000),
                "statement.predicate.units: not valid JSON");
        number(
                "number-above-32-bits",
                "units that wrap around to 3 in 32 bits",
                "4294967299",
                "statement.predicate.units: expected an integer");
        number(
                "number-negative",
                "a negative number of units",
                "-3",
                "statement.predicate.units: expected an integer");
        number(
                "number-not-a-number",
                "NaN units",
                "NaN",
                "statement.predicate.units: not valid JSON");
    }

    private void number(String name, String change, String number, String says) {
        results.attack(
                name,
                PROVIDER,
                change,
                once(result, "\"units\":3", "\"units\":" + number),
                refused(says));
    }

    private void texts() {
        replaced(
                "lone-surrogate",
                "a text with half a surrogate pair",
                "Test CPU",
                "\\ud800",
                "statement.predicate.resources[0].id: a string holds a lone surrogate");
        replaced(
                "escaped-letter",
                "a letter written as an escape: the same text in other bytes",
                "Test CPU",
                "\\u0054est CPU",
                "not in canonical form");
        forged(
                "text-too-long",
                "a device name of 4,097 characters",
                "/predicate/resources/0/id",
                "x".repeat(4_097),
                "statement.predicate.resources[0]: id: a text of more than 4096 characters");
        forged(
                "instant-in-another-zone",
                "a time with an offset",
                "/predicate/chargePeriodEnd",
                "2026-01-01T01:00:05+01:00",
                "statement.predicate.chargePeriodEnd: expected an RFC 3339 instant");
        forged(
                "instant-in-the-far-future",
                "a time of which comparisons overflow",
                "/predicate/chargePeriodEnd",
                "+999999999-12-31T23:59:59Z",
                "statement.predicate.chargePeriodEnd: expected an RFC 3339 instant");
        forged(
                "instant-with-trailing-zeros",
                "a second spelling of the same time",
                "/predicate/chargePeriodEnd",
                "2026-01-01T00:00:05.000Z",
                "statement.predicate.chargePeriodEnd: '2026-01-01T00:00:05.000Z' must be written");
        forged(
                "digest-in-capitals",
                "a second spelling of the same digest",
                "/predicate/previousDigest",
                "sha256:" + field("previousDigest").substring(7).toUpperCase(java.util.Locale.ROOT),
                "statement.predicate.previousDigest: not a digest");
        forged(
                "digest-by-another-algorithm",
                "a digest by MD5",
                "/predicate/previousDigest",
                "md5:" + "ab".repeat(16),
                "statement.predicate.previousDigest: not a digest");
    }

    private void bytes() {
        changed(
                "byte-order-mark",
                "a byte order mark before it",
                "\uFEFF" + receipt,
                "byte order mark");
        changed("trailing-bytes", "another object after it", receipt + "{}", "not valid JSON");
        changed(
                "trailing-line-feed",
                "a line feed after it",
                receipt + "\n",
                "not in canonical form");
        changed(
                "fields-in-another-order",
                "its first field moved to the end",
                "{"
                        + once(receipt, "{\"_type\":\"https://in-toto.io/Statement/v1\",", "")
                                .replaceFirst(
                                        "\\}$", ",\"_type\":\"https://in-toto.io/Statement/v1\"}"),
                "not in canonical form");
        changed(
                "spaced",
                "a space after a colon",
                once(receipt, "\"predicate\":", "\"predicate\": "),
                "not in canonical form");
        changed("not-an-object", "a list around it", "[" + receipt + "]", "expected a JSON object");
        changed(
                "deep-nesting",
                "100,000 nested lists, to exhaust a stack",
                once(
                        receipt,
                        "\"sequence\":\"2\"",
                        "\"sequence\":" + "[".repeat(100_000) + "]".repeat(100_000)),
                "statement.predicate.sequence" + "[0]".repeat(62) + ": not valid JSON");
        changed(
                "comment",
                "a comment in it",
                once(receipt, "\"predicate\":", "/**/\"predicate\":"),
                "statement._type: not valid JSON");
        changed(
                "size",
                "one byte more than a statement may have",
                once(
                        receipt,
                        "Test CPU",
                        "x"
                                .repeat(
                                        Statement.MAX_BYTES
                                                + 9
                                                - receipt.getBytes(StandardCharsets.UTF_8).length)),
                "more than the " + Statement.MAX_BYTES + " allowed");
        byte[] overlong = Generator.bytes(receipt);
        int at = receipt.indexOf("Test CPU");
        overlong[at] = (byte) 0xc0;
        overlong[at + 1] = (byte) 0xaf;
        receipts.attack(
                "overlong-utf-8",
                PROVIDER,
                "a slash as two bytes, which UTF-8 forbids",
                overlong,
                refused("not UTF-8 text"));
    }

    private void replaced(String name, String change, String what, String by, String says) {
        changed(name, change, once(receipt, what, by), says);
    }

    private void forged(String name, String change, String pointer, Object value, String says) {
        receipts.attack(
                name,
                PROVIDER,
                change,
                Forgery.bytes(Generator.bytes(receipt), pointer, value),
                refused(says));
    }

    private void changed(String name, String change, String text, String says) {
        receipts.attack(name, PROVIDER, change, text, refused(says));
    }

    /** The value of a text field of the receipt's predicate. */
    private String field(String name) {
        String start = "\"" + name + "\":\"";
        int at = receipt.indexOf(start) + start.length();
        return receipt.substring(at, receipt.indexOf('"', at));
    }

    /** The honest meters and one more. */
    private static List<Map<String, String>> with(Map<String, String> meter) {
        List<Map<String, String>> meters = new ArrayList<>(Tale.meters(3, 5, 3));
        meters.add(meter);
        return meters;
    }

    private static Map<String, Object> subject(String digest) {
        return Map.of("name", "job-spec", "digest", Map.of("sha256", digest));
    }

    private static Expected refused(String says) {
        return says.startsWith("statement")
                ? Expected.ofField("Statement.parse", "statement", says)
                : new Expected("Statement.parse", "", "statement", "statement", says);
    }

    /** Replaces what must be there, and once. */
    static String once(String text, String what, String by) {
        int at = text.indexOf(what);
        if (at < 0 || text.indexOf(what, at + 1) >= 0) {
            throw new IllegalArgumentException(what + " is not in there once: " + text);
        }
        return text.substring(0, at) + by + text.substring(at + what.length());
    }

    private static byte[] payload(Tale tale, String name) {
        return Objects.requireNonNull(tale.tell().get(name)).envelope().payload();
    }
}
