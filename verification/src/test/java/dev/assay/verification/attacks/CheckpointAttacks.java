package dev.assay.verification.attacks;

import static dev.assay.verification.attacks.Attack.ANYONE;
import static dev.assay.verification.attacks.Attack.LOG;
import static dev.assay.verification.attacks.StatementAttacks.once;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.attacks.Generator.Twin;
import dev.assay.verification.crypto.LogSigningKey;
import dev.assay.verification.log.LogCheckpoint;
import dev.assay.verification.log.NoteSignature;
import dev.assay.verification.log.SignedNote;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** Checkpoints by others, over other text, or in forms that verifiers of notes disagree on. */
final class CheckpointAttacks {
    private static final String NOT_A_NOTE = "not a signed note";
    private static final String NOT_A_CHECKPOINT = "not a log checkpoint";

    private final Twin twin;
    private final SignedNote honest;
    private final String text;
    private final String line;

    private CheckpointAttacks(Generator generator, SignedNote honest) {
        this.honest = honest;
        this.text = Generator.text(honest.bytes());
        this.line = honest.signatures().getFirst().line();
        this.twin =
                generator
                        .honest(Input.CHECKPOINT, AttackFiles.HONEST, honest.bytes())
                        .from(Input.CHECKPOINT, AttackFiles.HONEST);
    }

    static void add(Generator generator, Tale tale) {
        CheckpointAttacks attacks = new CheckpointAttacks(generator, tale.checkpoint());
        attacks.signers();
        attacks.signatures();
        attacks.texts();
        attacks.lines();
    }

    private void signers() {
        LogCheckpoint checkpoint = honest.checkpoint();
        twin.attack(
                "other-origin",
                "another log",
                "the same size and root, of another log and signed by it",
                SignedNote.sign(
                                new LogCheckpoint(
                                        Parties.OTHER_LOG.origin(),
                                        checkpoint.size(),
                                        checkpoint.root()),
                                Parties.OTHER_LOG)
                        .bytes(),
                Expected.of(
                        "SignedNote.verify",
                        "checkpoint",
                        "the checkpoint is of log other.example/log, not of "));
        unsigned(
                "wrong-key",
                "anyone with a key",
                "signed by another key under the log's name",
                SignedNote.sign(checkpoint, Parties.IMPOSTOR).bytes(),
                0);
        unsigned(
                "wrong-key-name",
                ANYONE,
                "the log's own signature under another name",
                Generator.bytes(
                        once(text, line, line.replace(Parties.ORIGIN, "log.example/other"))),
                0);
        byte[] own = honest.signatures().getFirst().bytes();
        byte[] hinted = own.clone();
        hinted[0] ^= 1;
        unsigned("wrong-key-hash", ANYONE, "a bit of the key's hash is flipped", signed(hinted), 0);
        unsigned(
                "second-signature-of-the-log",
                ANYONE,
                "the log's signature is there twice",
                Generator.bytes(text + line),
                2);
        unsigned(
                "unknown-signature-alone",
                ANYONE,
                "only a stranger's line is left",
                Generator.bytes(once(text, line, stranger().line())),
                0);
        LogSigningKey log = Parties.LOG;
        byte[] forged =
                SignatureBytes.concat(
                        Arrays.copyOf(own, NoteSignature.KEY_ID_BYTES),
                        Parties.IMPOSTOR.sign(Generator.bytes(checkpoint.text())));
        forged(
                "key-hash-of-the-log",
                "anyone with a key",
                "signed by another key under the log's name and key hash",
                signed(forged));
        forged(
                "signature-as-a-witness",
                LOG,
                "the log's signature over the text that a witness signs",
                signed(
                        SignatureBytes.concat(
                                Arrays.copyOf(own, NoteSignature.KEY_ID_BYTES),
                                log.sign(
                                        Generator.bytes(
                                                "cosignature/v1\ntime 1767225600\n"
                                                        + checkpoint.text())))));
        forged(
                "signature-without-last-line-feed",
                LOG,
                "the log's signature over the text without its last line feed",
                signed(
                        SignatureBytes.concat(
                                Arrays.copyOf(own, NoteSignature.KEY_ID_BYTES),
                                log.sign(Generator.bytes(checkpoint.text().strip())))));
    }

