package dev.assay.verification.hardware;

import dev.assay.protocol.market.Bytes;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;

/**
 * A challenge that only the TPM of an endorsement key can answer, and only when it holds an
 * attestation key as well: what TPM2_MakeCredential makes and TPM2_ActivateCredential opens (TPM
 * 2.0 Library, Part 1, chapter 24). For endorsement keys by the default template: RSA of 2,048
 * bits, SHA-256, AES-128 in CFB. The credential is the file that tpm2-tools reads:
 *
 * <pre>
 * magic 4 (BADCC0DE), version 4 (1), both as all numbers most significant byte first
 * TPM2B_ID_OBJECT          2 + n: TPM2B_DIGEST of the HMAC, then the encrypted answer
 * TPM2B_ENCRYPTED_SECRET   2 + 256: the seed of both, encrypted to the endorsement key
 * </pre>
 *
 * @param root the root at which the endorsement key's certificates end
 * @param keyName the attestation key's name
 * @param credential what the TPM is given
 * @param answer the 32 bytes that it must give back; a secret until then
 */
public record TpmChallenge(TrustRoots.Root root, Bytes keyName, Bytes credential, Bytes answer) {
    private static final String WHAT = "endorsement key";

    /** tcg-kp-EKCertificate, the purpose of an endorsement key's certificate. */
    private static final String EK_CERTIFICATE = "2.23.133.8.1";

    private static final int MAGIC = 0xBADCC0DE;
    private static final int VERSION = 1;
    private static final int SECRET = 32;
    private static final int RSA_BITS = 2048;
    private static final int AES_BYTES = 16;

    /**
     * A challenge to the TPM of an endorsement key.
     *
     * @param certificates from the endorsement key's to the root's
     * @param key TPM2B_PUBLIC of the attestation key
     * @param roots of {@link EvidenceKind#TPM2_QUOTE}
     * @param at when the certificates must have been valid
     */
    public static TpmChallenge make(
            List<X509Certificate> certificates,
            Bytes key,
            TrustRoots roots,
            Instant at,
            SecureRandom random)
            throws VerificationException {
        CertificateChain chain = new CertificateChain(WHAT, certificates);
        TrustRoots.Root root = chain.verify(EvidenceKind.TPM2_QUOTE, roots, at);
        byte[] name = TpmPublic.parse(key.toArray()).name().toArray();
        byte[] answer = new byte[SECRET];
        byte[] seed = new byte[SECRET];
        random.nextBytes(answer);
        random.nextBytes(seed);
        try {
            requirePurpose(chain.leaf());
            byte[] identity = encrypted(seed, name, sized(answer));
            byte[] integrity =
                    hmac(
                            derived(seed, "INTEGRITY", new byte[0], SECRET),
                            Keys.concatenated(identity, name));
            byte[] object = sized(Keys.concatenated(sized(integrity), identity));
            byte[] secret = sized(toEndorsementKey(chain.leaf(), seed, random));
            ByteBuffer credential =
                    ByteBuffer.allocate(2 * Integer.BYTES + object.length + secret.length)
                            .putInt(MAGIC)
                            .putInt(VERSION)
                            .put(object)
                            .put(secret);
            return new TpmChallenge(
                    root,
                    Bytes.copyOf(name),
                    Bytes.copyOf(credential.array()),
                    Bytes.copyOf(answer));
        } catch (GeneralSecurityException e) {
            throw new VerificationException(
                    Code.BAD_KEY, WHAT + ": cannot be encrypted to: " + e.getMessage(), e);
        }
    }

    private static void requirePurpose(X509Certificate certificate)
            throws VerificationException, GeneralSecurityException {
        List<String> purposes = certificate.getExtendedKeyUsage();
        if (purposes == null || !purposes.contains(EK_CERTIFICATE)) {
            throw new VerificationException(
                    Code.BAD_KEY,
                    WHAT + "[0]: no certificate of an endorsement key (" + EK_CERTIFICATE + ")");
        }
    }

    private static byte[] toEndorsementKey(
            X509Certificate certificate, byte[] seed, SecureRandom random)
            throws VerificationException, GeneralSecurityException {
        if (!(certificate.getPublicKey() instanceof RSAPublicKey rsa)
                || rsa.getModulus().bitLength() != RSA_BITS) {
            throw new VerificationException(
                    Code.BAD_KEY,
                    WHAT + "[0]: not RSA of 2048 bits; give the TPM's certificate of such a key");
        }
        Cipher oaep = Cipher.getInstance("RSA/ECB/OAEPPadding");
        oaep.init(
                Cipher.ENCRYPT_MODE,
                rsa,
                new OAEPParameterSpec(
                        TpmHash.SHA256.algorithm(),
                        "MGF1",
                        MGF1ParameterSpec.SHA256,
                        new PSource.PSpecified(label("IDENTITY"))),
                random);
        return oaep.doFinal(seed);
    }

    private static byte[] encrypted(byte[] seed, byte[] name, byte[] identity)
            throws GeneralSecurityException {
        Cipher cfb = Cipher.getInstance("AES/CFB/NoPadding");
        cfb.init(
                Cipher.ENCRYPT_MODE,
                new SecretKeySpec(derived(seed, "STORAGE", name, AES_BYTES), "AES"),
                new IvParameterSpec(new byte[AES_BYTES]));
        return cfb.doFinal(identity);
    }

    /** KDFa (Part 1, 11.4.10.2) with SHA-256, of at most 32 bytes. */
    private static byte[] derived(byte[] key, String label, byte[] context, int bytes)
            throws GeneralSecurityException {
        byte[] labelled = label(label);
        ByteBuffer input =
                ByteBuffer.allocate(2 * Integer.BYTES + labelled.length + context.length)
                        .putInt(1)
                        .put(labelled)
                        .put(context)
                        .putInt(bytes * Byte.SIZE);
        return Arrays.copyOf(hmac(key, input.array()), bytes);
    }

    private static byte[] hmac(byte[] key, byte[] bytes) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(bytes);
    }

    /** A label with the zero that ends it. */
    private static byte[] label(String label) {
        return (label + "\0").getBytes(StandardCharsets.US_ASCII);
    }

    /** The bytes after their 16-bit length. */
    private static byte[] sized(byte[] bytes) {
        return ByteBuffer.allocate(Short.BYTES + bytes.length)
                .putShort((short) bytes.length)
                .put(bytes)
                .array();
    }
}
