package dev.assay.verification.attacks;

import static dev.assay.verification.attacks.Attack.LOG;
import static dev.assay.verification.attacks.Attack.PROVIDER;
import static dev.assay.verification.attacks.StatementAttacks.once;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.attacks.Generator.Twin;
import dev.assay.verification.crypto.FixedKeys;
import dev.assay.verification.crypto.LogVerifyingKey;
import dev.assay.verification.witness.WitnessKey;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** Keys of other kinds, keys that are no keys, and second spellings of good ones. */
final class PublicKeyAttacks {
    private static final String OTHER_FORM = "not a P-256 public key (SubjectPublicKeyInfo)";
    private static final String OTHER_PEM = "not the canonical PEM of a PUBLIC KEY";

    private PublicKeyAttacks() {}

    static void add(Generator generator) throws GeneralSecurityException {
        String pem = Parties.PROVIDER.verifyingKey().toPem();
        Twin keys =
                generator
                        .honest(Input.PUBLIC_KEY, AttackFiles.HONEST, Generator.bytes(pem))
                        .from(Input.PUBLIC_KEY, AttackFiles.HONEST);
        kinds(keys);
        points(keys, Parties.PROVIDER.verifyingKey().spki());
        forms(keys, pem);
        logKeys(generator);
    }

    private static void kinds(Twin keys) throws GeneralSecurityException {
        byte[] modulus = new byte[256];
        Arrays.fill(modulus, (byte) 0xa5);
        refused(
                keys,
                "algorithm-swapped-rsa",
                "an RSA key of 2,048 bits",
                KeyFactory.getInstance("RSA")
                        .generatePublic(
                                new RSAPublicKeySpec(
                                        new BigInteger(1, modulus), BigInteger.valueOf(65_537)))
                        .getEncoded(),
                OTHER_FORM);
        AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
        curve.init(new ECGenParameterSpec("secp384r1"));
        ECParameterSpec p384 = curve.getParameterSpec(ECParameterSpec.class);
        refused(
                keys,
                "another-curve",
                "a key on P-384",
                KeyFactory.getInstance("EC")
                        .generatePublic(new ECPublicKeySpec(p384.getGenerator(), p384))
                        .getEncoded(),
                OTHER_FORM);
        refused(
                keys,
                "algorithm-swapped-ed25519",
                "an Ed25519 key",
                Parties.LOG.verifyingKey().spki(),
                OTHER_FORM);
        attack(
                keys,
                "private-key",
                "a private key in the place of the public one",
                FixedKeys.signing("stranger").toPem(),
                OTHER_PEM);
    }

    private static void points(Twin keys, byte[] spki) {
        int at = spki.length - 65;
        byte[] off = spki.clone();
        off[spki.length - 1] ^= 1;
        refused(
                keys,
                "point-off-the-curve",
                "y is another: signatures under it leak other keys",
                off,
                "not a point on P-256");
        byte[] zero = spki.clone();
        Arrays.fill(zero, at + 1, zero.length, (byte) 0);
        refused(keys, "point-of-zeros", "x and y are zero", zero, "not a point on P-256");
        byte[] hybrid = spki.clone();
        hybrid[at] = (byte) (6 + (spki[spki.length - 1] & 1));
        refused(
                keys,
                "point-in-hybrid-form",
                "the same point in another form",
                hybrid,
                "not an uncompressed point");
        byte[] compressed =
                Arrays.copyOf(
                        HexFormat.of()
                                .parseHex("3039301306072a8648ce3d020106082a8648ce3d030107032200"),
                        26 + 33);
        compressed[26] = (byte) (2 + (spki[spki.length - 1] & 1));
        System.arraycopy(spki, at + 1, compressed, 27, 32);
        refused(
                keys,
                "point-compressed",
                "the same point, compressed: another key id",
                compressed,
                OTHER_FORM);
        byte[] beyond = spki.clone();
        Arrays.fill(beyond, at + 1, at + 33, (byte) 0xff);
        refused(
                keys,
                "coordinate-beyond-the-field",
                "x is not below the field's prime",
                beyond,
                "not a point on P-256");
        byte[] infinity =
                Arrays.copyOf(
                        HexFormat.of()
                                .parseHex("3019301306072a8648ce3d020106082a8648ce3d030107030200"),
                        27);
        refused(
                keys,
                "point-at-infinity",
                "the neutral point, under which anything verifies",
                infinity,
                OTHER_FORM);
    }

