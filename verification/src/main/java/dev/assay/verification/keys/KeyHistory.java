package dev.assay.verification.keys;

import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.json.JsonException;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.keys.KeyPeriod.End;
import dev.assay.verification.keys.KeyPeriod.Ending;
import dev.assay.verification.statement.KeyHolder;
import dev.assay.verification.statement.KeyRegisterPredicate;
import dev.assay.verification.statement.KeyRevokePredicate;
import dev.assay.verification.statement.KeyRotatePredicate;
import dev.assay.verification.statement.KeySigner;
import dev.assay.verification.statement.Predicate;
import dev.assay.verification.statement.Statement;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which keys were valid at which index of a log, found from the log's key statements in their
 * order. Clocks play no part: what was logged before a key's end stays valid, and nothing after it
 * is, whatever date it bears.
 *
 * <p>The rules:
 *
 * <ol>
 *   <li>A holder's first key registers itself and names the digest of a recovery key. Neither the
 *       key nor the holder may have been registered before.
 *   <li>A rotation names the holder's newest key and a key that was never registered. The old key
 *       signs it, unless it was revoked, or the recovery key; the new key signs the terms. It must
 *       be logged below the index where it expires. Only the recovery key may name another recovery
 *       key.
 *   <li>A revocation names the holder's newest key, which is still valid. That key signs it, or the
 *       recovery key. The holder's next key then takes the recovery key's signature.
 * </ol>
 *
 * A statement that breaks one of them is refused and changes nothing: anybody can have anything
 * logged. Whoever has a key can end it, or hand its holder's name to another key; only the recovery
 * key can take that back. Not thread-safe.
 */
public final class KeyHistory {
    private final String log;
    private final Map<KeyId, KeyPeriod> periods = new LinkedHashMap<>();
    private final Map<KeyHolder, Standing> holders = new HashMap<>();
    private long size;

    /** Where a holder stands: its newest key, ended or not, and its recovery key. */
    private record Standing(KeyId newest, KeyId recoveryKey) {}

    /** The history of the log with this origin, of which nothing is known yet. */
    public KeyHistory(String log) {
        this.log = log;
    }

    /**
     * The key that claims to have signed a key statement, for the log's leaf; empty when the
     * envelope holds another statement, or none. Nothing is verified.
     */
    public static Optional<VerifyingKey> claimedSigner(Envelope envelope) {
        try {
            return switch (Statement.parse(envelope.payload()).predicate()) {
                case KeyRegisterPredicate register -> Optional.of(register.key());
                case KeyRotatePredicate rotate -> Optional.of(rotate.signer().key());
                case KeyRevokePredicate revoke -> Optional.of(revoke.signer().key());
                case Predicate _ -> Optional.empty();
            };
        } catch (JsonException e) {
            return Optional.empty();
        }
    }

    /**
     * Takes in the key statement that the log holds at this index, which is above all those before.
     * That the log holds it there is the caller's to verify.
     *
     * @return the period that it began or ended
     * @throws VerificationException when it is refused: it counts for nothing, and the history goes
     *     on
     */
    public KeyPeriod append(long index, Envelope envelope) throws VerificationException {
        if (index < size) {
            throw new IllegalArgumentException(
                    "entry " + index + " after the log was read to " + size);
        }
        size = index + 1;
        try {
            return switch (Statement.parse(envelope.payload()).predicate()) {
                case KeyRegisterPredicate register -> register(index, envelope, register);
                case KeyRotatePredicate rotate -> rotate(index, envelope, rotate);
                case KeyRevokePredicate revoke -> revoke(index, envelope, revoke);
                case Predicate other ->
                        throw new VerificationException(
                                Code.BAD_STATEMENT, other.type() + " is no statement about a key");
            };
        } catch (JsonException e) {
            throw new VerificationException(Code.BAD_STATEMENT, e);
        }
    }

    /** Says that below this size the log holds no key statement that was not taken in. */
    public void readTo(long size) {
        this.size = Math.max(this.size, size);
    }

    /**
     * Evidence that a key was valid at an index, which must be in the part of the log that was
     * read.
     */
    public ValidKey require(KeyId key, long index) throws VerificationException {
        if (index < 0 || index >= size) {
            throw new IllegalArgumentException("entry " + index + " of a log read to " + size);
        }
        KeyPeriod period = period(key).filter(p -> p.from() <= index).orElse(null);
        if (period == null) {
            throw refused(
                    "key " + key.brief() + " was not registered in log " + log + " at " + index);
        }
        if (!period.covers(index)) {
            throw refused(ended(period) + ", before entry " + index);
        }
        return new ValidKey(period, index);
    }

    /** When a key was valid, if it ever was. */
    public Optional<KeyPeriod> period(KeyId key) {
        return Optional.ofNullable(periods.get(key));
    }

    /** Whether these are one key, or two of the same holder's. */
    public boolean isOneParty(KeyId one, KeyId other) {
        KeyPeriod first = periods.get(one);
        KeyPeriod second = periods.get(other);
        return one.equals(other)
                || (first != null && second != null && first.holder().equals(second.holder()));
    }

    /** The first key of the holder that has this key; the key itself when nobody registered it. */
    public KeyId first(KeyId key) {
        return periods.keySet().stream()
                .filter(other -> isOneParty(other, key))
                .findFirst()
                .orElse(key);
    }

    /** A holder's newest key, ended or not. */
    public Optional<KeyPeriod> newest(KeyHolder holder) {
        return Optional.ofNullable(holders.get(holder)).map(h -> period(h.newest()).orElseThrow());
    }

