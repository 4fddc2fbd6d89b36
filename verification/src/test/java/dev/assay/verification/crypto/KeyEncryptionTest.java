package dev.assay.verification.crypto;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.EncryptionScheme;
import org.bouncycastle.asn1.pkcs.KeyDerivationFunc;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;

class KeyEncryptionTest {
    private static final ASN1ObjectIdentifier SCRYPT =
            new ASN1ObjectIdentifier("1.3.6.1.4.1.11591.4.11");

    private final SecureRandom random = new SecureRandom();
    private final Passphrase passphrase = Passphrase.of("correct horse".toCharArray());

    /** RFC 7914, clause 12, the third vector. */
    @Test
    void scrypt_exampleOfRfc7914_isItsKey() {
        byte[] key =
                KeyDerivation.scrypt(
                        Passphrase.of("pleaseletmein".toCharArray()),
                        "SodiumChloride".getBytes(StandardCharsets.US_ASCII),
                        16384,
                        8,
                        1,
                        64);
        assertThat(HexFormat.of().formatHex(key))
                .isEqualTo(
                        "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
                            + "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887");
    }

    @Test
    void encrypt_twice_hasAnotherSaltAndBothAreRead() throws Exception {
        byte[] pkcs8 = SigningKey.create(random).pkcs8();
        byte[] one = KeyEncryption.encrypt(pkcs8, passphrase, random);
        byte[] two = KeyEncryption.encrypt(pkcs8, passphrase, random);

        assertThat(one).isNotEqualTo(two);
        assertThat(KeyEncryption.decrypt(one, passphrase)).isEqualTo(pkcs8);
        assertThat(KeyEncryption.decrypt(two, passphrase)).isEqualTo(pkcs8);
    }

    @Test
    void encrypt_anyKey_saysScryptAtItsCost() throws Exception {
        byte[] der = KeyEncryption.encrypt(SigningKey.create(random).pkcs8(), passphrase, random);

        assertThat(HexFormat.of().formatHex(der))
                .as("PBES2, then scrypt, then N 16384, r 8, p 5, then aes256-CBC")
                .containsSubsequence(
                        "06092a864886f70d01050d",
                        "06092b06010401da47040b",
                        "02024000020108020105",
                        "060960864801650304012a");
    }

    /** What a file asks for is refused before anything is computed: these would take gigabytes. */
    @ParameterizedTest
    @CsvSource({
        "1073741824,  8, 1, out of range",
        "1048576,     8, 1, takes more than 128 MiB",
        "131072,     16, 1, takes more than 128 MiB",
        "2, 1048576, 1, takes more than 128 MiB",
        "16384, 8, 1000000, too long",
        "16384, 8, 9223372036854775808, out of range",
        "16385, 8, 1, not a power of two",
        "1, 8, 1, not a power of two",
        "0, 8, 1, out of range",
        "-16384, 8, 1, out of range",
        "16384, 0, 1, out of range",
        "16384, 8, 0, out of range",
    })
    void decrypt_scryptThatCostsTooMuch_isRefused(String n, String r, String p, String why)
            throws Exception {
        byte[] der =
                info(
                        new KeyDerivationFunc(
                                SCRYPT,
                                new DERSequence(
                                        new ASN1Encodable[] {
                                            new DEROctetString(new byte[16]),
                                            new ASN1Integer(new BigInteger(n)),
                                            new ASN1Integer(new BigInteger(r)),
                                            new ASN1Integer(new BigInteger(p))
                                        })),
                        NISTObjectIdentifiers.id_aes256_CBC,
                        16);

        assertRefused(Code.BAD_KEY, () -> KeyEncryption.decrypt(der, passphrase)).contains(why);
    }

    @Test
    void decrypt_pbkdf2ThatTakesTooLong_isRefused() throws Exception {
        byte[] der = info(pbkdf2(16, 2_000_001), NISTObjectIdentifiers.id_aes256_CBC, 16);

        assertRefused(Code.BAD_KEY, () -> KeyEncryption.decrypt(der, passphrase))
                .contains("too long");
    }

    @Test
    void decrypt_parametersOfAnotherKind_areRefused() throws Exception {
        byte[] longSalt = info(pbkdf2(65, 1), NISTObjectIdentifiers.id_aes256_CBC, 16);
        byte[] gcm = info(pbkdf2(16, 1), NISTObjectIdentifiers.id_aes256_GCM, 16);
        byte[] shortIv = info(pbkdf2(16, 1), NISTObjectIdentifiers.id_aes256_CBC, 15);
        byte[] sha1 =
                info(
                        new KeyDerivationFunc(
                                PKCSObjectIdentifiers.id_PBKDF2, new PBKDF2Params(new byte[16], 1)),
                        NISTObjectIdentifiers.id_aes256_CBC,
                        16);

        assertRefused(Code.BAD_KEY, () -> KeyEncryption.decrypt(longSalt, passphrase))
                .contains("salt");
        assertRefused(Code.BAD_KEY, () -> KeyEncryption.decrypt(gcm, passphrase))
                .contains("cipher");
        assertRefused(Code.BAD_KEY, () -> KeyEncryption.decrypt(shortIv, passphrase))
                .contains("IV");
        assertRefused(Code.BAD_KEY, () -> KeyEncryption.decrypt(sha1, passphrase))
                .contains("SHA-256 nor SHA-512")
                .contains("openssl pkcs8 -topk8 -scrypt");
    }

    @Test
    void decrypt_anyByteOfTheHeadChanged_isRefusedOrGivesNoKey() throws Exception {
        byte[] der = info(pbkdf2(16, 1), NISTObjectIdentifiers.id_aes256_CBC, 16);
        for (int at = 0; at < der.length - 32; at++) {
            for (int bit = 1; bit < 256; bit <<= 1) {
                byte[] changed = der.clone();
                changed[at] ^= (byte) bit;
                assertThat(read(changed)).as("byte %d", at).isNotEqualTo("a key");
            }
        }
        for (int length = 0; length < der.length; length++) {
            assertThat(read(Arrays.copyOf(der, length))).isEqualTo("refused");
        }
    }

    private String read(byte[] der) {
        try {
            SoftwareKey.fromPkcs8(KeyEncryption.decrypt(der, passphrase));
            return "a key";
        } catch (VerificationException e) {
            return "refused";
        }
    }

    private static KeyDerivationFunc pbkdf2(int saltBytes, int iterations) {
        return new KeyDerivationFunc(
                PKCSObjectIdentifiers.id_PBKDF2,
                new PBKDF2Params(
                        new byte[saltBytes],
                        iterations,
                        new AlgorithmIdentifier(PKCSObjectIdentifiers.id_hmacWithSHA256)));
    }

    private static byte[] info(KeyDerivationFunc function, ASN1ObjectIdentifier cipher, int iv)
            throws IOException {
        PBES2Parameters parameters =
                new PBES2Parameters(
                        function, new EncryptionScheme(cipher, new DEROctetString(new byte[iv])));
        return new EncryptedPrivateKeyInfo(
                        new AlgorithmIdentifier(PKCSObjectIdentifiers.id_PBES2, parameters),
                        new byte[32])
                .getEncoded("DER");
    }
}
