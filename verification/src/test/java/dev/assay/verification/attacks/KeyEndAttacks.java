package dev.assay.verification.attacks;

import static dev.assay.verification.attacks.Attack.ANYONE;
import static dev.assay.verification.attacks.Attack.PROVIDER;
import static dev.assay.verification.attacks.Attack.THIEF;

import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.statement.KeyRevokePredicate.Reason;
import dev.assay.verification.statement.KeyRotatePredicate;
import dev.assay.verification.statement.KeySigner;

/** Rotations and revocations that end a key, or keep one, against the rules. */
final class KeyEndAttacks extends KeyEntries {
    KeyEndAttacks(Generator generator, byte[] usage) throws VerificationException {
        super(generator, usage);
    }

    void add() throws VerificationException {
        rotations();
        thefts();
        revocations();
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
}
