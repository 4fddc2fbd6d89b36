package dev.assay.verification.attacks;

import static dev.assay.verification.attacks.Attack.ANYONE;
import static dev.assay.verification.attacks.Attack.PROVIDER;
import static dev.assay.verification.attacks.Attack.THIEF;

import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.keys.KeyStatements;
import dev.assay.verification.statement.KeyRegisterPredicate;

import java.util.Objects;

/** Entries of a log by keys that do not count there, or that would make them count. */
final class KeyAttacks extends KeyEntries {
    private KeyAttacks(Generator generator, byte[] usage) throws VerificationException {
        super(generator, usage);
    }

    static void add(Generator generator, Tale tale) throws VerificationException {
        byte[] usage =
                Objects.requireNonNull(tale.tell().get(Tale.LAST_RECEIPT)).envelope().payload();
        KeyAttacks attacks = new KeyAttacks(generator, usage);
        generator.honest(Input.KEYS, AttackFiles.HONEST, attacks.honest());
        attacks.uses();
        attacks.registrations();
        new KeyEndAttacks(generator, usage).add();
    }

    private void uses() throws VerificationException {
        refused(
                "never-registered",
                "anyone with a key",
                "a receipt by a key that nobody registered",
                use(1, "was not registered in log"),
                register,
                receipt(Parties.STRANGER));
        refused(
                "used-before-its-registration",
                PROVIDER,
                "a receipt before its key's registration",
                use(0, "was not registered in log"),
                receipt(FIRST),
                register);
        refused(
                "rotated-out-key",
                THIEF,
                "a receipt by the key that another replaced",
                use(2, "of provider alder was rotated away at log index 1"),
                register,
                rotate,
                receipt(FIRST));
        refused(
                "revoked-key",
                THIEF,
                "a receipt by a revoked key; its date, before that, does not count",
                use(3, "of provider alder was revoked at log index 2"),
                register,
                rotate,
                revoke,
                receipt(SECOND));
        refused(
                "successor-before-its-rotation",
                PROVIDER,
                "a receipt by a key before it took the other's place",
                use(1, "was not registered in log"),
                register,
                receipt(SECOND),
                rotate);
        refused(
                "recovery-key-misused",
                THIEF,
                "a receipt by the recovery key",
                use(1, "was not registered in log"),
                register,
                receipt(RECOVERY));
        refused(
                "receipt-under-a-valid-key-id",
                "anyone with a key",
                "a stranger's receipt under a registered key's id",
                new Expected(
                        "SignedStatement.verify",
                        "",
                        "entry 1",
                        "signature",
                        "or the signed bytes were changed"),
                register,
                under(FIRST.keyId(), receipt(Parties.STRANGER)));
    }

    private void registrations() throws VerificationException {
        refused(
                "name-taken-over",
                ANYONE,
                "another key registers under the same name",
                entry(1, "key", "provider alder is registered already"),
                register,
                statements.register(ALDER, STOLEN, RECOVERY.keyId()));
        refused(
                "registration-replayed",
                ANYONE,
                "the registration is logged again",
                entry(1, "key", "was registered before"),
                register,
                register);
        refused(
                "registered-for-two",
                PROVIDER,
                "one key for two names",
                entry(1, "key", "was registered before"),
                register,
                statements.register(BIRCH, FIRST, RECOVERY.keyId()));
        refused(
                "key-of-someone-else",
                ANYONE,
                "somebody registers a key without having it",
                entry(0, "key", "the envelope names key "),
                SignedStatement.sign(
                        new KeyRegisterPredicate(
                                        Parties.ORIGIN,
                                        BIRCH,
                                        FIRST.verifyingKey(),
                                        RECOVERY.keyId(),
                                        Tale.NOW)
                                .statement(),
                        STOLEN),
                register);
        refused(
                "registration-for-another-log",
                ANYONE,
                "a registration in another log",
                entry(0, "key", "it is a statement for log other.example/log"),
                new KeyStatements(Parties.OTHER_LOG.origin(), () -> Tale.NOW)
                        .register(ALDER, FIRST, RECOVERY.keyId()));
        refused(
                "changed-name",
                ANYONE,
                "another name under the same signature",
                entry(0, "signature", "or the signed bytes were changed"),
                changed(register, "/predicate/holder/name", "birch"));
    }
}
