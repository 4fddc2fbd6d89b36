package dev.assay.verification.crypto;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;

/**
 * A key pair on disk, in a {@link SecretFile}: the public key, then the private key in PKCS#8,
 * encrypted unless somebody asked for a file without a passphrase. {@link KeyText} draws it. The
 * public key is read without the passphrase, and compared with the private one when that is used.
 */
public record KeyFile(Path path) {
    private static final int MAX_BYTES = 4096;
    private static final String RESTORE = "; restore it, or move it away for a new key";

    /** How one kind of key pair is read and written. */
    private interface Kind<K, P> {
        P publicKey(String pem) throws VerificationException;

        K privateKey(byte[] pkcs8) throws VerificationException;

        P half(K key);
    }

    /** Attestation keys. */
    private record Attestation() implements Kind<SoftwareKey, VerifyingKey> {
        @Override
        public VerifyingKey publicKey(String pem) throws VerificationException {
            return VerifyingKey.fromPem(pem);
        }

        @Override
        public SoftwareKey privateKey(byte[] pkcs8) throws VerificationException {
            return SoftwareKey.fromPkcs8(pkcs8);
        }

        @Override
        public VerifyingKey half(SoftwareKey key) {
            return key.verifyingKey();
        }
    }

    /** The keys of the log with this origin. */
    private record Log(String origin) implements Kind<LogSigningKey, LogVerifyingKey> {
        @Override
        public LogVerifyingKey publicKey(String pem) throws VerificationException {
            return LogVerifyingKey.fromPem(origin, pem);
        }

        @Override
        public LogSigningKey privateKey(byte[] pkcs8) throws VerificationException {
            return LogSigningKey.fromPkcs8(origin, pkcs8);
        }

        @Override
        public LogVerifyingKey half(LogSigningKey key) {
            return key.verifyingKey();
        }
    }

    public KeyFile {
        path = path.toAbsolutePath();
    }

    /** The attestation key in this file, which is created with a new, unencrypted key if absent. */
    public SoftwareKey signingKey(SecureRandom random) throws VerificationException {
        return signingKey(random, PassphraseSource.NONE);
    }

    /** The same, and when the file is there and encrypted, its passphrase is asked for. */
    public SoftwareKey signingKey(SecureRandom random, PassphraseSource source)
            throws VerificationException {
        if (!file().exists()) {
            // When another process is first, its key is as good.
            store(SoftwareKey.create(random), Optional.empty(), random);
        }
        return existingSigningKey(source);
    }

    /** The attestation key in this file, which must be there and not be encrypted. */
    public SoftwareKey existingSigningKey() throws VerificationException {
        return existingSigningKey(PassphraseSource.NONE);
    }

    /** The attestation key in this file, which must be there. */
    public SoftwareKey existingSigningKey(PassphraseSource source) throws VerificationException {
        return privateKey(new Attestation(), text(), source);
    }

    /** The log key in this file, which is created with a new, unencrypted key if absent. */
    public LogSigningKey logSigningKey(String origin, SecureRandom random)
            throws VerificationException {
        return logSigningKey(origin, random, PassphraseSource.NONE);
    }

    /** The same, and when the file is there and encrypted, its passphrase is asked for. */
    public LogSigningKey logSigningKey(String origin, SecureRandom random, PassphraseSource source)
            throws VerificationException {
        if (!file().exists()) {
            store(LogSigningKey.create(origin, random), Optional.empty(), random);
        }
        return privateKey(new Log(origin), text(), source);
    }

    /** The public half of the attestation key in this file; needs no passphrase. */
    public VerifyingKey verifyingKey() throws VerificationException {
        return publicKey(new Attestation());
    }

    /** The public half of the log key in this file; needs no passphrase. */
    public LogVerifyingKey logVerifyingKey(String origin) throws VerificationException {
        return publicKey(new Log(origin));
    }

    /** Whether the private key in this file is encrypted. */
    public boolean encrypted() throws VerificationException {
        return text().encrypted();
    }

    /** Creates the file with this key; an existing file is refused, and stays. */
    public void create(SoftwareKey key, Optional<Passphrase> passphrase, SecureRandom random)
            throws VerificationException {
        refuseUnless(store(key, passphrase, random));
    }

    /** Creates the file with this log key; an existing file is refused, and stays. */
    public void create(LogSigningKey key, Optional<Passphrase> passphrase, SecureRandom random)
            throws VerificationException {
        refuseUnless(store(key, passphrase, random));
    }

    private boolean store(SoftwareKey key, Optional<Passphrase> passphrase, SecureRandom random)
            throws VerificationException {
        return store(key.verifyingKey().toPem(), key.pkcs8(), passphrase, random);
    }

    private boolean store(LogSigningKey key, Optional<Passphrase> passphrase, SecureRandom random)
            throws VerificationException {
        return store(key.verifyingKey().toPem(), key.pkcs8(), passphrase, random);
    }

    private boolean store(
            String publicPem, byte[] pkcs8, Optional<Passphrase> passphrase, SecureRandom random)
            throws VerificationException {
        String text = KeyText.of(publicPem, pkcs8, passphrase, random).text();
        return file().create(text.getBytes(StandardCharsets.US_ASCII));
    }

    private void refuseUnless(boolean created) throws VerificationException {
        if (!created) {
            throw new VerificationException(
                    Code.IO,
                    "there is a file "
                            + path
                            + " already; choose another name, or move it away if you are sure");
        }
    }

    private <K, P> P publicKey(Kind<K, P> kind) throws VerificationException {
        KeyText text = text();
        if (text.publicPem().isEmpty()) {
            return kind.half(privateKey(kind, text, PassphraseSource.NONE));
        }
        try {
            return kind.publicKey(text.publicPem().get());
        } catch (VerificationException e) {
            throw inThisFile(e, RESTORE);
        }
    }

    private <K, P> K privateKey(Kind<K, P> kind, KeyText text, PassphraseSource source)
            throws VerificationException {
        Optional<P> written = Optional.empty();
        byte[] pkcs8;
        try {
            if (text.publicPem().isPresent()) {
                written = Optional.of(kind.publicKey(text.publicPem().get()));
            }
            pkcs8 = text.pkcs8(what(), source);
        } catch (VerificationException e) {
            throw inThisFile(e, text.encrypted() ? "" : RESTORE);
        }
        try {
            K key = kind.privateKey(pkcs8);
            if (written.isPresent() && !written.get().equals(kind.half(key))) {
                throw new VerificationException(
                        Code.BAD_KEY, "the private key does not belong to the public key above it");
            }
            return key;
        } catch (VerificationException e) {
            throw text.encrypted()
                    ? inThisFile(KeyEncryption.wrongPassphrase(), "")
                    : inThisFile(e, RESTORE);
        } finally {
            Arrays.fill(pkcs8, (byte) 0);
        }
    }

    private KeyText text() throws VerificationException {
        byte[] bytes = file().read(MAX_BYTES);
        try {
            return KeyText.parse(new String(bytes, StandardCharsets.ISO_8859_1));
        } catch (VerificationException e) {
            throw inThisFile(e, "");
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private VerificationException inThisFile(VerificationException e, String advice) {
        return new VerificationException(e.code(), what() + ": " + e.getMessage() + advice, e);
    }

    private String what() {
        return "key file " + path;
    }

    private SecretFile file() {
        return new SecretFile(path);
    }
}
