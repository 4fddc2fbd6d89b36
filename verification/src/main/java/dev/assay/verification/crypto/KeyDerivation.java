package dev.assay.verification.crypto;

import dev.assay.verification.VerificationException;

import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.pkcs.KeyDerivationFunc;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.generators.PKCS5S2ParametersGenerator;
import org.bouncycastle.crypto.generators.SCrypt;
import org.bouncycastle.crypto.params.KeyParameter;

import java.math.BigInteger;
import java.util.Arrays;

/**
 * Keys from passphrases, by the parameters in a file. The file is not trusted: what it asks for is
 * bounded before anything is computed, to 128 MiB and a few seconds.
 */
final class KeyDerivation {
    /** The most memory that scrypt may take: 128 · N · r bytes. */
    static final long MAX_SCRYPT_BYTES = 128L << 20;

    /** The most that scrypt may work: N · r · p, twelve times what our own files ask for. */
    static final long MAX_SCRYPT_WORK = 1L << 23;

    /** The most iterations of PBKDF2. */
    static final int MAX_ITERATIONS = 2_000_000;

    private static final int MAX_SALT_BYTES = 64;

    private static final ASN1ObjectIdentifier SCRYPT =
            new ASN1ObjectIdentifier("1.3.6.1.4.1.11591.4.11");

    private KeyDerivation() {}

    /** The key of this length by these parameters. */
    static byte[] derive(Passphrase passphrase, KeyDerivationFunc function, int keyBytes)
            throws VerificationException {
        ASN1ObjectIdentifier algorithm = function.getAlgorithm();
        try {
            if (SCRYPT.equals(algorithm)) {
                return scrypt(
                        passphrase, ASN1Sequence.getInstance(function.getParameters()), keyBytes);
            }
            if (PKCSObjectIdentifiers.id_PBKDF2.equals(algorithm)) {
                return pbkdf2(
                        passphrase, PBKDF2Params.getInstance(function.getParameters()), keyBytes);
            }
        } catch (RuntimeException e) {
            // The ASN.1 classes refuse foreign bytes with whatever exception comes up.
            throw KeyEncryption.unreadable("its key derivation has malformed parameters");
        }
        throw KeyEncryption.unreadable("its key derivation is neither scrypt nor PBKDF2");
    }

    /** scrypt with these parameters, to be written into a file (RFC 7914, clause 7). */
    static KeyDerivationFunc scryptFunction(byte[] salt, int n, int r, int p) {
        return new KeyDerivationFunc(
                SCRYPT,
                new DERSequence(
                        new ASN1Encodable[] {
                            new DEROctetString(salt),
                            new ASN1Integer(n),
                            new ASN1Integer(r),
                            new ASN1Integer(p)
                        }));
    }

    /** The key by scrypt with parameters that are within bounds. */
    static byte[] scrypt(Passphrase passphrase, byte[] salt, int n, int r, int p, int keyBytes) {
        byte[] secret = passphrase.bytes();
        try {
            return SCrypt.generate(secret, salt, n, r, p, keyBytes);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    /** {@code SEQUENCE { salt, N, r, p, length of the key OPTIONAL }}. */
    private static byte[] scrypt(Passphrase passphrase, ASN1Sequence parameters, int keyBytes)
            throws VerificationException {
        int n = small(integer(parameters, 1));
        int r = small(integer(parameters, 2));
        int p = small(integer(parameters, 3));
        if (Integer.bitCount(n) != 1 || n < 2) {
            throw KeyEncryption.unreadable("scrypt's N is not a power of two");
        }
        if (128L * n * r > MAX_SCRYPT_BYTES || (long) n * r * p > MAX_SCRYPT_WORK) {
            throw KeyEncryption.unreadable(
                    "scrypt with N=%d, r=%d, p=%d takes more than %d MiB or too long"
                            .formatted(n, r, p, MAX_SCRYPT_BYTES >> 20));
        }
        if (parameters.size() > 4) {
            checkLength(integer(parameters, 4), keyBytes);
        }
        byte[] salt = ASN1OctetString.getInstance(parameters.getObjectAt(0)).getOctets();
        checkSalt(salt);
        return scrypt(passphrase, salt, n, r, p, keyBytes);
    }

    private static byte[] pbkdf2(Passphrase passphrase, PBKDF2Params parameters, int keyBytes)
            throws VerificationException {
        int iterations = small(parameters.getIterationCount());
        if (iterations > MAX_ITERATIONS) {
            throw KeyEncryption.unreadable(
                    "PBKDF2 with %d iterations takes too long".formatted(iterations));
        }
        checkSalt(parameters.getSalt());
        BigInteger length = parameters.getKeyLength();
        if (length != null) {
            checkLength(length, keyBytes);
        }
        ASN1ObjectIdentifier prf = parameters.getPrf().getAlgorithm();
        Digest digest;
        if (PKCSObjectIdentifiers.id_hmacWithSHA256.equals(prf)) {
            digest = new SHA256Digest();
        } else if (PKCSObjectIdentifiers.id_hmacWithSHA512.equals(prf)) {
            digest = new SHA512Digest();
        } else {
            throw KeyEncryption.unreadable("PBKDF2's hash is neither SHA-256 nor SHA-512");
        }
        byte[] secret = passphrase.bytes();
        try {
            PKCS5S2ParametersGenerator generator = new PKCS5S2ParametersGenerator(digest);
            generator.init(secret, parameters.getSalt(), iterations);
            return ((KeyParameter) generator.generateDerivedMacParameters(keyBytes * Byte.SIZE))
                    .getKey();
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    private static BigInteger integer(ASN1Sequence sequence, int at) {
        return ASN1Integer.getInstance(sequence.getObjectAt(at)).getValue();
    }

    /** A parameter below 2^21: no product of three such overflows a long. */
    private static int small(BigInteger parameter) throws VerificationException {
        if (parameter.signum() <= 0 || parameter.bitLength() > 21) {
            throw KeyEncryption.unreadable("a parameter of its key derivation is out of range");
        }
        return parameter.intValueExact();
    }

    private static void checkSalt(byte[] salt) throws VerificationException {
        if (salt.length > MAX_SALT_BYTES) {
            throw KeyEncryption.unreadable("its salt is over " + MAX_SALT_BYTES + " bytes");
        }
    }

    private static void checkLength(BigInteger written, int keyBytes) throws VerificationException {
        if (!written.equals(BigInteger.valueOf(keyBytes))) {
            throw KeyEncryption.unreadable("the length of its key is not its cipher's");
        }
    }
}
