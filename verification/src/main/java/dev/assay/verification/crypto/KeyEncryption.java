package dev.assay.verification.crypto;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.EncryptionScheme;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Map;

import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Private keys encrypted with a passphrase: PKCS#8 EncryptedPrivateKeyInfo (RFC 5958, clause 3)
 * with PBES2 (RFC 8018, clause 6.2), scrypt (RFC 7914) and AES-256-CBC, which OpenSSL 3 reads:
 *
 * <pre>
 * SEQUENCE { SEQUENCE { PBES2, SEQUENCE {
 *     SEQUENCE { scrypt, SEQUENCE { salt 16, N 16384, r 8, p 5 } }
 *     SEQUENCE { aes256-CBC, IV 16 } } }
 *   OCTET STRING ciphertext }
 * </pre>
 *
 * CBC does not authenticate. The caller must compare what was decrypted with the public key, which
 * is not encrypted; a changed ciphertext gives another key. Other tools' files are read too
 * (PBKDF2, AES of other sizes), as long as opening them costs no more than the limits of {@link
 * KeyDerivation}.
 */
final class KeyEncryption {
    private static final int SALT_BYTES = 16;
    private static final int IV_BYTES = 16;
    private static final int KEY_BYTES = 32;

    /** 16 MiB, five times: among the settings of equal strength, the one within OpenSSL's limit. */
    private static final int SCRYPT_N = 1 << 14;

    private static final int SCRYPT_R = 8;
    private static final int SCRYPT_P = 5;

    /** Key lengths in bytes of the ciphers that are read. */
    private static final Map<ASN1ObjectIdentifier, Integer> CIPHERS =
            Map.of(
                    NISTObjectIdentifiers.id_aes128_CBC, 16,
                    NISTObjectIdentifiers.id_aes192_CBC, 24,
                    NISTObjectIdentifiers.id_aes256_CBC, 32);

    private KeyEncryption() {}

    /** Encrypts a private key in PKCS#8. */
    static byte[] encrypt(byte[] pkcs8, Passphrase passphrase, SecureRandom random) {
        byte[] salt = new byte[SALT_BYTES];
        byte[] iv = new byte[IV_BYTES];
        random.nextBytes(salt);
        random.nextBytes(iv);
        byte[] key =
                KeyDerivation.scrypt(passphrase, salt, SCRYPT_N, SCRYPT_R, SCRYPT_P, KEY_BYTES);
        try {
            byte[] ciphertext = aes(Cipher.ENCRYPT_MODE, key, iv, pkcs8);
            PBES2Parameters parameters =
                    new PBES2Parameters(
                            KeyDerivation.scryptFunction(salt, SCRYPT_N, SCRYPT_R, SCRYPT_P),
                            new EncryptionScheme(
                                    NISTObjectIdentifiers.id_aes256_CBC, new DEROctetString(iv)));
            return new EncryptedPrivateKeyInfo(
                            new AlgorithmIdentifier(PKCSObjectIdentifiers.id_PBES2, parameters),
                            ciphertext)
                    .getEncoded("DER");
        } catch (GeneralSecurityException | IOException e) {
            throw new AssertionError("every JDK has AES in CBC mode", e);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    /**
     * The private key in this EncryptedPrivateKeyInfo; what it is remains to be checked, because a
     * wrong passphrase is not always noticed here.
     */
    static byte[] decrypt(byte[] der, Passphrase passphrase) throws VerificationException {
        EncryptedPrivateKeyInfo info;
        PBES2Parameters parameters;
        byte[] iv;
        int keyBytes;
        if (!DerShape.isShallow(der)) {
            throw unreadable("it is not an EncryptedPrivateKeyInfo");
        }
        try {
            info = EncryptedPrivateKeyInfo.getInstance(der);
            AlgorithmIdentifier algorithm = info.getEncryptionAlgorithm();
            if (!PKCSObjectIdentifiers.id_PBES2.equals(algorithm.getAlgorithm())) {
                throw unreadable("it is not encrypted with PBES2");
            }
            parameters = PBES2Parameters.getInstance(algorithm.getParameters());
            keyBytes = keyBytes(parameters.getEncryptionScheme());
            iv = iv(parameters.getEncryptionScheme().getParameters());
        } catch (RuntimeException e) {
            // The ASN.1 classes refuse foreign bytes with whatever exception comes up.
            throw unreadable("it is not an EncryptedPrivateKeyInfo");
        }
        byte[] key = KeyDerivation.derive(passphrase, parameters.getKeyDerivationFunc(), keyBytes);
        try {
            return aes(Cipher.DECRYPT_MODE, key, iv, info.getEncryptedData());
        } catch (GeneralSecurityException e) {
            throw wrongPassphrase();
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    /** What to say when the decrypted bytes are not the key they should be. */
    static VerificationException wrongPassphrase() {
        return new VerificationException(
                Code.BAD_KEY, "the passphrase is wrong, or the encrypted key was changed");
    }

    /** Why an encrypted key cannot be read, and the command that makes it readable. */
    static VerificationException unreadable(String why) {
        return new VerificationException(
                Code.BAD_KEY,
                "the encrypted private key cannot be read: "
                        + why
                        + "; openssl pkcs8 -topk8 -scrypt -in FILE writes the form that can");
    }

    private static int keyBytes(EncryptionScheme scheme) throws VerificationException {
        Integer length = CIPHERS.get(scheme.getAlgorithm());
        if (length == null) {
            throw unreadable("its cipher is not AES in CBC mode");
        }
        return length;
    }

    private static byte[] iv(ASN1Encodable parameters) throws VerificationException {
        byte[] iv = ASN1OctetString.getInstance(parameters).getOctets();
        if (iv.length != IV_BYTES) {
            throw unreadable("its IV does not have 16 bytes");
        }
        return iv;
    }

    private static byte[] aes(int mode, byte[] key, byte[] iv, byte[] input)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new IvParameterSpec(iv));
        return cipher.doFinal(input);
    }
}
