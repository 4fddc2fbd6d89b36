package dev.assay.verification.attacks;

import dev.assay.protocol.id.KeyId;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.Forgery;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.crypto.FixedKeys;
import dev.assay.verification.crypto.Signature;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.keys.KeyStatements;
import dev.assay.verification.statement.KeyHolder;
import dev.assay.verification.statement.KeyHolder.Role;
import dev.assay.verification.statement.KeyRevokePredicate.Reason;
import dev.assay.verification.statement.KeyRotatePredicate;
import dev.assay.verification.statement.KeySigner;

import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Collectors;

/** Entries of a log about keys and by them, and attacks made of them. */
abstract class KeyEntries {
    static final KeyHolder ALDER = new KeyHolder(Role.PROVIDER, "alder");
    static final KeyHolder BIRCH = new KeyHolder(Role.PROVIDER, "birch");
    static final long LATER = 100;

    static final SigningKey FIRST = Parties.PROVIDER;
    static final SigningKey SECOND = FixedKeys.signing("second");
    static final SigningKey THIRD = FixedKeys.signing("third");
    static final SigningKey STOLEN = Parties.STRANGER;
    static final SigningKey RECOVERY = FixedKeys.signing("recovery");
    static final SigningKey NEXT_RECOVERY = FixedKeys.signing("next recovery");

    final KeyStatements statements = new KeyStatements(Parties.ORIGIN, () -> Tale.NOW);
    final byte[] usage;
    final Envelope register;
    final Envelope rotate;
    final Envelope revoke;

    private final Generator generator;

    KeyEntries(Generator generator, byte[] usage) throws VerificationException {
        this.generator = generator;
        this.usage = usage;
        this.register = statements.register(ALDER, FIRST, RECOVERY.keyId());
        this.rotate = statements.rotate(FIRST.keyId(), SECOND, FIRST, RECOVERY.keyId(), LATER);
        this.revoke = statements.revoke(SECOND.keyId(), Reason.COMPROMISED, SECOND);
    }

    /** A log in which everything is in order. */
    byte[] honest() throws VerificationException {
        return lines(
                register,
                receipt(FIRST),
                rotate,
                receipt(SECOND),
                revoke,
                recovered(THIRD),
                receipt(THIRD));
    }

    Envelope recovered(SigningKey next) throws VerificationException {
        return statements.rotate(SECOND.keyId(), next, RECOVERY, NEXT_RECOVERY.keyId(), LATER);
    }

    static KeyRotatePredicate.Terms terms(SigningKey next, long expires) {
        return new KeyRotatePredicate.Terms(
                Parties.ORIGIN, FIRST.keyId(), next.verifyingKey(), RECOVERY.keyId(), expires);
    }

    static Envelope rotation(SigningKey by, SigningKey next, Signature possession)
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

    Envelope receipt(SigningKey key) throws VerificationException {
        return Envelope.sign(usage, key);
    }

    static Envelope under(KeyId key, Envelope envelope) throws VerificationException {
        return Envelope.parse(
                Generator.bytes(
                        StatementAttacks.once(
                                Generator.text(envelope.bytes()),
                                envelope.keyId().hex(),
                                key.hex())));
    }

    /** Another statement under the same signature. */
    static Envelope changed(Envelope envelope, String pointer, String value)
            throws VerificationException {
        String before = Base64.getEncoder().encodeToString(envelope.payload());
        String after =
                Base64.getEncoder()
                        .encodeToString(Forgery.bytes(envelope.payload(), pointer, value));
        return Envelope.parse(
                Generator.bytes(
                        StatementAttacks.once(Generator.text(envelope.bytes()), before, after)));
    }

    void refused(String name, String who, String change, Expected expected, Envelope... entries) {
        generator
                .from(Input.KEYS, AttackFiles.HONEST)
                .attack(name, who, change, lines(entries), expected);
    }

    static Expected use(int entry, String says) {
        return new Expected("KeyHistory.require", "", "entry " + entry, "key", says);
    }

    static Expected entry(int entry, String clause, String says) {
        return new Expected("KeyHistory.append", "", "entry " + entry, clause, says);
    }

    static byte[] lines(Envelope... entries) {
        return Generator.bytes(
                Arrays.stream(entries)
                        .map(entry -> Generator.text(entry.bytes()) + "\n")
                        .collect(Collectors.joining()));
    }
}
