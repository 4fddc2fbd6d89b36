package dev.assay.verification.attacks;

import static dev.assay.verification.attacks.Attack.ANYONE;
import static dev.assay.verification.attacks.Attack.PROVIDER;
import static dev.assay.verification.attacks.Attack.THIEF;

import dev.assay.protocol.id.KeyId;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attacks.Generator.Twin;
import dev.assay.verification.attest.Forgery;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.crypto.FixedKeys;
import dev.assay.verification.crypto.Signature;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.keys.KeyStatements;
import dev.assay.verification.statement.KeyHolder;
import dev.assay.verification.statement.KeyHolder.Role;
import dev.assay.verification.statement.KeyRegisterPredicate;
import dev.assay.verification.statement.KeyRevokePredicate.Reason;
import dev.assay.verification.statement.KeyRotatePredicate;
import dev.assay.verification.statement.KeySigner;

import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;

/** Entries of a log by keys that do not count there, or that would make them count. */
final class KeyAttacks {
    private static final KeyHolder ALDER = new KeyHolder(Role.PROVIDER, "alder");
    private static final KeyHolder BIRCH = new KeyHolder(Role.PROVIDER, "birch");
    private static final long LATER = 100;

    private static final SigningKey FIRST = Parties.PROVIDER;
    private static final SigningKey SECOND = FixedKeys.signing("second");
    private static final SigningKey THIRD = FixedKeys.signing("third");
    private static final SigningKey STOLEN = Parties.STRANGER;
    private static final SigningKey RECOVERY = FixedKeys.signing("recovery");
    private static final SigningKey NEXT_RECOVERY = FixedKeys.signing("next recovery");

    private final KeyStatements statements = new KeyStatements(Parties.ORIGIN, () -> Tale.NOW);
    private final byte[] usage;
    private final Envelope register;
    private final Envelope rotate;
    private final Envelope revoke;
    private final Twin twin;

    private KeyAttacks(Generator generator, byte[] usage) throws VerificationException {
        this.usage = usage;
        this.register = statements.register(ALDER, FIRST, RECOVERY.keyId());
        this.rotate = statements.rotate(FIRST.keyId(), SECOND, FIRST, RECOVERY.keyId(), LATER);
        this.revoke = statements.revoke(SECOND.keyId(), Reason.COMPROMISED, SECOND);
        this.twin =
                generator
                        .honest(
                                Input.KEYS,
                                AttackFiles.HONEST,
                                lines(
                                        register,
                                        receipt(FIRST),
                                        rotate,
                                        receipt(SECOND),
                                        revoke,
                                        recovered(THIRD),
                                        receipt(THIRD)))
                        .from(Input.KEYS, AttackFiles.HONEST);
    }