    private void signatures() {
        byte[] own = honest.signatures().getFirst().bytes();
        byte[] keyId = Arrays.copyOf(own, NoteSignature.KEY_ID_BYTES);
        byte[] r = Arrays.copyOfRange(own, NoteSignature.KEY_ID_BYTES, 36);
        byte[] s = Arrays.copyOfRange(own, 36, own.length);
        forged(
                "s-beyond-the-order",
                ANYONE,
                "S plus the group's order: a second signature that careless verifiers accept",
                signed(SignatureBytes.concat(keyId, r, SignatureBytes.plusOrder(s))));
        forged(
                "r-of-small-order",
                ANYONE,
                "R is a point of order 8",
                signed(
                        SignatureBytes.concat(
                                keyId, HexFormat.of().parseHex(LogKeyPoints.ORDER_8), s)));
        forged(
                "r-not-canonical",
                ANYONE,
                "R is the neutral point in a second spelling",
                signed(
                        SignatureBytes.concat(
                                keyId, HexFormat.of().parseHex(LogKeyPoints.NEUTRAL_TWICE), s)));
        forged(
                "r-and-s-zero",
                ANYONE,
                "64 zero bytes",
                signed(SignatureBytes.concat(keyId, new byte[64])));
        forged(
                "neutral-r-and-zero-s",
                ANYONE,
                "the signature that holds under a key of small order for any text",
                signed(
                        SignatureBytes.concat(
                                keyId,
                                HexFormat.of().parseHex(LogKeyPoints.NEUTRAL),
                                new byte[32])));
        forged(
                "signature-truncated",
                ANYONE,
                "its last byte is cut off",
                signed(Arrays.copyOf(own, own.length - 1)));
        forged(
                "signature-with-trailing-byte",
                ANYONE,
                "a byte after it",
                signed(Arrays.copyOf(own, own.length + 1)));
        forged(
                "algorithm-swapped",
                LOG,
                "an ECDSA P-256 signature in the place of Ed25519",
                signed(SignatureBytes.concat(keyId, ecdsa())));
    }

    private void texts() {
        changed("changed-size", "one entry more", "\n9\n", "\n10\n");
        changed("changed-root", "another root", root(), base64(Digest.sha256(new byte[0]).bytes()));
        refused(
                "extension-line",
                LOG,
                "a fourth line, where two verifiers read two notes",
                once(text, root() + "\n", root() + "\nextension\n"),
                NOT_A_CHECKPOINT);
        refused("missing-root", ANYONE, "no root", once(text, root() + "\n", ""), NOT_A_CHECKPOINT);
        refused(
                "size-with-leading-zero",
                ANYONE,
                "a second spelling of the size",
                once(text, "\n9\n", "\n09\n"),
                NOT_A_CHECKPOINT);
        refused(
                "size-with-sign",
                ANYONE,
                "a sign before the size",
                once(text, "\n9\n", "\n+9\n"),
                NOT_A_CHECKPOINT);
        refused(
                "size-negative",
                ANYONE,
                "a negative size",
                once(text, "\n9\n", "\n-9\n"),
                NOT_A_CHECKPOINT);
        refused(
                "size-above-64-bits",
                ANYONE,
                "a size of 2^63",
                once(text, "\n9\n", "\n9223372036854775808\n"),
                NOT_A_CHECKPOINT);
        refused(
                "size-in-other-digits",
                ANYONE,
                "the size in Arabic-Indic digits",
                once(text, "\n9\n", "\n\u0669\n"),
                NOT_A_CHECKPOINT);
        refused(
                "root-of-31-bytes",
                ANYONE,
                "a root that is a byte short",
                once(text, root(), base64(new byte[31])),
                NOT_A_CHECKPOINT);
        refused(
                "root-with-spare-bits",
                ANYONE,
                "a second spelling of the root",
                once(text, root(), EnvelopeAttacks.spare(root())),
                NOT_A_CHECKPOINT);
        refused(
                "origin-with-a-space",
                LOG,
                "a space in the origin",
                text.replace(Parties.ORIGIN, "log example"),
                NOT_A_CHECKPOINT);
        refused(
                "empty-origin",
                LOG,
                "no origin",
                text.replace(Parties.ORIGIN, ""),
                NOT_A_CHECKPOINT);
    }

