package dev.assay.verification.keys;

import static dev.assay.verification.Refusals.assertRefused;

import dev.assay.protocol.id.KeyId;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.KeyHolder;
import dev.assay.verification.statement.KeyHolder.Role;

import org.assertj.core.api.AbstractStringAssert;

import java.security.SecureRandom;
import java.time.Instant;

/** The history of one log, and the keys whose statements it holds. */
abstract class KeyHistoryFixture {
    static final String LOG = "log.example/2026";
    static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    static final KeyHolder ALDER = new KeyHolder(Role.PROVIDER, "alder");
    static final KeyHolder BIRCH = new KeyHolder(Role.PROVIDER, "birch");
    static final long LATER = 1_000;

    final KeyStatements statements = new KeyStatements(LOG, () -> NOW);
    final KeyHistory history = new KeyHistory(LOG);
    final SigningKey first = SigningKey.create(new SecureRandom());
    final SigningKey second = SigningKey.create(new SecureRandom());
    final SigningKey third = SigningKey.create(new SecureRandom());
    final SigningKey recovery = SigningKey.create(new SecureRandom());
    final SigningKey stranger = SigningKey.create(new SecureRandom());

    Envelope register(KeyHolder holder, SigningKey key) throws VerificationException {
        return statements.register(holder, key, recovery.keyId());
    }

    Envelope rotate(SigningKey old, SigningKey next, SigningKey by) throws VerificationException {
        KeyId recoveryKey = recovery.keyId();
        return statements.rotate(old.keyId(), next, by, recoveryKey, LATER);
    }

    AbstractStringAssert<?> refused(long index, Envelope envelope) {
        return assertRefused(Code.BAD_KEY, () -> history.append(index, envelope));
    }

    void refusedWith(Code code, long index, Envelope envelope) {
        assertRefused(code, () -> history.append(index, envelope));
    }
}
