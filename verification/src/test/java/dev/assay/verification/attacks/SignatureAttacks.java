package dev.assay.verification.attacks;

import static dev.assay.verification.attacks.Attack.ANYONE;
import static dev.assay.verification.attacks.Attack.PROVIDER;

import dev.assay.verification.VerificationException;
import dev.assay.verification.attacks.Generator.Twin;
import dev.assay.verification.dsse.Envelope;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;

/** Signatures by another algorithm, over other bytes, or in another form than the one accepted. */
final class SignatureAttacks {
    /** The order of P-256. */
    private static final BigInteger ORDER =
            new BigInteger("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", 16);

    private static final String OTHER_FORM = "it is not the shortest DER of its two integers";

    private final Twin twin;
    private final Envelope honest;
    private final BigInteger r;
    private final BigInteger s;

    private SignatureAttacks(Generator generator, Envelope honest) {
        this.twin = generator.from(Input.ENVELOPE, AttackFiles.HONEST);
        this.honest = honest;
        byte[] der = honest.signature().der();
        this.r = new BigInteger(1, Arrays.copyOfRange(der, 4, 4 + der[3]));
        this.s = new BigInteger(1, Arrays.copyOfRange(der, 6 + der[3], der.length));
    }

    static void add(Generator generator, Tale tale) throws VerificationException {
        Envelope honest = Objects.requireNonNull(tale.tell().get(Tale.LAST_RECEIPT)).envelope();
        SignatureAttacks attacks = new SignatureAttacks(generator, honest);
        attacks.algorithms();
        attacks.numbers();
        attacks.forms();
        attacks.messages();
    }

    private void algorithms() {
        refused(
                "algorithm-swapped-ed25519",
                "64 bytes of an Ed25519 signature",
                Parties.LOG.sign(honest.pae()),
                "not an acceptable ECDSA P-256 signature");
        byte[] rsa = new byte[256];
        Arrays.fill(rsa, (byte) 0x5a);
        refused("algorithm-swapped-rsa", "256 bytes, as RSA has them", rsa, "not the DER of two");
        ByteArrayOutputStream raw = new ByteArrayOutputStream();
        raw.writeBytes(scalar(r));
        raw.writeBytes(scalar(s));
        refused(
                "signature-without-der",
                "the same two integers as 64 bytes, as WebCrypto writes them",
                raw.toByteArray(),
                "not an acceptable ECDSA P-256 signature");
        refused("empty-signature", "a signature of no bytes", new byte[0], "not the DER of two");
    }

    private void numbers() {
        refused(
                "high-s",
                "n - s in the place of s: it verifies elsewhere as well",
                der(r, ORDER.subtract(s)),
                "its s is above half the order");
        String scalar = "an integer is zero or not below the order";
        refused("s-zero", "s is zero", der(r, BigInteger.ZERO), scalar);
        refused("r-zero", "r is zero", der(BigInteger.ZERO, s), scalar);
        refused(
                "r-and-s-zero",
                "both are zero, which some verifiers took for anything",
                der(BigInteger.ZERO, BigInteger.ZERO),
                scalar);
        refused(
                "r-is-the-order",
                "r is the order, which is zero to careless arithmetic",
                der(ORDER, s),
                scalar);
        refused("s-beyond-the-order", "s plus the order", der(r, s.add(ORDER)), scalar);
        twin.attack(
                "r-changed",
                ANYONE,
                "r plus one",
                signed(der(r.add(BigInteger.ONE), s)),
                Expected.of(
                        "SignedStatement.verify", "signature", "or the signed bytes were changed"));
        refused(
                "r-negative",
                "r is written as a negative number",
                sequence(integer(negative(r)), integer(s.toByteArray())),
                scalar);
    }