    private void lines() {
        refused("crlf", ANYONE, "line ends of two bytes", text.replace("\n", "\r\n"), NOT_A_NOTE);
        refused(
                "crlf-in-the-text",
                ANYONE,
                "one line end of two bytes",
                once(text, "\n9\n", "\r\n9\n"),
                NOT_A_CHECKPOINT);
        refused(
                "no-blank-line",
                ANYONE,
                "no blank line before the signatures",
                once(text, "\n\n", "\n"),
                NOT_A_NOTE);
        refused(
                "two-blank-lines",
                ANYONE,
                "two blank lines before the signatures",
                once(text, "\n\n", "\n\n\n"),
                NOT_A_NOTE);
        refused(
                "no-last-line-feed",
                ANYONE,
                "the last line feed is cut off",
                text.stripTrailing(),
                NOT_A_NOTE);
        refused(
                "no-signature",
                ANYONE,
                "the signature is taken away",
                once(text, line, ""),
                NOT_A_NOTE);
        refused(
                "hyphen-for-dash",
                ANYONE,
                "a hyphen in the place of the dash",
                once(text, "\u2014", "-"),
                NOT_A_NOTE);
        refused(
                "trailing-text",
                ANYONE,
                "a line after the signatures",
                text + "and more\n",
                NOT_A_NOTE);
        byte[] latin = text.replace("\u2014", "-").getBytes(StandardCharsets.ISO_8859_1);
        latin[text.indexOf('\u2014')] = (byte) 0x97;
        twin.attack(
                "not-utf-8",
                ANYONE,
                "the dash in the bytes of another encoding",
                latin,
                Expected.of("SignedNote.parse", "checkpoint", NOT_A_NOTE));
        refused(
                "signature-with-spare-bits",
                ANYONE,
                "a second spelling of the signature",
                once(
                        text,
                        line,
                        "\u2014 "
                                + Parties.ORIGIN
                                + " "
                                + EnvelopeAttacks.spare(honest.signatures().getFirst().encoded())
                                + "\n"),
                NOT_A_NOTE);
        StringBuilder many = new StringBuilder(text);
        for (int i = 0; i < 100; i++) {
            many.append(stranger().line());
        }
        refused(
                "too-many-signatures",
                ANYONE,
                "a hundred lines by strangers",
                many.toString(),
                NOT_A_NOTE);
        twin.attack(
                "size",
                ANYONE,
                "one byte more than a note may have",
                text + "x".repeat(SignedNote.MAX_BYTES + 1 - Generator.bytes(text).length),
                Expected.of("SignedNote.parse", "size", "is over the limit of 65536"));
    }

    private void changed(String name, String change, String what, String by) {
        forged(name, ANYONE, change, Generator.bytes(once(text, what, by)));
    }

    private void unsigned(String name, String who, String change, byte[] note, int signatures) {
        twin.attack(
                name,
                who,
                change,
                note,
                Expected.of(
                        "SignedNote.verify",
                        "signature",
                        "has " + signatures + " signatures by the key of log"));
    }

    private void forged(String name, String who, String change, byte[] note) {
        twin.attack(
                name,
                who,
                change,
                note,
                Expected.of("SignedNote.verify", "signature", "not by the key of log"));
    }

    private void refused(String name, String who, String change, String note, String says) {
        twin.attack(name, who, change, note, Expected.of("SignedNote.parse", "checkpoint", says));
    }

    /** The note with these bytes in the log's line. */
    private byte[] signed(byte[] signature) {
        return Generator.bytes(
                once(text, line, new NoteSignature(Parties.ORIGIN, base64(signature)).line()));
    }

    private NoteSignature stranger() {
        return SignedNote.sign(
                        new LogCheckpoint(
                                Parties.OTHER_LOG.origin(),
                                honest.checkpoint().size(),
                                honest.checkpoint().root()),
                        Parties.OTHER_LOG)
                .signatures()
                .getFirst();
    }

    private byte[] ecdsa() {
        try {
            return Parties.PROVIDER.sign(Generator.bytes(honest.checkpoint().text())).der();
        } catch (dev.assay.verification.VerificationException e) {
            throw new AssertionError("a key in memory signs", e);
        }
    }

    private String root() {
        return base64(honest.checkpoint().root().bytes());
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
