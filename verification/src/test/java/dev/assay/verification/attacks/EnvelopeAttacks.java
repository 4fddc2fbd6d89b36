package dev.assay.verification.attacks;

import static dev.assay.verification.attacks.Attack.ANYONE;
import static dev.assay.verification.attacks.Attack.PROVIDER;
import static dev.assay.verification.attacks.StatementAttacks.once;

import dev.assay.verification.VerificationException;
import dev.assay.verification.attacks.Generator.Twin;
import dev.assay.verification.attest.Forgery;
import dev.assay.verification.audit.EvidenceLayout;
import dev.assay.verification.dsse.Envelope;

import java.util.Base64;
import java.util.Objects;

/** Envelopes in another form than the one that is accepted, or around another payload. */
final class EnvelopeAttacks {
    private static final String NOT_CANONICAL = "not a DSSE envelope in its canonical form";

    private final Twin twin;
    private final Envelope honest;
    private final String text;
    private final String payload;

    private EnvelopeAttacks(Generator generator, Envelope honest) {
        this.honest = honest;
        this.text = Generator.text(honest.bytes());
        this.payload = Base64.getEncoder().encodeToString(honest.payload());
        this.twin =
                generator
                        .honest(Input.ENVELOPE, AttackFiles.HONEST, honest.bytes())
                        .from(Input.ENVELOPE, AttackFiles.HONEST);
    }

    static void add(Generator generator, Tale tale) throws VerificationException {
        EnvelopeAttacks attacks = new EnvelopeAttacks(generator, envelope(tale, Tale.LAST_RECEIPT));
        attacks.signers();
        attacks.payloads(tale);
        attacks.forms();
        attacks.base64();
    }

    private void signers() throws VerificationException {
        Envelope stranger = Envelope.sign(honest.payload(), Parties.STRANGER);
        twin.attack(
                "wrong-key",
                "anyone with a key",
                "signed by a stranger, who says so",
                stranger.bytes(),
                Expected.of("SignedStatement.verify", "key", "the envelope names key "));
        twin.attack(
                "key-id-of-someone-else",
                "anyone with a key",
                "signed by a stranger under the provider's key id",
                once(
                        Generator.text(stranger.bytes()),
                        Parties.STRANGER.keyId().hex(),
                        Parties.PROVIDER.keyId().hex()),
                forged());
        twin.attack(
                "key-id-swapped",
                ANYONE,
                "the provider's signature under the tenant's key id",
                once(text, Parties.PROVIDER.keyId().hex(), Parties.TENANT.keyId().hex()),
                Expected.of("SignedStatement.verify", "key", "the envelope names key "));
        String own = between("{\"keyid\"", "}");
        String other =
                once(
                        Generator.text(stranger.bytes()),
                        text.substring(0, text.indexOf("{\"keyid\"")),
                        "");
        twin.attack(
                "second-signature",
                "anyone with a key",
                "a stranger's signature beside the provider's; verifiers disagree on which counts",
                once(text, own, own + "," + other.substring(0, other.indexOf('}') + 1)),
                unreadable());
        refused(
                "same-signature-twice",
                "its signature is there twice",
                once(text, own, own + "," + own));
        refused("no-signature", "its signature is taken away", once(text, own, ""));
    }

    private void payloads(Tale tale) throws VerificationException {
        byte[] lie = Forgery.bytes(honest.payload(), "/predicate/meters/0/quantity", "3001");
        twin.attack(
                "changed-payload",
                ANYONE,
                "one millisecond more of wall time",
                once(text, payload, Base64.getEncoder().encodeToString(lie)),
                forged());
        byte[] before = envelope(tale, EvidenceLayout.receipt(1)).payload();
        twin.attack(
                "swapped-payload",
                ANYONE,
                "the payload of the receipt before it, under this one's signature",
                once(text, payload, Base64.getEncoder().encodeToString(before)),
                forged());
        twin.attack(
                "empty-payload",
                PROVIDER,
                "nothing, properly signed",
                Envelope.sign(new byte[0], Parties.PROVIDER).bytes(),
                Expected.ofField(
                        "SignedStatement.verify",
                        "statement",
                        "statement: expected a JSON object"));
        twin.attack(
                "statement-of-another-kind",
                PROVIDER,
                "the provider's own result, where its receipt is due",
                envelope(tale, EvidenceLayout.RESULT).bytes(),
                unread("where another kind is expected"));
        twin.attack(
                "signed-duplicated-field",
                PROVIDER,
                "a statement with a field twice, properly signed",
                Envelope.sign(
                                Generator.bytes(
                                        once(
                                                Generator.text(honest.payload()),
                                                "\"sequence\":\"2\"",
                                                "\"sequence\":\"2\",\"sequence\":\"2\"")),
                                Parties.PROVIDER)
                        .bytes(),
                Expected.ofField(
                        "SignedStatement.verify",
                        "statement",
                        "statement.predicate.sequence: not valid JSON: Duplicate field"));
    }

