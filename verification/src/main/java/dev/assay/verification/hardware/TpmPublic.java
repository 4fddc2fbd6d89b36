package dev.assay.verification.hardware;

import dev.assay.protocol.market.Bytes;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.hardware.Keys.Curve;

import java.security.PublicKey;

/**
 * The public part of an attestation key, a TPM2B_PUBLIC (TPM 2.0 Library, Part 2, 12.2.5): RSA of
 * 2,048 to 4,096 bits, or ECC on P-256. Only a key that a TPM made, never lets go, and uses for
 * nothing but what it says itself is accepted: without {@code restricted} its owner could have it
 * sign a made-up quote.
 *
 * @param name the key's name: nameAlg and the digest of its public area
 * @param scheme the one scheme it signs with
 */
record TpmPublic(Bytes name, TpmScheme scheme, TpmHash hash, PublicKey key) {
    private static final String WHAT = "key";
    private static final int RSA = 0x0001;
    private static final int ECC = 0x0023;
    private static final int NULL = 0x0010;
    private static final int NIST_P256 = 0x0003;
    private static final long DEFAULT_EXPONENT = 65_537;
    private static final int MAX_DIGEST = 64;

    /** Bits of TPMA_OBJECT that mean nothing and must be clear. */
    private static final long RESERVED = 0xFFF0F309L;

    private static final int MAX_MODULUS = 512;

    /** TPMA_OBJECT bits (Part 2, 8.3). */
    private enum Attribute {
        FIXED_TPM("fixedTPM", 1, true),
        FIXED_PARENT("fixedParent", 4, true),
        SENSITIVE_DATA_ORIGIN("sensitiveDataOrigin", 5, true),
        RESTRICTED("restricted", 16, true),
        DECRYPT("decrypt", 17, false),
        SIGN("sign", 18, true),
        X509_SIGN("x509sign", 19, false);

        private final String label;
        private final int bit;
        private final boolean needed;

        Attribute(String label, int bit, boolean needed) {
            this.label = label;
            this.bit = bit;
            this.needed = needed;
        }

        void require(long attributes) throws VerificationException {
            if ((attributes >> bit & 1) == 1 != needed) {
                throw new VerificationException(
                        Code.BAD_KEY,
                        WHAT
                                + ".objectAttributes: "
                                + label
                                + (needed ? " is not set" : " is set")
                                + ", so this is no attestation key of a TPM");
            }
        }
    }

    static TpmPublic parse(byte[] bytes) throws VerificationException {
        BinaryFields outer = BinaryFields.bigEndian(WHAT, bytes);
        byte[] area = outer.sized("size", bytes.length);
        outer.end();
        BinaryFields in = BinaryFields.bigEndian(WHAT, area);
        int type = in.u16("type");
        int nameId = in.u16("nameAlg");
        TpmHash nameHash = hash(in, "nameAlg", nameId);
        long attributes = in.u32("objectAttributes");
        if ((attributes & RESERVED) != 0) {
            throw in.wrong("objectAttributes", "reserved bits that are not zero");
        }
        in.sized("authPolicy", MAX_DIGEST);
        if (in.u16("symmetric") != NULL) {
            throw in.wrong("symmetric", "a cipher, which no signing key has");
        }
        int schemeId = in.u16("scheme");
        TpmScheme scheme =
                TpmScheme.of(schemeId)
                        .filter(known -> known.isRsa() == (type == RSA))
                        .orElseThrow(
                                () ->
                                        in.wrong(
                                                "scheme",
                                                Integer.toHexString(schemeId)
                                                        + " is none of RSASSA, RSAPSS and ECDSA"
                                                        + " that fits the key"));
        TpmHash hash = hash(in, "scheme.hash", in.u16("scheme.hash"));
        PublicKey key =
                switch (type) {
                    case RSA -> rsa(in);
                    case ECC -> ecc(in);
                    default ->
                            throw in.wrong(
                                    "type", Integer.toHexString(type) + " is neither RSA nor ECC");
                };
        in.end();
        for (Attribute attribute : Attribute.values()) {
            attribute.require(attributes);
        }
        byte[] name =
                Keys.concatenated(
                        new byte[] {(byte) (nameId >> 8), (byte) nameId}, nameHash.digest(area));
        return new TpmPublic(Bytes.copyOf(name), scheme, hash, key);
    }

    private static PublicKey rsa(BinaryFields in) throws VerificationException {
        int bits = in.u16("keyBits");
        if (bits != 2048 && bits != 3072 && bits != 4096) {
            throw in.wrong("keyBits", bits + ", not 2048, 3072 or 4096");
        }
        long exponent = in.u32("exponent");
        if (exponent != 0 && exponent != DEFAULT_EXPONENT) {
            throw in.wrong("exponent", exponent + ", not 65537");
        }
        byte[] modulus = in.sized("unique", MAX_MODULUS);
        if (modulus.length * Byte.SIZE != bits || modulus[0] >= 0) {
            throw in.wrong("unique", "no modulus of " + bits + " bits");
        }
        return Keys.rsa(WHAT, modulus, DEFAULT_EXPONENT);
    }

    private static PublicKey ecc(BinaryFields in) throws VerificationException {
        int curve = in.u16("curveID");
        if (curve != NIST_P256) {
            throw in.wrong("curveID", curve + " is not P-256 (3)");
        }
        if (in.u16("kdf") != NULL) {
            throw in.wrong("kdf", "a key derivation, which no signing key has");
        }
        byte[] x = in.sized("unique.x", Curve.P256.bytes());
        byte[] y = in.sized("unique.y", Curve.P256.bytes());
        return Keys.ec(WHAT, Curve.P256, x, y);
    }

    private static TpmHash hash(BinaryFields in, String field, int id)
            throws VerificationException {
        return TpmHash.of(id)
                .orElseThrow(
                        () ->
                                in.wrong(
                                        field,
                                        "algorithm "
                                                + Integer.toHexString(id)
                                                + " is none of SHA-256, SHA-384, SHA-512"));
    }
}
