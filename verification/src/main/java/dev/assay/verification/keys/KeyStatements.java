package dev.assay.verification.keys;

import dev.assay.protocol.id.KeyId;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.KeyHolder;
import dev.assay.verification.statement.KeyRegisterPredicate;
import dev.assay.verification.statement.KeyRevokePredicate;
import dev.assay.verification.statement.KeyRotatePredicate;
import dev.assay.verification.statement.KeySigner;
import dev.assay.verification.statement.KeySigner.Capacity;

import java.time.InstantSource;

/** Signs the statements by which the keys of one log begin and end. */
public record KeyStatements(String log, InstantSource clock) {
    /** A holder's first key, which signs this itself. */
    public Envelope register(KeyHolder holder, SigningKey key, KeyId recoveryKey)
            throws VerificationException {
        KeyRegisterPredicate register =
                new KeyRegisterPredicate(
                        log, holder, key.verifyingKey(), recoveryKey, clock.instant());
        return SignedStatement.sign(register.statement(), key);
    }

    /**
     * The next key in the place of the one before.
     *
     * @param by signs: the old key, or the holder's recovery key
     * @param recoveryKey the holder's recovery key from here on; only the recovery key may change
     *     it
     * @param expires the log index from which on the rotation does not count any more
     */
    public Envelope rotate(
            KeyId oldKey, SigningKey newKey, SigningKey by, KeyId recoveryKey, long expires)
            throws VerificationException {
        KeyRotatePredicate.Terms terms =
                new KeyRotatePredicate.Terms(
                        log, oldKey, newKey.verifyingKey(), recoveryKey, expires);
        KeyRotatePredicate rotate =
                new KeyRotatePredicate(
                        terms,
                        signer(oldKey, by),
                        newKey.sign(terms.possession()),
                        clock.instant());
        return SignedStatement.sign(rotate.statement(), by);
    }

    /**
     * The end of a key.
     *
     * @param by signs: the key itself, or the holder's recovery key
     */
    public Envelope revoke(KeyId key, KeyRevokePredicate.Reason reason, SigningKey by)
            throws VerificationException {
        KeyRevokePredicate revoke =
                new KeyRevokePredicate(log, key, reason, signer(key, by), clock.instant());
        return SignedStatement.sign(revoke.statement(), by);
    }

    private static KeySigner signer(KeyId key, SigningKey by) {
        return new KeySigner(
                by.keyId().equals(key) ? Capacity.KEY : Capacity.RECOVERY, by.verifyingKey());
    }
}
