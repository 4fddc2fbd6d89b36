package dev.assay.cli.keys;

import dev.assay.protocol.id.KeyId;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.KeyFile;
import dev.assay.verification.crypto.LogSigningKey;
import dev.assay.verification.crypto.PassphraseSource;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.crypto.Token;
import dev.assay.verification.crypto.TokenKey;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.keys.KeyHistory;
import dev.assay.verification.keys.KeyPeriod;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Stream;

/**
 * The keys of a home, in its directory {@code keys}, by name:
 *
 * <pre>
 * NAME.pem          a key pair, encrypted or not
 * NAME.token.json   where a key is that a PKCS#11 token holds
 * log.pem           the log's key pair
 * recovery/         local.pem, the recovery key of the keys that a local network registered itself
 * next/, ended/     keys that take over in a rotation, and those that they replaced
 * </pre>
 *
 * A passphrase or PIN is asked for when a key is used first, and once. The owner closes it, and
 * with it the tokens. Thread-safe.
 */
public final class HomeKeys implements AutoCloseable {
    /** Name of the log's key. */
    public static final String LOG = "log";

    /** Origin of the log that a home keeps. */
    public static final String LOG_ORIGIN = "assay.local/log";

    static final String PEM = ".pem";
    static final String TOKEN = ".token.json";

    private final Path directory;
    private final Path statements;
    private final PassphraseSource passphrases;
    private final SecureRandom random;
    private final Map<String, SigningKey> opened = new HashMap<>();
    private final List<Token> tokens = new ArrayList<>();

    /** The keys of the home with this root. */
    public HomeKeys(Path root, PassphraseSource passphrases, SecureRandom random) {
        this(
                root.resolve("keys"),
                root.resolve("market").resolve(KeyJournal.STATEMENTS),
                passphrases,
                random);
    }

    private HomeKeys(
            Path directory, Path statements, PassphraseSource passphrases, SecureRandom random) {
        this.directory = directory;
        this.statements = statements;
        this.passphrases = passphrases;
        this.random = random;
    }

    /** Keys that have been made to take over from those here, by the same names. */
    HomeKeys next() {
        return new HomeKeys(directory.resolve("next"), statements, passphrases, random);
    }

    /**
     * The key with this name; when there is none, a new one that is not encrypted. A key that the
     * home's log says has ended is refused.
     */
    public synchronized SigningKey signingKey(String name) throws VerificationException {
        SigningKey key = opened.get(name);
        if (key == null) {
            key =
                    exists(token(name))
                            ? tokenKey(name)
                            : new KeyFile(pem(name)).signingKey(random, passphrases);
            requireNotEnded(name, key.keyId());
            opened.put(name, key);
        }
        return key;
    }

    /** The key with this name, which must be there. */
    public SigningKey existing(String name) throws VerificationException {
        find(name);
        return signingKey(name);
    }

    /** The log's key; when there is none, a new one that is not encrypted. */
    public LogSigningKey logKey() throws VerificationException {
        return new KeyFile(pem(LOG)).logSigningKey(LOG_ORIGIN, random, passphrases);
    }

    /** The public side of the key with this name, which must be there; needs no passphrase. */
    public HomeKey find(String name) throws VerificationException {
        if (exists(token(name))) {
            VerifyingKey key = TokenReference.read(token(name)).key();
            return new HomeKey(name, new HomeKey.Attestation(key), HomeKey.Protection.TOKEN);
        }
        if (!exists(pem(name))) {
            throw new VerificationException(
                    Code.IO,
                    "there is no key '"
                            + name
                            + "' in "
                            + directory
                            + "; assay keys lists those there are, assay keys create makes one");
        }
        KeyFile file = new KeyFile(pem(name));
        HomeKey.PublicHalf half =
                name.equals(LOG)
                        ? new HomeKey.Log(file.logVerifyingKey(LOG_ORIGIN))
                        : new HomeKey.Attestation(file.verifyingKey());
        return new HomeKey(
                name,
                half,
                file.encrypted() ? HomeKey.Protection.ENCRYPTED : HomeKey.Protection.NOT_ENCRYPTED);
    }

    /** The public side of the parties' keys, by name; the log's is not among them. */
    public List<HomeKey> parties() throws VerificationException {
        List<HomeKey> keys = new ArrayList<>();
        for (String name : names()) {
            if (!name.equals(LOG)) {
                keys.add(find(name));
            }
        }
        return keys;
    }

    /** All that the home's log says of keys; not compared with the log. */
    public KeyHistory history() throws VerificationException {
        return KeyJournal.read(statements, LOG_ORIGIN);
    }

    /** The files of the statements about keys, by their places in the log. */
    public SortedMap<Long, Path> keyStatements() throws VerificationException {
        return KeyJournal.logged(statements);
    }

    /** Refuses a name that is taken. */
    void requireFree(String name) throws VerificationException {
        for (Path file : List.of(pem(name), token(name))) {
            if (exists(file)) {
                throw new VerificationException(
                        Code.IO,
                        "there is a key '"
                                + name
                                + "' already ("
                                + file
                                + "); choose another name, or rotate it");
            }
        }
    }

    /** Logs into a token, which is closed with these keys. */
    synchronized Token open(Path config) throws VerificationException {
        Token token = Token.open(config, passphrases);
        tokens.add(token);
        return token;
    }

    Path pem(String name) {
        return directory.resolve(name + PEM);
    }

    Path token(String name) {
        return directory.resolve(name + TOKEN);
    }

    Path directory() {
        return directory;
    }

    static boolean exists(Path file) {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public synchronized void close() throws VerificationException {
        for (Token token : tokens) {
            token.close();
        }
        tokens.clear();
    }

    private void requireNotEnded(String name, KeyId key) throws VerificationException {
        Optional<KeyPeriod.End> end = history().period(key).flatMap(KeyPeriod::end);
        if (end.isPresent()) {
            throw new VerificationException(
                    Code.BAD_KEY,
                    "key '"
                            + name
                            + "' ("
                            + key.brief()
                            + ") "
                            + switch (end.get().how()) {
                                case ROTATED ->
                                        "was rotated away; finish that with: assay keys rotate "
                                                + name;
                                case REVOKED ->
                                        "was revoked; put a new one in its place with: assay keys"
                                                + " rotate "
                                                + name
                                                + " --recovery FILE";
                            });
        }
    }

    private TokenKey tokenKey(String name) throws VerificationException {
        TokenReference reference = TokenReference.read(token(name));
        TokenKey key = open(reference.config()).signingKey(reference.alias());
        if (!key.verifyingKey().equals(reference.key())) {
            throw new VerificationException(
                    Code.BAD_KEY,
                    "the token's key '"
                            + reference.alias()
                            + "' is "
                            + key.keyId().brief()
                            + ", not "
                            + reference.key().keyId().brief()
                            + " as key '"
                            + name
                            + "' says; bring the token that has it");
        }
        return key;
    }

    private List<String> names() throws VerificationException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(PEM) || name.endsWith(TOKEN))
                    .map(name -> name.substring(0, name.indexOf(name.endsWith(PEM) ? PEM : TOKEN)))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new VerificationException(
                    Code.IO, "cannot list the keys in " + directory + ": " + e, e);
        }
    }
}