    /** A holder's recovery key. */
    public Optional<KeyId> recoveryKey(KeyHolder holder) {
        return Optional.ofNullable(holders.get(holder)).map(Standing::recoveryKey);
    }

    /** All keys in the order in which they began. */
    public List<KeyPeriod> periods() {
        return List.copyOf(periods.values());
    }

    private KeyPeriod register(long index, Envelope envelope, KeyRegisterPredicate register)
            throws VerificationException {
        verify(envelope, register.key(), KeyRegisterPredicate.class);
        requireLog(register.log());
        requireNew(register.key());
        KeyHolder holder = register.holder();
        if (holders.containsKey(holder)) {
            throw refused(
                    holder
                            + " is registered already, with key "
                            + newest(holder).orElseThrow().key().keyId().brief()
                            + "; rotate that key instead");
        }
        return begin(index, holder, register.key(), register.recoveryKey());
    }

    private KeyPeriod rotate(long index, Envelope envelope, KeyRotatePredicate rotate)
            throws VerificationException {
        KeyRotatePredicate.Terms terms = rotate.terms();
        verify(envelope, rotate.signer().key(), KeyRotatePredicate.class);
        terms.newKey().verify(terms.possession(), rotate.possession());
        requireLog(terms.log());
        KeyPeriod old = requireNewest(terms.oldKey());
        Standing standing = requireSigner(old, rotate.signer());
        boolean recovery = rotate.signer().as() == KeySigner.Capacity.RECOVERY;
        if (old.end().isPresent() && !recovery) {
            throw refused(ended(old) + " and cannot name the next; the recovery key can");
        }
        if (!recovery && !terms.recoveryKey().equals(standing.recoveryKey())) {
            throw refused("only the recovery key may name another recovery key");
        }
        requireNew(terms.newKey());
        if (terms.newKey().keyId().equals(standing.recoveryKey())) {
            throw refused("the new key is the recovery key, which stays cold");
        }
        if (index >= terms.expires()) {
            throw refused(
                    "the rotation expired at log index "
                            + terms.expires()
                            + " and was logged at "
                            + index
                            + "; sign it anew");
        }
        if (old.end().isEmpty()) {
            periods.put(terms.oldKey(), old.endedAt(index, Ending.ROTATED));
        }
        return begin(index, old.holder(), terms.newKey(), terms.recoveryKey());
    }

    private KeyPeriod revoke(long index, Envelope envelope, KeyRevokePredicate revoke)
            throws VerificationException {
        verify(envelope, revoke.signer().key(), KeyRevokePredicate.class);
        requireLog(revoke.log());
        KeyPeriod period = requireNewest(revoke.key());
        requireSigner(period, revoke.signer());
        if (period.end().isPresent()) {
            throw refused(ended(period) + " already");
        }
        KeyPeriod ended = period.endedAt(index, Ending.REVOKED);
        periods.put(revoke.key(), ended);
        return ended;
    }

    private KeyPeriod begin(long index, KeyHolder holder, VerifyingKey key, KeyId recoveryKey) {
        KeyPeriod period = new KeyPeriod(holder, key, index, Optional.empty());
        periods.put(key.keyId(), period);
        holders.put(holder, new Standing(key.keyId(), recoveryKey));
        return period;
    }

    private static <P extends Predicate> void verify(
            Envelope envelope, VerifyingKey key, Class<P> kind) throws VerificationException {
        SignedStatement<P> _ = SignedStatement.verify(envelope, key, kind);
    }

    private void requireLog(String named) throws VerificationException {
        if (!named.equals(log)) {
            throw refused("it is a statement for log " + named + ", not " + log);
        }
    }

    private void requireNew(VerifyingKey key) throws VerificationException {
        KeyPeriod known = periods.get(key.keyId());
        if (known != null) {
            throw refused(
                    "key "
                            + key.keyId().brief()
                            + " was registered before, at log index "
                            + known.from()
                            + "; create a new one");
        }
    }

    /** The newest key of its holder. */
    private KeyPeriod requireNewest(KeyId key) throws VerificationException {
        KeyPeriod period = periods.get(key);
        if (period == null) {
            throw refused("key " + key.brief() + " is not registered in log " + log);
        }
        KeyPeriod newest = newest(period.holder()).orElseThrow();
        if (!newest.key().keyId().equals(key)) {
            throw refused(
                    "key "
                            + key.brief()
                            + " of "
                            + period.holder()
                            + " has a successor already: "
                            + newest.key().keyId().brief());
        }
        return period;
    }

    /** Where the holder of a key stands, when this signer may end that key. */
    private Standing requireSigner(KeyPeriod period, KeySigner signer)
            throws VerificationException {
        Standing standing = holders.get(period.holder());
        if (standing == null) {
            throw new IllegalStateException("a key whose holder is unknown: " + period);
        }
        KeyId due =
                switch (signer.as()) {
                    case KEY -> period.key().keyId();
                    case RECOVERY -> standing.recoveryKey();
                };
        if (!signer.key().keyId().equals(due)) {
            throw refused(
                    "it is signed by "
                            + signer.key().keyId().brief()
                            + ", which is neither the key that ends nor its recovery key");
        }
        return standing;
    }

    private static String ended(KeyPeriod period) {
        End end = period.end().orElseThrow();
        return "key "
                + period.key().keyId().brief()
                + " of "
                + period.holder()
                + switch (end.how()) {
                    case ROTATED -> " was rotated away at log index ";
                    case REVOKED -> " was revoked at log index ";
                }
                + end.index();
    }

    private static VerificationException refused(String why) {
        return new VerificationException(Code.BAD_KEY, why);
    }
}
