package dev.assay.cli.keys;

import dev.assay.protocol.id.KeyId;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.keys.KeyHistory;
import dev.assay.verification.keys.KeyPeriod;
import dev.assay.verification.keys.KeyStatements;
import dev.assay.verification.statement.KeyHolder;
import dev.assay.verification.statement.KeyRevokePredicate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Registers, rotates and revokes the keys of a home: makes the statements, has them logged, and
 * puts the files where they belong. A rotation that a crash interrupted is finished by asking for
 * it again. Not thread-safe.
 */
public final class KeyCeremony {
    /** How many entries may come before a rotation is logged; after that it counts for nothing. */
    static final long ROTATION_WINDOW = 1_000_000;

    private final HomeKeys keys;
    private final KeyJournal journal;
    private final KeyStatements statements;

    public KeyCeremony(HomeKeys keys, KeyJournal journal, InstantSource clock) {
        this.keys = keys;
        this.journal = journal;
        this.statements = new KeyStatements(HomeKeys.LOG_ORIGIN, clock);
    }

    /**
     * Whom the key with this name speaks for: {@code provider-alder} is provider alder, and {@code
     * tenant} is tenant tenant.
     */
    public static KeyHolder holder(String name) throws VerificationException {
        List<KeyHolder.Role> roles = Arrays.asList(KeyHolder.Role.values());
        for (KeyHolder.Role role : roles) {
            String word = role.name().toLowerCase(Locale.ROOT);
            try {
                if (name.equals(word)) {
                    return new KeyHolder(role, word);
                }
                if (name.startsWith(word + "-")) {
                    return new KeyHolder(role, name.substring(word.length() + 1));
                }
            } catch (IllegalArgumentException e) {
                throw refused(String.valueOf(e.getMessage()));
            }
        }
        throw refused(
                "'"
                        + name
                        + "' does not say whom the key speaks for; call it provider-NAME,"
                        + " tenant-NAME, auditor-NAME or market-NAME");
    }

    /** Registers a key under the holder that its name says. */
    public KeyJournal.Entry register(String name, KeyId recoveryKey) throws VerificationException {
        KeyHolder holder = holder(name);
        try {
            return journal.append(statements.register(holder, keys.existing(name), recoveryKey));
        } catch (IllegalArgumentException e) {
            throw refused(String.valueOf(e.getMessage()));
        }
    }

    /** What a rotation needs besides the old key. */
    public interface Successor {
        /** Makes the new key. */
        SigningKey make(HomeKeys next) throws VerificationException;
    }

    /**
     * Puts a new key in the place of the one with this name.
     *
     * @param recovery signs, when it is there, in the place of the old key
     * @param newRecoveryKey the recovery key from here on; only the recovery key may change it
     */
    public KeyJournal.Entry rotate(
            String name,
            Optional<SigningKey> recovery,
            Optional<KeyId> newRecoveryKey,
            Successor successor)
            throws VerificationException {
        HomeKeys next = keys.next();
        KeyHistory history = journal.history();
        boolean made = HomeKeys.exists(next.pem(name)) || HomeKeys.exists(next.token(name));
        if (made) {
            Optional<KeyPeriod> begun = history.period(next.find(name).publicHalf().keyId());
            if (begun.isPresent()) {
                swap(name, next);
                return new KeyJournal.Entry(begun.get().from(), begun.get());
            }
        }
        KeyId old = keys.find(name).publicHalf().keyId();
        KeyHolder holder = registered(name, old).holder();
        SigningKey by = recovery.isPresent() ? recovery.get() : keys.existing(name);
        KeyId recoveryKey = newRecoveryKey.orElse(history.recoveryKey(holder).orElseThrow());
        KeyJournal.Entry entry;
        try (next) {
            SigningKey newKey = made ? next.existing(name) : successor.make(next);
            entry =
                    journal.append(
                            statements.rotate(
                                    old,
                                    newKey,
                                    by,
                                    recoveryKey,
                                    journal.size() + ROTATION_WINDOW));
        } catch (IllegalArgumentException e) {
            throw refused(String.valueOf(e.getMessage()));
        }
        swap(name, next);
        return entry;
    }

    /**
     * Ends the key with this name; its file stays, and signs nothing any more.
     *
     * @param recovery signs, when it is there, in the place of the key; then the key's file need
     *     not be there
     */
    public KeyJournal.Entry revoke(
            String name, KeyRevokePredicate.Reason reason, Optional<SigningKey> recovery)
            throws VerificationException {
        boolean here = HomeKeys.exists(keys.pem(name)) || HomeKeys.exists(keys.token(name));
        KeyPeriod period =
                here
                        ? registered(name, keys.find(name).publicHalf().keyId())
                        : journal.history()
                                .newest(holder(name))
                                .orElseThrow(() -> notRegistered(name));
        SigningKey by = recovery.isPresent() ? recovery.get() : keys.existing(name);
        return journal.append(statements.revoke(period.key().keyId(), reason, by));
    }

    private KeyPeriod registered(String name, KeyId key) throws VerificationException {
        return journal.history().period(key).orElseThrow(() -> notRegistered(name));
    }

    private static VerificationException notRegistered(String name) {
        return refused(
                "key '"
                        + name
                        + "' is not registered; what is not registered is replaced by other files,"
                        + " and registered with: assay keys register "
                        + name
                        + " --recovery FILE");
    }

    /** Moves the key that ended away, and the next one into its place. */
    private void swap(String name, HomeKeys next) throws VerificationException {
        Path ended = keys.directory().resolve("ended");
        try {
            if (!Files.isDirectory(ended)) {
                Files.createDirectory(
                        ended,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
            }
            for (String ending : List.of(HomeKeys.PEM, HomeKeys.TOKEN)) {
                Path old = keys.directory().resolve(name + ending);
                if (HomeKeys.exists(old)) {
                    String id = keys.find(name).publicHalf().keyId().brief();
                    move(old, ended.resolve(name + "-" + id + ending));
                }
            }
            for (String ending : List.of(HomeKeys.PEM, HomeKeys.TOKEN)) {
                Path successor = next.directory().resolve(name + ending);
                if (HomeKeys.exists(successor)) {
                    move(successor, keys.directory().resolve(name + ending));
                }
            }
        } catch (IOException e) {
            throw new VerificationException(
                    Code.IO,
                    "the rotation is logged, but the key files in "
                            + keys.directory()
                            + " could not be moved: "
                            + e
                            + "; run the same command again",
                    e);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        Directories.sync(to.resolveSibling(""));
        Directories.sync(from.resolveSibling(""));
    }

    private static VerificationException refused(String why) {
        return new VerificationException(Code.BAD_KEY, why);
    }
}
