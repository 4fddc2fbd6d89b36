package dev.assay.verification.crypto;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

/** Where the passphrase of an encrypted key comes from; asked only when one is needed. */
@FunctionalInterface
public interface PassphraseSource {
    /** For keys that are not encrypted: refuses to open any that is. */
    PassphraseSource NONE =
            _ -> {
                throw new VerificationException(
                        Code.BAD_KEY, "it is encrypted, and no passphrase was given");
            };

    /**
     * The passphrase of one thing; the caller closes it.
     *
     * @param what names the thing to people, such as {@code key file /home/a/.assay/keys/b.pem}
     */
    Passphrase passphrase(String what) throws VerificationException;
}
