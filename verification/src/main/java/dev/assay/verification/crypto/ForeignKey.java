package dev.assay.verification.crypto;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import org.bouncycastle.asn1.ASN1BitString;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A P-256 private key that another program wrote: PKCS#8 in PEM or DER, encrypted (PBES2) or not.
 * Read leniently, with or without the public key in it, and then ours.
 */
public record ForeignKey(Path path) {
    /** The largest file that is read. */
    static final int MAX_BYTES = 16 << 10;

    private static final String NOT_PKCS8 = "it is not a private key in PKCS#8";
    private static final byte DER_SEQUENCE = 0x30;
    private static final Pattern BLOCK =
            Pattern.compile(
                    "-----BEGIN ([A-Z0-9 ]{0,20}?PRIVATE KEY)-----\\R"
                            + "([A-Za-z0-9+/=\\s]*+)-----END \\1-----");

    /** The key in the file. */
    public SoftwareKey read(PassphraseSource source) throws VerificationException {
        byte[] bytes = new SecretFile(path).read(MAX_BYTES);
        try {
            return read(bytes, source);
        } catch (VerificationException e) {
            throw new VerificationException(
                    e.code(), "key file " + path.toAbsolutePath() + ": " + e.getMessage(), e);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private SoftwareKey read(byte[] bytes, PassphraseSource source) throws VerificationException {
        if (bytes.length > 0 && bytes[0] == DER_SEQUENCE) {
            return isEncrypted(bytes) ? decrypt(bytes, source) : plain(bytes);
        }
        Matcher block = BLOCK.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
        if (!block.find()) {
            throw refused("it has no private key in PKCS#8 (PEM or DER)");
        }
        byte[] der;
        try {
            der = Base64.getMimeDecoder().decode(block.group(2));
        } catch (IllegalArgumentException e) {
            throw refused("its PEM is damaged");
        }
        return switch (block.group(1)) {
            case "PRIVATE KEY" -> plain(der);
            case "ENCRYPTED PRIVATE KEY" -> decrypt(der, source);
            default ->
                    throw refused(
                            "it is a '"
                                    + block.group(1)
                                    + "', not PKCS#8; if it is a P-256 key, openssl pkcs8 -topk8"
                                    + " -in FILE writes that");
        };
    }

    private SoftwareKey decrypt(byte[] der, PassphraseSource source) throws VerificationException {
        byte[] pkcs8;
        try (Passphrase passphrase = source.passphrase("key file " + path.toAbsolutePath())) {
            pkcs8 = KeyEncryption.decrypt(der, passphrase);
        }
        try {
            if (!DerShape.isShallow(pkcs8)) {
                throw KeyEncryption.wrongPassphrase();
            }
            return plain(pkcs8);
        } finally {
            Arrays.fill(pkcs8, (byte) 0);
        }
    }

    private static SoftwareKey plain(byte[] pkcs8) throws VerificationException {
        if (!DerShape.isShallow(pkcs8)) {
            throw refused(NOT_PKCS8);
        }
        try {
            PrivateKeyInfo info = PrivateKeyInfo.getInstance(pkcs8);
            refuseOthers(
                    info.getPrivateKeyAlgorithm().getAlgorithm(),
                    info.getPrivateKeyAlgorithm().getParameters());
            byte[] inner = info.getPrivateKey().getOctets();
            if (!DerShape.isShallow(inner)) {
                throw refused(NOT_PKCS8);
            }
            ECPrivateKey key = ECPrivateKey.getInstance(inner);
            SoftwareKey read = SoftwareKey.of(key.getKey());
            ASN1BitString point = key.getPublicKey();
            if (point != null
                    && !Arrays.equals(
                            P256.DOMAIN.getCurve().decodePoint(point.getOctets()).getEncoded(false),
                            read.verifyingKey().point())) {
                throw refused("its private key does not belong to the public key beside it");
            }
            return read;
        } catch (RuntimeException e) {
            // The ASN.1 classes refuse foreign bytes with whatever exception comes up.
            throw refused(NOT_PKCS8);
        }
    }

    private static void refuseOthers(ASN1ObjectIdentifier algorithm, ASN1Encodable parameters)
            throws VerificationException {
        if (PKCSObjectIdentifiers.rsaEncryption.equals(algorithm)) {
            throw refused("it is an RSA key");
        }
        if (!X9ObjectIdentifiers.id_ecPublicKey.equals(algorithm)) {
            throw refused("it is a key of another algorithm (" + algorithm + ")");
        }
        if (!SECObjectIdentifiers.secp256r1.equals(parameters)) {
            throw refused(
                    "it is a key on another curve"
                            + (parameters instanceof ASN1ObjectIdentifier curve
                                    ? " (" + curve + ")"
                                    : ", or one with explicit parameters"));
        }
    }

    /** An EncryptedPrivateKeyInfo begins with a sequence, a PrivateKeyInfo with a version. */
    private static boolean isEncrypted(byte[] der) {
        int header = der.length > 1 && der[1] < 0 ? 2 + (der[1] & 0x7f) : 2;
        return header < der.length && der[header] == DER_SEQUENCE;
    }

    private static VerificationException refused(String why) {
        return new VerificationException(
                Code.BAD_KEY,
                why
                        + "; attestation keys are P-256, for example from openssl genpkey"
                        + " -algorithm EC -pkeyopt ec_paramgen_curve:P-256");
    }
}
