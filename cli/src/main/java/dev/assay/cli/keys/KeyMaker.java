package dev.assay.cli.keys;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.ForeignKey;
import dev.assay.verification.crypto.KeyFile;
import dev.assay.verification.crypto.LogSigningKey;
import dev.assay.verification.crypto.Passphrase;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.crypto.SoftwareKey;
import dev.assay.verification.crypto.TokenKey;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Makes new keys.
 *
 * @param passphrases what they are encrypted with
 */
public record KeyMaker(Passphrases passphrases, SecureRandom random) {
    /** Where a new key comes from and how it is kept. */
    public sealed interface Wish {}

    /** A new key in a file. */
    public record Generated(boolean encrypted) implements Wish {}

    /** A key that another program made, in a file; encrypted, it keeps its passphrase. */
    public record Imported(Path from, boolean encrypted) implements Wish {}

    /** A key that a PKCS#11 token has already. */
    public record InToken(Path config, String alias) implements Wish {}

    /** Makes a key of this name in the home. */
    public SigningKey make(HomeKeys keys, String name, Wish wish) throws VerificationException {
        keys.requireFree(name);
        return switch (wish) {
            case Generated generated -> generate(keys.pem(name), generated);
            case Imported imported -> importInto(keys.pem(name), imported);
            case InToken token -> refer(keys, name, token);
        };
    }

    /** Makes a key in this file. */
    public SoftwareKey generate(Path file, Generated wish) throws VerificationException {
        SoftwareKey key = SigningKey.create(random);
        store(file, key, wish.encrypted());
        return key;
    }

    /** Brings a key into this file. */
    public SoftwareKey importInto(Path file, Imported wish) throws VerificationException {
        Deque<Passphrase> typed = new ArrayDeque<>();
        try {
            SoftwareKey key =
                    new ForeignKey(wish.from())
                            .read(
                                    what -> {
                                        Passphrase passphrase = passphrases.passphrase(what);
                                        typed.push(passphrase.copy());
                                        return passphrase;
                                    });
            if (wish.encrypted() && !typed.isEmpty()) {
                new KeyFile(file).create(key, Optional.of(typed.getFirst()), random);
            } else {
                store(file, key, wish.encrypted());
            }
            return key;
        } finally {
            typed.forEach(Passphrase::close);
        }
    }

    /** Makes the home's log key. */
    public LogSigningKey makeLogKey(HomeKeys keys, boolean encrypted) throws VerificationException {
        keys.requireFree(HomeKeys.LOG);
        LogSigningKey key = LogSigningKey.create(HomeKeys.LOG_ORIGIN, random);
        KeyFile file = new KeyFile(keys.pem(HomeKeys.LOG));
        if (encrypted) {
            try (Passphrase passphrase = passphrases.fresh("key file " + file.path())) {
                file.create(key, Optional.of(passphrase), random);
            }
        } else {
            file.create(key, Optional.empty(), random);
        }
        return key;
    }

    private void store(Path path, SoftwareKey key, boolean encrypted) throws VerificationException {
        KeyFile file = new KeyFile(path);
        if (encrypted) {
            try (Passphrase passphrase = passphrases.fresh("key file " + file.path())) {
                file.create(key, Optional.of(passphrase), random);
            }
        } else {
            file.create(key, Optional.empty(), random);
        }
    }

    private static TokenKey refer(HomeKeys keys, String name, InToken wish)
            throws VerificationException {
        TokenKey key = keys.open(wish.config()).signingKey(wish.alias());
        TokenReference reference =
                new TokenReference(wish.config(), wish.alias(), key.verifyingKey());
        if (!reference.create(keys.token(name))) {
            throw new VerificationException(
                    Code.IO, "there is a file " + keys.token(name) + " already");
        }
        return key;
    }
}