    private void forms() {
        refused(
                "payload-type-swapped",
                "the payload is said to be plain JSON",
                once(text, "application/vnd.in-toto+json", "application/json"));
        refused(
                "payload-type-of-another-length",
                "a space moved from the type into the payload",
                once(text, "application/vnd.in-toto+json", "application/vnd.in-toto+json "));
        refused(
                "duplicated-payload",
                "two payloads; verifiers disagree on which counts",
                once(text, "{\"payload\"", "{\"payload\":\"e30=\",\"payload\""));
        refused(
                "unknown-field",
                "a certificate in it",
                once(text, "{\"keyid\"", "{\"cert\":\"\",\"keyid\""));
        refused(
                "spaced",
                "a space after a comma",
                once(text, ",\"payloadType\"", ", \"payloadType\""));
        refused("trailing-line-feed", "a line feed after it", text + "\n");
        refused("trailing-envelope", "another envelope after it", text + text);
        refused("byte-order-mark", "a byte order mark before it", "\uFEFF" + text);
        refused("truncated", "its last byte is cut off", text.substring(0, text.length() - 1));
        refused("empty", "nothing at all", "");
        refused(
                "key-id-in-capitals",
                "a second spelling of the key id",
                once(
                        text,
                        honest.keyId().hex(),
                        honest.keyId().hex().toUpperCase(java.util.Locale.ROOT)));
        refused(
                "key-id-cut-short",
                "half of the key id",
                once(text, honest.keyId().hex(), honest.keyId().hex().substring(32)));
        twin.attack(
                "size",
                ANYONE,
                "one byte more than an envelope may have",
                once(
                        text,
                        payload,
                        "A".repeat(Envelope.MAX_BYTES + 1 - text.length() + payload.length())),
                Expected.of("Envelope.parse", "size", "is over the limit of 1048576"));
    }

    private void base64() {
        String signature = Base64.getEncoder().encodeToString(honest.signature().der());
        refused(
                "base64-of-urls",
                "the payload in the alphabet of URLs, wherever that differs",
                once(text, payload, payload.substring(0, 4) + "-_-_" + payload.substring(8)));
        refused(
                "base64-in-lines",
                "a line feed in the payload",
                once(text, payload, payload.substring(0, 76) + "\\n" + payload.substring(76)));
        refused(
                "base64-without-padding",
                "the signature's padding is taken away",
                once(text, signature, signature.replace("=", "")));
        refused(
                "base64-with-spare-bits",
                "bits in the signature's last letter that nobody reads: a second spelling",
                once(text, signature, spare(signature)));
        refused(
                "base64-padded-twice",
                "padding after the payload that it does not need",
                once(text, payload, payload + "===="));
    }

    /** The same bytes, with the unused bits of the last letter set. */
    static String spare(String base64) {
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        int end = base64.indexOf('=');
        if (end < 0) {
            throw new IllegalArgumentException(base64 + " has no spare bits");
        }
        char last = alphabet.charAt(alphabet.indexOf(base64.charAt(end - 1)) + 1);
        return base64.substring(0, end - 1) + last + base64.substring(end);
    }

    private void refused(String name, String change, String changed) {
        twin.attack(name, ANYONE, change, changed, unreadable());
    }

    private String between(String from, String to) {
        int at = text.indexOf(from);
        return text.substring(at, text.indexOf(to, at) + to.length());
    }

    private static Expected unreadable() {
        return Expected.of("Envelope.parse", "encoding", NOT_CANONICAL);
    }

    private static Expected unread(String says) {
        return Expected.of("SignedStatement.verify", "statement", says);
    }

    private static Expected forged() {
        return Expected.of(
                "SignedStatement.verify", "signature", "or the signed bytes were changed");
    }

    private static Envelope envelope(Tale tale, String name) {
        return Objects.requireNonNull(tale.tell().get(name)).envelope();
    }
}
