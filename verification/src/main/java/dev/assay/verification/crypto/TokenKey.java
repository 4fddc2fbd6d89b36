package dev.assay.verification.crypto;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import org.bouncycastle.crypto.signers.StandardDSAEncoding;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;

/**
 * An attestation key in a PKCS#11 token, such as a hardware security module, which it never leaves.
 * The token chooses the nonces, so that equal messages have different signatures; a high s is
 * mirrored here, because tokens do not care. Safe to share between threads, until its {@link Token}
 * is closed.
 */
public final class TokenKey implements SigningKey {
    private final String name;
    private final PrivateKey handle;
    private final VerifyingKey verifyingKey;
    private final Provider provider;

    TokenKey(String name, PrivateKey handle, VerifyingKey verifyingKey, Provider provider) {
        this.name = name;
        this.handle = handle;
        this.verifyingKey = verifyingKey;
        this.provider = provider;
    }

    @Override
    public Signature sign(byte[] message) throws VerificationException {
        try {
            // CKM_ECDSA over our own digest: the one mechanism that every token has.
            java.security.Signature signer =
                    java.security.Signature.getInstance("NONEwithECDSA", provider);
            signer.initSign(handle);
            signer.update(Digest.sha256(message).bytes());
            BigInteger[] pair = StandardDSAEncoding.INSTANCE.decode(P256.ORDER, signer.sign());
            Signature signature = Signature.ofLowS(pair[0], pair[1]);
            verifyingKey.verify(message, signature);
            return signature;
        } catch (GeneralSecurityException
                | ProviderException
                | IllegalArgumentException
                | IOException e) {
            throw new VerificationException(
                    Code.IO,
                    name + " could not sign: " + e.getMessage() + "; is the token still there?",
                    e);
        }
    }

    @Override
    public VerifyingKey verifyingKey() {
        return verifyingKey;
    }

    /** Names the key. */
    @Override
    public String toString() {
        return "TokenKey[" + keyId().brief() + "]";
    }
}
