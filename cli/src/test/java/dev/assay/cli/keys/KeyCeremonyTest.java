package dev.assay.cli.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.protocol.id.KeyId;
import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.PassphraseSource;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.keys.KeyHistory;
import dev.assay.verification.keys.KeyPeriod;
import dev.assay.verification.keys.KeyStatements;
import dev.assay.verification.statement.KeyHolder;
import dev.assay.verification.statement.KeyRevokePredicate.Reason;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;

class KeyCeremonyTest {
    private static final String NAME = "provider-alder";
    private static final KeyHolder ALDER = new KeyHolder(KeyHolder.Role.PROVIDER, "alder");
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final KeyMaker MAKER =
            new KeyMaker(
                    new Passphrases(
                            Optional.empty(),
                            Passphrases.VARIABLE,
                            Optional.empty(),
                            _ -> Optional.empty()),
                    RANDOM);

    @TempDir Path root;

    private final SigningKey recovery = SigningKey.create(RANDOM);

    /** What one process does to the home. */
    private interface Work<T> {
        T in(KeyCeremony ceremony, HomeKeys keys, KeyJournal journal) throws VerificationException;
    }

    private <T> T process(Work<T> work) throws VerificationException {
        try (HomeKeys keys = new HomeKeys(root, PassphraseSource.NONE, RANDOM);
                KeyJournal journal = KeyJournal.open(root.resolve("market"), keys.logKey())) {
            return work.in(new KeyCeremony(keys, journal, InstantSource.system()), keys, journal);
        }
    }

    @Test
    void register_thenRotateThenRevoke_isOneHistoryOverProcesses() throws Exception {
        KeyId first = registered();
        KeyJournal.Entry rotated = process((c, _, _) -> rotate(c, Optional.empty()));
        KeyJournal.Entry revoked =
                process((c, _, _) -> c.revoke(NAME, Reason.COMPROMISED, Optional.empty()));

        assertThat(rotated.index()).isEqualTo(1);
        assertThat(revoked.index()).isEqualTo(2);
        KeyHistory history = history();
        assertThat(history.periods()).extracting(KeyPeriod::holder).containsOnly(ALDER);
        assertThat(history.require(first, 0).holder()).isEqualTo(ALDER);
        assertThat(history.newest(ALDER).orElseThrow().end())
                .contains(new KeyPeriod.End(2, KeyPeriod.Ending.REVOKED));
        assertThat(root.resolve("keys/ended/" + NAME + "-" + first.brief() + ".pem")).exists();
        assertThat(root.resolve("keys/next")).isEmptyDirectory();
    }

    @Test
    void signingKey_revoked_isRefusedUntilTheRecoveryKeyPutsAnother() throws Exception {
        KeyId first = registered();
        process((c, _, _) -> c.revoke(NAME, Reason.LOST, Optional.of(recovery)));

        assertRefused(() -> process((_, keys, _) -> keys.signingKey(NAME)), "was revoked");
        assertRefused(() -> process((c, _, _) -> rotate(c, Optional.empty())), "was revoked");
        process((c, _, _) -> rotate(c, Optional.of(recovery)));
        assertThat(inUse()).isNotEqualTo(first);
    }

    @Test
    void revoke_byTheRecoveryKey_needsNoFileOfTheKey() throws Exception {
        KeyId first = registered();
        Files.delete(root.resolve("keys/" + NAME + ".pem"));

        KeyJournal.Entry entry =
                process((c, _, _) -> c.revoke(NAME, Reason.LOST, Optional.of(recovery)));

        assertThat(entry.period().key().keyId()).isEqualTo(first);
    }