    private void forms() {
        byte[] good = honest.signature().der();
        refused(
                "der-trailing-byte",
                "a byte after it",
                Arrays.copyOf(good, good.length + 1),
                "not an acceptable ECDSA P-256 signature");
        refused(
                "der-truncated",
                "its last byte is cut off",
                Arrays.copyOf(good, good.length - 1),
                "not an acceptable ECDSA P-256 signature");
        byte[] garbage = good.clone();
        garbage[0] = 0x31;
        refused("der-set", "a set in the place of a sequence", garbage, OTHER_FORM);
        byte[] octets = good.clone();
        octets[2] = 0x04;
        refused("der-octets", "octets in the place of an integer", octets, OTHER_FORM);
        refused(
                "der-leading-zero",
                "s with a zero before it that it does not need",
                sequence(integer(r.toByteArray()), integer(padded(s))),
                OTHER_FORM);
        ByteArrayOutputStream wide = new ByteArrayOutputStream();
        wide.write(0x30);
        wide.write(0x81);
        wide.write(good, 1, good.length - 1);
        refused(
                "der-long-length",
                "its length in two bytes",
                wide.toByteArray(),
                "not an acceptable ECDSA P-256 signature");
        byte[] wrapped = good.clone();
        wrapped[3] = (byte) 0xff;
        refused(
                "der-length-beyond-the-end",
                "an integer that is longer than the signature",
                wrapped,
                "not the DER of two");
    }

    private void messages() throws VerificationException {
        over(
                "signed-without-encoding",
                "the signature is over the payload alone, not over its type and length",
                honest.payload());
        over(
                "signed-as-another-type",
                "the signature is over the same payload as plain JSON",
                concat("DSSEv1 16 application/json " + honest.payload().length + " "));
        over(
                "signed-with-another-length",
                "the signature is over an encoding with a wrong length",
                concat("DSSEv1 28 application/vnd.in-toto+json 1 "));
        over(
                "signed-by-an-older-encoding",
                "the signature is over the encoding of DSSE before version 1",
                concat("DSSEv0 28 application/vnd.in-toto+json " + honest.payload().length + " "));
        over("signed-nothing", "the signature is over no bytes", new byte[0]);
    }

    private byte[] concat(String head) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
        bytes.writeBytes(honest.payload());
        return bytes.toByteArray();
    }

    private void over(String name, String change, byte[] message) throws VerificationException {
        twin.attack(
                name,
                PROVIDER,
                change,
                signed(Parties.PROVIDER.sign(message).der()),
                Expected.of(
                        "SignedStatement.verify", "signature", "or the signed bytes were changed"));
    }

    private void refused(String name, String change, byte[] signature, String says) {
        twin.attack(
                name,
                ANYONE,
                change,
                signed(signature),
                Expected.of("Envelope.parse", "signature", says));
    }

    /** The envelope with this signature in the place of its own. */
    private String signed(byte[] signature) {
        return StatementAttacks.once(
                Generator.text(honest.bytes()),
                Base64.getEncoder().encodeToString(honest.signature().der()),
                Base64.getEncoder().encodeToString(signature));
    }

    private static byte[] der(BigInteger r, BigInteger s) {
        return sequence(integer(r.toByteArray()), integer(s.toByteArray()));
    }

    private static byte[] sequence(byte[] r, byte[] s) {
        ByteArrayOutputStream der = new ByteArrayOutputStream();
        der.write(0x30);
        der.write(r.length + s.length);
        der.writeBytes(r);
        der.writeBytes(s);
        return der.toByteArray();
    }

    private static byte[] integer(byte[] value) {
        ByteArrayOutputStream der = new ByteArrayOutputStream();
        der.write(0x02);
        der.write(value.length);
        der.writeBytes(value);
        return der.toByteArray();
    }

    /** With its highest bit set: without the zero that makes it positive, or two's complement. */
    private static byte[] negative(BigInteger value) {
        byte[] bytes = scalar(value);
        return value.testBit(255)
                ? bytes
                : value.subtract(BigInteger.ONE.shiftLeft(256)).toByteArray();
    }

    private static byte[] padded(BigInteger value) {
        byte[] bytes = value.toByteArray();
        byte[] padded = new byte[bytes.length + 1];
        System.arraycopy(bytes, 0, padded, 1, bytes.length);
        return padded;
    }

    private static byte[] scalar(BigInteger value) {
        byte[] bytes = value.toByteArray();
        byte[] scalar = new byte[32];
        int length = Math.min(32, bytes.length);
        System.arraycopy(bytes, bytes.length - length, scalar, 32 - length, length);
        return scalar;
    }
}