    static void add(Generator generator, Tale tale) throws VerificationException {
        byte[] usage =
                Objects.requireNonNull(tale.tell().get(Tale.LAST_RECEIPT)).envelope().payload();
        KeyAttacks attacks = new KeyAttacks(generator, usage);
        attacks.uses();
        attacks.registrations();
        attacks.rotations();
        attacks.thefts();
        attacks.revocations();
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

    private void rotations() throws VerificationException {
        refused(
                "expired-rotation",
                "anyone who held it back",
                "a rotation that is logged at the index where it expires",
                entry(1, "key", "the rotation expired at log index 1"),
                register,
                statements.rotate(FIRST.keyId(), SECOND, FIRST, RECOVERY.keyId(), 1));
        refused(
                "rotation-replayed",
                ANYONE,
                "a rotation is logged again",
                entry(2, "key", "has a successor already"),
                register,
                rotate,
                rotate);
        refused(
                "rotation-of-an-unknown-key",
                ANYONE,
                "a rotation of a key that nobody registered",
                entry(0, "key", "is not registered in log"),
                rotate);
        refused(
                "rotation-by-a-stranger",
                "anyone with a key",
                "signed as the recovery key by none",
                entry(1, "key", "which is neither the key that ends nor its recovery key"),
                register,
                statements.rotate(FIRST.keyId(), SECOND, STOLEN, RECOVERY.keyId(), LATER));
        refused(
                "rotation-back",
                PROVIDER,
                "back to a key that was rotated away",
                entry(2, "key", "was registered before"),
                register,
                rotate,
                statements.rotate(SECOND.keyId(), FIRST, SECOND, RECOVERY.keyId(), LATER));
        refused(
                "rotation-without-the-new-key",
                PROVIDER,
                "to a key whose holder did not sign: somebody else's work under one's own name",
                entry(1, "signature", "or the signed bytes were changed"),
                register,
                rotation(FIRST, THIRD, STOLEN.sign(terms(THIRD, LATER).possession())));
        refused(
                "possession-of-other-terms",
                PROVIDER,
                "the new key signed for a rotation that expires sooner",
                entry(1, "signature", "or the signed bytes were changed"),
                register,
                rotation(FIRST, SECOND, SECOND.sign(terms(SECOND, 50).possession())));
    }

    private void thefts() throws VerificationException {
        refused(
                "theft-order",
                THIEF,
                "the thief names a successor first: the owner's own rotation counts for nothing,"
                        + " and the recovery key's does",
                entry(2, "key", "has a successor already"),
                register,
                statements.rotate(FIRST.keyId(), STOLEN, FIRST, RECOVERY.keyId(), LATER),
                rotate,
                statements.rotate(STOLEN.keyId(), THIRD, RECOVERY, NEXT_RECOVERY.keyId(), LATER),
                receipt(THIRD));
        refused(
                "recovery-key-replaced",
                THIEF,
                "the key itself names another recovery key",
                entry(1, "key", "only the recovery key may name another recovery key"),
                register,
                statements.rotate(FIRST.keyId(), SECOND, FIRST, NEXT_RECOVERY.keyId(), LATER));
        refused(
                "successor-of-a-revoked-key",
                THIEF,
                "a revoked key names the next",
                entry(3, "key", "cannot name the next; the recovery key can"),
                register,
                rotate,
                revoke,
                statements.rotate(SECOND.keyId(), STOLEN, SECOND, RECOVERY.keyId(), LATER));
        refused(
                "recovery-key-made-hot",
                PROVIDER,
                "the recovery key becomes the key that signs",
                entry(1, "key", "the new key is the recovery key, which stays cold"),
                register,
                statements.rotate(FIRST.keyId(), RECOVERY, RECOVERY, NEXT_RECOVERY.keyId(), LATER));
        refused(
                "recovery-key-of-before",
                THIEF,
                "a recovery key that was replaced",
                entry(4, "key", "which is neither the key that ends nor its recovery key"),
                register,
                rotate,
                revoke,
                recovered(THIRD),
                statements.rotate(THIRD.keyId(), STOLEN, RECOVERY, RECOVERY.keyId(), LATER));
        refused(
                "key-that-calls-itself-recovery",
                THIEF,
                "the key signs as if it were the other",
                entry(1, "key", "which is neither the key that ends nor its recovery key"),
                register,
                SignedStatement.sign(
                        new KeyRotatePredicate(
                                        new KeyRotatePredicate.Terms(
                                                Parties.ORIGIN,
                                                FIRST.keyId(),
                                                SECOND.verifyingKey(),
                                                NEXT_RECOVERY.keyId(),
                                                LATER),
                                        new KeySigner(
                                                KeySigner.Capacity.RECOVERY, FIRST.verifyingKey()),
                                        SECOND.sign(
                                                new KeyRotatePredicate.Terms(
                                                                Parties.ORIGIN,
                                                                FIRST.keyId(),
                                                                SECOND.verifyingKey(),
                                                                NEXT_RECOVERY.keyId(),
                                                                LATER)
                                                        .possession()),
                                        Tale.NOW)
                                .statement(),
                        FIRST));
    }

    private void revocations() throws VerificationException {
        refused(
                "revocation-by-a-stranger",
                ANYONE,
                "somebody else ends a key",
                entry(1, "key", "which is neither the key that ends nor its recovery key"),
                register,
                statements.revoke(FIRST.keyId(), Reason.COMPROMISED, STOLEN));
        refused(
                "revocation-of-a-rotated-key",
                THIEF,
                "the end of a key that has a successor",
                entry(2, "key", "has a successor already"),
                register,
                rotate,
                statements.revoke(FIRST.keyId(), Reason.COMPROMISED, FIRST));
        refused(
                "revocation-replayed",
                ANYONE,
                "a revocation is logged again",
                entry(3, "key", "already"),
                register,
                rotate,
                revoke,
                revoke);
        refused(
                "revocation-changed",
                ANYONE,
                "the end of another key under the same signature",
                entry(2, "signature", "or the signed bytes were changed"),
                register,
                rotate,
                changed(revoke, "/predicate/reason", "LOST"));
    }

    private Envelope recovered(SigningKey next) throws VerificationException {
        return statements.rotate(SECOND.keyId(), next, RECOVERY, NEXT_RECOVERY.keyId(), LATER);
    }

    private static KeyRotatePredicate.Terms terms(SigningKey next, long expires) {
        return new KeyRotatePredicate.Terms(
                Parties.ORIGIN, FIRST.keyId(), next.verifyingKey(), RECOVERY.keyId(), expires);
    }

    private static Envelope rotation(SigningKey by, SigningKey next, Signature possession)
            throws VerificationException {
        return SignedStatement.sign(
                new KeyRotatePredicate(
                                terms(next, LATER),
                                new KeySigner(KeySigner.Capacity.KEY, by.verifyingKey()),
                                possession,
                                Tale.NOW)
                        .statement(),
                by);
    }

    private Envelope receipt(SigningKey key) throws VerificationException {
        return Envelope.sign(usage, key);
    }

    private static Envelope under(KeyId key, Envelope envelope) throws VerificationException {
        return Envelope.parse(
                Generator.bytes(
                        StatementAttacks.once(
                                Generator.text(envelope.bytes()),
                                envelope.keyId().hex(),
                                key.hex())));
    }

    /** Another statement under the same signature. */
    private static Envelope changed(Envelope envelope, String pointer, String value)
            throws VerificationException {
        String before = java.util.Base64.getEncoder().encodeToString(envelope.payload());
        String after =
                java.util.Base64.getEncoder()
                        .encodeToString(Forgery.bytes(envelope.payload(), pointer, value));
        return Envelope.parse(
                Generator.bytes(
                        StatementAttacks.once(Generator.text(envelope.bytes()), before, after)));
    }

    private void refused(
            String name, String who, String change, Expected expected, Envelope... entries) {
        twin.attack(name, who, change, lines(entries), expected);
    }

    private static Expected use(int entry, String says) {
        return new Expected("KeyHistory.require", "", "entry " + entry, "key", says);
    }

    private static Expected entry(int entry, String clause, String says) {
        return new Expected("KeyHistory.append", "", "entry " + entry, clause, says);
    }

    private static byte[] lines(Envelope... entries) {
        return Generator.bytes(
                Arrays.stream(entries)
                        .map(entry -> Generator.text(entry.bytes()) + "\n")
                        .collect(Collectors.joining()));
    }
}