    @Test
    void rotate_interruptedBeforeTheFilesWereMoved_isFinishedByTheNext() throws Exception {
        registered();
        Path file = root.resolve("keys/" + NAME + ".pem");
        byte[] old = Files.readAllBytes(file);
        KeyId rotated = process((c, _, _) -> rotate(c, Optional.empty())).period().key().keyId();
        // As it was just after the log took the statement:
        Files.move(file, root.resolve("keys/next/" + NAME + ".pem"));
        Files.write(file, old);
        Files.setPosixFilePermissions(
                file, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
        assertRefused(() -> process((_, keys, _) -> keys.signingKey(NAME)), "rotated away");

        KeyJournal.Entry entry = process((c, _, _) -> rotate(c, Optional.empty()));

        assertThat(entry.period().key().keyId()).isEqualTo(rotated);
        assertThat(size()).isEqualTo(2);
        assertThat(inUse()).isEqualTo(rotated);
    }

    @Test
    void rotate_interruptedBetweenTheTwoMoves_isFinishedByTheNext() throws Exception {
        registered();
        KeyId rotated = process((c, _, _) -> rotate(c, Optional.empty())).period().key().keyId();
        Files.move(
                root.resolve("keys/" + NAME + ".pem"), root.resolve("keys/next/" + NAME + ".pem"));

        process((c, _, _) -> rotate(c, Optional.empty()));

        assertThat(inUse()).isEqualTo(rotated);
    }

    @Test
    void rotate_interruptedBeforeItWasLogged_goesOnWithTheKeyThatWasMade() throws Exception {
        registered();
        KeyId made =
                process(
                        (_, keys, _) ->
                                MAKER.make(keys.next(), NAME, new KeyMaker.Generated(false))
                                        .keyId());

        KeyJournal.Entry entry = process((c, _, _) -> rotate(c, Optional.empty()));

        assertThat(entry.period().key().keyId()).isEqualTo(made);
    }

    @Test
    void open_statementThatTheLogTookBeforeACrash_isKept() throws Exception {
        registered();
        Path statements = root.resolve("market/key-statements");
        Files.move(statements.resolve("0.json"), statements.resolve("0.pending"));

        assertThat(history().newest(ALDER)).isPresent();
        assertThat(statements.resolve("0.json")).exists();
    }

    @Test
    void open_statementThatTheLogNeverTook_isForgotten() throws Exception {
        KeyId first = registered();
        Path statements = root.resolve("market/key-statements");
        KeyStatements maker = new KeyStatements(HomeKeys.LOG_ORIGIN, InstantSource.system());
        Envelope revoke = maker.revoke(first, Reason.LOST, recovery);
        Files.write(statements.resolve("1.pending"), revoke.bytes());
        Files.write(statements.resolve("2.pending"), Arrays.copyOf(revoke.bytes(), 100));

        assertThat(history().period(first).orElseThrow().end()).isEmpty();
        assertThat(statements.resolve("1.pending")).doesNotExist();
        assertThat(statements.resolve("2.pending")).doesNotExist();
    }

    @Test
    void open_statementThatTheLogDoesNotHave_isRefused() throws Exception {
        KeyId first = registered();
        Path statements = root.resolve("market/key-statements");
        KeyStatements maker = new KeyStatements(HomeKeys.LOG_ORIGIN, InstantSource.system());
        Files.write(
                statements.resolve("1.json"), maker.revoke(first, Reason.LOST, recovery).bytes());
        assertRefused(() -> process((_, _, journal) -> journal.size()), "is not what the log has");

        Files.move(
                statements.resolve("1.json"),
                statements.resolve("0.json"),
                StandardCopyOption.REPLACE_EXISTING);
        assertRefused(() -> process((_, _, journal) -> journal.size()), "is not what the log has");
    }

    @Test
    void register_again_isRefusedAndNotLogged() throws Exception {
        registered();

        assertRefused(
                () -> process((c, _, _) -> c.register(NAME, recovery.keyId())),
                "registered before");
        assertThat(size()).isEqualTo(1);
        assertThat(root.resolve("market/key-statements/1.pending")).doesNotExist();
    }

    @Test
    void register_withItselfAsRecoveryKey_isRefused() throws Exception {
        KeyId own = process((_, keys, _) -> keys.signingKey(NAME).keyId());

        assertRefused(() -> process((c, _, _) -> c.register(NAME, own)), "its own recovery key");
    }

    @Test
    void register_underANameWithoutARole_isRefused() throws Exception {
        process((_, keys, _) -> keys.signingKey("alder"));

        assertRefused(
                () -> process((c, _, _) -> c.register("alder", recovery.keyId())),
                "call it provider-NAME");
    }

    @Test
    void rotate_keyThatIsNotRegistered_isRefused() throws Exception {
        process((_, keys, _) -> keys.signingKey(NAME));

        assertRefused(() -> process((c, _, _) -> rotate(c, Optional.empty())), "is not registered");
        assertRefused(
                () -> process((c, _, _) -> c.revoke(NAME, Reason.LOST, Optional.empty())),
                "is not registered");
    }

    private long size() throws VerificationException {
        return process((_, _, journal) -> journal.size());
    }

    private KeyHistory history() throws VerificationException {
        return process((_, _, journal) -> journal.history());
    }

    private KeyId inUse() throws VerificationException {
        return process((_, keys, _) -> keys.existing(NAME).keyId());
    }

    private KeyId registered() throws VerificationException {
        return process(
                (ceremony, keys, _) -> {
                    KeyId key = MAKER.make(keys, NAME, new KeyMaker.Generated(false)).keyId();
                    assertThat(ceremony.register(NAME, recovery.keyId()).index()).isZero();
                    return key;
                });
    }

    private static KeyJournal.Entry rotate(KeyCeremony ceremony, Optional<SigningKey> by)
            throws VerificationException {
        return ceremony.rotate(
                NAME,
                by,
                Optional.empty(),
                next -> MAKER.make(next, NAME, new KeyMaker.Generated(false)));
    }

    private static void assertRefused(ThrowingCallable attempt, String why) {
        assertThatThrownBy(attempt)
                .isInstanceOf(VerificationException.class)
                .hasMessageContaining(why);
    }
}
