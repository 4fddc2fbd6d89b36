package dev.assay.verification.crypto;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.VerificationException;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/** Keys that are the same in every run, and so no secret to anybody. */
public final class FixedKeys {
    private FixedKeys() {}

    /** The attestation key of this name. */
    public static SoftwareKey signing(String name) {
        try {
            return SoftwareKey.of(new BigInteger(1, seed(name)));
        } catch (VerificationException e) {
            throw new AssertionError("take another name than " + name, e);
        }
    }

    /** The key of this name, of a log or a witness with this origin. */
    public static LogSigningKey log(String origin, String name) {
        try {
            return LogSigningKey.fromPkcs8(
                    origin, KeyEncoding.concat(KeyEncoding.ED25519_PKCS8, seed(name)));
        } catch (VerificationException e) {
            throw new AssertionError("take another name than " + name, e);
        }
    }

    private static byte[] seed(String name) {
        return Digest.sha256(("fixed key " + name).getBytes(StandardCharsets.UTF_8)).bytes();
    }
}
