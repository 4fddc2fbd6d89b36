package dev.assay.verification.hardware;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Optional;

/** Signatures, verified with the JDK. */
final class Signatures {
    private Signatures() {}

    /** Refuses bytes that the key did not sign. */
    static void require(
            String what, String algorithm, PublicKey key, byte[] signed, byte[] signature)
            throws VerificationException {
        require(what, algorithm, Optional.empty(), key, signed, signature);
    }

    /** Refuses bytes that the key did not sign, with these parameters of the algorithm. */
    static void require(
            String what,
            String algorithm,
            Optional<AlgorithmParameterSpec> parameters,
            PublicKey key,
            byte[] signed,
            byte[] signature)
            throws VerificationException {
        if (!isBy(what, algorithm, parameters, key, signed, signature)) {
            throw new VerificationException(
                    Code.BAD_SIGNATURE,
                    what + ": not signed by this key; the bytes or the key are not the signer's");
        }
    }

    private static boolean isBy(
            String what,
            String algorithm,
            Optional<AlgorithmParameterSpec> parameters,
            PublicKey key,
            byte[] signed,
            byte[] signature)
            throws VerificationException {
        try {
            Signature verifier = Signature.getInstance(algorithm);
            if (parameters.isPresent()) {
                verifier.setParameter(parameters.get());
            }
            verifier.initVerify(key);
            verifier.update(signed);
            try {
                return verifier.verify(signature);
            } catch (SignatureException e) {
                // a signature of a wrong length, or numbers out of range: not one of the key's
                return false;
            }
        } catch (GeneralSecurityException e) {
            throw new VerificationException(
                    Code.BAD_KEY, what + ": this key cannot have signed it: " + e.getMessage(), e);
        }
    }
}
