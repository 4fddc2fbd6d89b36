package dev.assay.verification.hardware;

import dev.assay.protocol.market.Bytes;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.hardware.Keys.Curve;

import java.security.interfaces.RSAPublicKey;
import java.security.spec.PSSParameterSpec;
import java.util.Optional;

/**
 * A TPMT_SIGNATURE (TPM 2.0 Library, Part 2, 11.3.4): the scheme, its hash, and for RSA the
 * signature, for ECDSA r and s, each after its length.
 *
 * @param value for RSA the signature, for ECDSA r and s of 32 bytes each
 */
record TpmSignature(TpmScheme scheme, TpmHash hash, Bytes value) {
    private static final String WHAT = "signature";
    private static final int MAX_RSA = 512;

    static TpmSignature parse(byte[] bytes) throws VerificationException {
        BinaryFields in = BinaryFields.bigEndian(WHAT, bytes);
        int schemeId = in.u16("sigAlg");
        TpmScheme scheme =
                TpmScheme.of(schemeId)
                        .orElseThrow(
                                () ->
                                        in.wrong(
                                                "sigAlg",
                                                Integer.toHexString(schemeId)
                                                        + " is none of RSASSA, RSAPSS and"
                                                        + " ECDSA"));
        int hashId = in.u16("hash");
        TpmHash hash =
                TpmHash.of(hashId)
                        .orElseThrow(
                                () ->
                                        in.wrong(
                                                "hash",
                                                Integer.toHexString(hashId)
                                                        + " is none of SHA-256, SHA-384 and"
                                                        + " SHA-512"));
        byte[] value = scheme.isRsa() ? in.sized("sig", MAX_RSA) : ecdsa(in);
        in.end();
        return new TpmSignature(scheme, hash, Bytes.copyOf(value));
    }

    private static byte[] ecdsa(BinaryFields in) throws VerificationException {
        byte[] r = Keys.padded(WHAT, Curve.P256, in.sized("signatureR", Curve.P256.bytes()));
        byte[] s = Keys.padded(WHAT, Curve.P256, in.sized("signatureS", Curve.P256.bytes()));
        return Keys.concatenated(r, s);
    }

    /** Refuses bytes that this key did not sign, by the scheme that it has. */
    void require(TpmPublic key, byte[] signed) throws VerificationException {
        if (key.scheme() != scheme || key.hash() != hash) {
            throw new VerificationException(
                    Code.BAD_SIGNATURE,
                    WHAT
                            + ": by "
                            + scheme
                            + " with "
                            + hash
                            + ", but the key signs by "
                            + key.scheme()
                            + " with "
                            + key.hash());
        }
        switch (scheme) {
            case RSASSA ->
                    Signatures.require(WHAT, hash + "withRSA", key.key(), signed, value.toArray());
            case RSAPSS ->
                    Signatures.require(
                            WHAT,
                            "RSASSA-PSS",
                            Optional.of(pss(key)),
                            key.key(),
                            signed,
                            value.toArray());
            case ECDSA ->
                    Signatures.require(
                            WHAT,
                            hash + "withECDSAinP1363Format",
                            key.key(),
                            signed,
                            value.toArray());
        }
    }

    /**
     * The salt is as long as the hash, or as the key allows when that is less (Part 1, annex B.7).
     */
    private PSSParameterSpec pss(TpmPublic key) {
        int most = Integer.MAX_VALUE;
        if (key.key() instanceof RSAPublicKey rsa) {
            most = (rsa.getModulus().bitLength() + 6) / Byte.SIZE - hash.bytes() - 2;
        }
        return new PSSParameterSpec(
                hash.algorithm(),
                "MGF1",
                hash.mask(),
                Math.min(hash.bytes(), most),
                PSSParameterSpec.TRAILER_FIELD_BC);
    }
}