    private static void forms(Twin keys, String pem) {
        byte[] spki = Parties.PROVIDER.verifyingKey().spki();
        refused(keys, "trailing-byte", "a byte after the key", Arrays.copyOf(spki, 92), OTHER_FORM);
        byte[] unused = spki.clone();
        unused[25] = 1;
        refused(
                keys,
                "unused-bits",
                "the bit string is said to have an unused bit",
                unused,
                OTHER_FORM);
        attack(
                keys,
                "two-keys",
                "a stranger's key after it",
                pem + Parties.STRANGER.verifyingKey().toPem(),
                OTHER_PEM);
        attack(keys, "text-before", "a line before it", "the provider's key\n" + pem, OTHER_PEM);
        attack(keys, "crlf", "line ends of two bytes", pem.replace("\n", "\r\n"), OTHER_PEM);
        attack(
                keys,
                "another-label",
                "it is called a certificate",
                pem.replace("PUBLIC KEY", "CERTIFICATE"),
                OTHER_PEM);
        attack(
                keys,
                "lines-of-another-length",
                "all base64 in one line",
                pem.replaceFirst("(?m)^([A-Za-z0-9+/]{64})\n", "$1"),
                OTHER_PEM);
    }

    private static void logKeys(Generator generator) {
        String honest = Parties.LOG.verifyingKey().vkey();
        Twin twin =
                generator
                        .honest(Input.LOG_KEY, AttackFiles.HONEST, Generator.bytes(honest))
                        .from(Input.LOG_KEY, AttackFiles.HONEST);
        String weak = "is not a canonical Ed25519 point of full order";
        logKey(
                twin,
                "neutral-point",
                "the neutral point: one signature holds for any text",
                vkey(LogKeyPoints.NEUTRAL),
                weak);
        logKey(twin, "point-of-order-two", "a point of order 2", vkey(LogKeyPoints.ORDER_2), weak);
        logKey(twin, "point-of-order-four", "a point of order 4", vkey(LogKeyPoints.ORDER_4), weak);
        logKey(
                twin,
                "point-of-order-eight",
                "a point of order 8",
                vkey(LogKeyPoints.ORDER_8),
                weak);
        logKey(
                twin,
                "neutral-point-not-canonical",
                "the neutral point in a second spelling",
                vkey(LogKeyPoints.NEUTRAL_TWICE),
                weak);
        logKey(twin, "not-a-point", "a y to which no x belongs", vkey(LogKeyPoints.NO_POINT), weak);
        String form = "not an Ed25519 verifier key";
        logKey(
                twin,
                "key-hash-of-another-key",
                "the hash is that of another key",
                once(
                        honest,
                        hash(Parties.LOG.verifyingKey()),
                        hash(Parties.IMPOSTOR.verifyingKey())),
                form);
        logKey(
                twin,
                "key-of-a-witness",
                "the same key as that of a witness",
                new WitnessKey(Parties.LOG.verifyingKey()).vkey(),
                form);
        logKey(
                twin,
                "algorithm-swapped",
                "it is said to be an ECDSA key",
                vkey((byte) 0x02, Parties.LOG.verifyingKey().bytes()),
                form);
        logKey(
                twin,
                "key-of-31-bytes",
                "a byte of the key is cut off",
                vkey((byte) 0x01, Arrays.copyOf(Parties.LOG.verifyingKey().bytes(), 31)),
                form);
        logKey(twin, "trailing-line-feed", "a line feed after it", honest + "\n", form);
        logKey(
                twin,
                "origin-with-line-feed",
                "a line feed in the origin",
                honest.replace(".example/", "\n"),
                "a log's origin has 1 to 255 visible ASCII");
        logKey(
                twin,
                "empty-origin",
                "no origin",
                honest.replace(Parties.ORIGIN, ""),
                "a log's origin has 1 to 255 visible ASCII");
    }

    private static void refused(Twin keys, String name, String change, byte[] der, String says) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        attack(
                keys,
                name,
                change,
                "-----BEGIN PUBLIC KEY-----\n" + body + "\n-----END PUBLIC KEY-----\n",
                says);
    }

    private static void attack(Twin keys, String name, String change, String pem, String says) {
        keys.attack(name, PROVIDER, change, pem, Expected.of("VerifyingKey.fromPem", "key", says));
    }

    private static void logKey(Twin keys, String name, String change, String vkey, String says) {
        keys.attack(name, LOG, change, vkey, Expected.of("LogVerifyingKey.parse", "key", says));
    }

    private static String vkey(String point) {
        return vkey((byte) 0x01, HexFormat.of().parseHex(point));
    }

    /** A verifier key with the hash that belongs to it, whatever it holds. */
    private static String vkey(byte type, byte[] key) {
        byte[] typed = new byte[1 + key.length];
        typed[0] = type;
        System.arraycopy(key, 0, typed, 1, key.length);
        Digest hash = Digest.sha256(Generator.bytes(Parties.ORIGIN + "\n"), typed);
        return Parties.ORIGIN
                + "+"
                + hash.hex().substring(0, 8)
                + "+"
                + Base64.getEncoder().encodeToString(typed);
    }

    private static String hash(LogVerifyingKey key) {
        return key.vkey().split("\\+")[1];
    }
}
