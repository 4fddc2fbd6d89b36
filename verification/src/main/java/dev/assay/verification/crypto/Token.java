package dev.assay.verification.crypto;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AuthProvider;
import java.security.GeneralSecurityException;
import java.security.InvalidParameterException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Security;
import java.security.cert.Certificate;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * A PKCS#11 token that is logged into, through the JDK's SunPKCS11 provider. The configuration file
 * is that provider's, with at least:
 *
 * <pre>
 * name = label
 * library = /usr/lib/softhsm/libsofthsm2.so
 * slotListIndex = 0
 * </pre>
 *
 * The PIN is asked for and never in the file. The owner closes it, after which its keys do not sign
 * any more.
 */
public final class Token implements AutoCloseable {
    private static final byte[] CHALLENGE = {'a', 's', 's', 'a', 'y'};

    private final Path config;
    private final Provider provider;
    private final KeyStore keys;

    private Token(Path config, Provider provider, KeyStore keys) {
        this.config = config;
        this.provider = provider;
        this.keys = keys;
    }

    /** Logs into the token that this file configures. */
    public static Token open(Path config, PassphraseSource pins) throws VerificationException {
        Path file = config.toAbsolutePath();
        Provider sun = Security.getProvider("SunPKCS11");
        if (sun == null || !Files.isReadable(file)) {
            throw failed(
                    file, sun == null ? "this Java has no SunPKCS11" : "the file cannot be read");
        }
        Provider provider;
        KeyStore keys;
        try {
            provider = sun.configure(file.toString());
            keys = KeyStore.getInstance("PKCS11", provider);
        } catch (InvalidParameterException
                | UnsupportedOperationException
                | ProviderException
                | GeneralSecurityException e) {
            throw failed(file, reason(e));
        }
        try (Passphrase pin = pins.passphrase("PKCS#11 token of " + file)) {
            char[] characters = pin.characters();
            try {
                keys.load(null, characters);
            } finally {
                Arrays.fill(characters, '\0');
            }
        } catch (IOException | GeneralSecurityException | ProviderException e) {
            throw failed(file, "the PIN was not accepted, or there is no token: " + reason(e));
        }
        return new Token(file, provider, keys);
    }

    /** The P-256 key with this alias, which needs a certificate beside it for its public half. */
    public TokenKey signingKey(String alias) throws VerificationException {
        String name = "key '" + alias + "' of the token of " + config;
        try {
            Certificate certificate = keys.getCertificate(alias);
            if (certificate == null || !(keys.getKey(alias, null) instanceof PrivateKey handle)) {
                List<String> known = Collections.list(keys.aliases());
                throw failed(
                        config,
                        "it has no private key with a certificate under the alias '"
                                + alias
                                + "'; it has "
                                + known);
            }
            TokenKey key =
                    new TokenKey(
                            name,
                            handle,
                            VerifyingKey.parse(certificate.getPublicKey().getEncoded()),
                            provider);
            key.sign(CHALLENGE);
            return key;
        } catch (GeneralSecurityException | ProviderException e) {
            throw failed(config, reason(e));
        }
    }

    /** Logs out. */
    @Override
    public void close() throws VerificationException {
        if (provider instanceof AuthProvider token) {
            try {
                token.logout();
            } catch (GeneralSecurityException | ProviderException e) {
                throw failed(config, "it could not be logged out of: " + reason(e));
            }
        }
    }

    private static VerificationException failed(Path config, String why) {
        return new VerificationException(
                Code.BAD_KEY, "PKCS#11 token of " + config + ": " + why + "; see docs/keys.md");
    }

    /** The innermost message: the provider wraps what the token said. */
    private static String reason(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }
}
