package dev.assay.verification.keys;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.protocol.id.KeyId;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.attest.Forgery;
import dev.assay.verification.attest.Papers;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.check.TinyModel;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.KeyHolder;
import dev.assay.verification.statement.KeyHolder.Role;
import dev.assay.verification.statement.KeyRevokePredicate.Reason;
import dev.assay.verification.statement.KeyRotatePredicate;
import dev.assay.verification.statement.Statement;
import dev.assay.verification.statement.UsagePredicate;

import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Test;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;

class KeyHistoryTest {
    private static final String LOG = "log.example/2026";
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final KeyHolder ALDER = new KeyHolder(Role.PROVIDER, "alder");
    private static final KeyHolder BIRCH = new KeyHolder(Role.PROVIDER, "birch");
    private static final long LATER = 1_000;

    private final KeyStatements statements = new KeyStatements(LOG, () -> NOW);
    private final KeyHistory history = new KeyHistory(LOG);
    private final SigningKey first = SigningKey.create(new SecureRandom());
    private final SigningKey second = SigningKey.create(new SecureRandom());
    private final SigningKey third = SigningKey.create(new SecureRandom());
    private final SigningKey recovery = SigningKey.create(new SecureRandom());
    private final SigningKey stranger = SigningKey.create(new SecureRandom());

    @Test
    void require_registeredKey_isValidFromItsRegistrationOn() throws Exception {
        history.append(7, register(ALDER, first));
        history.readTo(100);

        assertThat(history.require(first.keyId(), 7).holder()).isEqualTo(ALDER);
        assertThat(history.require(first.keyId(), 99).key()).isEqualTo(first.verifyingKey());
        assertRefused(Code.BAD_KEY, () -> history.require(first.keyId(), 6))
                .contains("not registered");
        assertRefused(Code.BAD_KEY, () -> history.require(second.keyId(), 50))
                .contains("not registered");
    }

    /** What a receipt's date says does not count: its place in the log does. */
    @Test
    void require_receiptsAroundARevocation_areValidBeforeItAndNotAfter() throws Exception {
        Papers papers = new Papers();
        SigningKey provider = papers.provider;
        Envelope receipt =
                SignedStatement.sign(
                        papers.receipt(Optional.empty(), 0, TinyModel.output()).statement(),
                        provider);
        history.append(0, register(ALDER, provider));
        history.append(10, statements.revoke(provider.keyId(), Reason.COMPROMISED, recovery));
        history.readTo(20);

        for (long index = 0; index < 20; index++) {
            if (index < 10) {
                ValidKey valid = history.require(receipt.keyId(), index);
                assertThat(valid.index()).isEqualTo(index);
                assertThat(
                                SignedStatement.verify(receipt, valid.key(), UsagePredicate.class)
                                        .predicate()
                                        .sequence())
                        .isZero();
            } else {
                long after = index;
                assertRefused(Code.BAD_KEY, () -> history.require(receipt.keyId(), after))
                        .contains("of provider alder was revoked at log index 10");
            }
        }
    }

    @Test
    void append_rotationByTheOldKey_handsTheHolderOn() throws Exception {
        history.append(0, register(ALDER, first));
        KeyPeriod period = history.append(5, rotate(first, second, first));
        history.readTo(10);

        assertThat(period.holder()).isEqualTo(ALDER);
        assertThat(history.newest(ALDER)).contains(period);
        assertThat(history.recoveryKey(ALDER)).contains(recovery.keyId());
        history.require(first.keyId(), 4);
        history.require(second.keyId(), 5);
        assertRefused(Code.BAD_KEY, () -> history.require(first.keyId(), 5))
                .contains("was rotated away at log index 5");
        assertRefused(Code.BAD_KEY, () -> history.require(second.keyId(), 4))
                .contains("not registered");
        assertThat(history.periods()).extracting(KeyPeriod::from).containsExactly(0L, 5L);
    }

    @Test
    void append_revocationByTheKeyItself_endsIt() throws Exception {
        history.append(0, register(ALDER, first));
        KeyPeriod ended = history.append(1, statements.revoke(first.keyId(), Reason.LOST, first));

        assertThat(ended.end()).contains(new KeyPeriod.End(1, KeyPeriod.Ending.REVOKED));
    }

    @Test
    void append_rotationByTheRecoveryKeyAfterARevocation_bringsTheHolderBack() throws Exception {
        history.append(0, register(ALDER, first));
        history.append(1, statements.revoke(first.keyId(), Reason.COMPROMISED, first));
        history.append(9, rotate(first, second, recovery));
        history.readTo(10);

        history.require(second.keyId(), 9);
        assertThat(history.period(first.keyId()).orElseThrow().end())
                .as("revoked is revoked")
                .contains(new KeyPeriod.End(1, KeyPeriod.Ending.REVOKED));
        assertRefused(Code.BAD_KEY, () -> history.require(first.keyId(), 5));
    }

    /** A thief rotates to a key of his own; the recovery key takes the name back. */
    @Test
    void append_rotationByAThief_isUndoneByTheRecoveryKey() throws Exception {
        history.append(0, register(ALDER, first));
        history.append(1, rotate(first, stranger, first));
        history.append(2, rotate(stranger, second, recovery));
        history.readTo(3);

        history.require(second.keyId(), 2);
        assertRefused(Code.BAD_KEY, () -> history.require(stranger.keyId(), 2));
    }

    @Test
    void append_recoveryKeyNamingAnother_isReplaced() throws Exception {
        history.append(0, register(ALDER, first));
        history.append(1, statements.rotate(first.keyId(), second, recovery, third.keyId(), LATER));

        assertThat(history.recoveryKey(ALDER)).contains(third.keyId());
        refused(2, statements.revoke(second.keyId(), Reason.LOST, recovery)).contains("signed by");
        history.append(3, statements.revoke(second.keyId(), Reason.LOST, third));
    }

    @Test
    void append_reRegistration_isRefused() throws Exception {
        history.append(0, register(ALDER, first));

        refused(1, register(ALDER, first)).contains("registered before, at log index 0");
        refused(2, register(BIRCH, first)).contains("registered before, at log index 0");
        refused(3, register(ALDER, second)).contains("provider alder is registered already");
    }

    @Test
    void append_reRegistrationOfAnEndedKey_isRefused() throws Exception {
        history.append(0, register(ALDER, first));
        history.append(1, statements.revoke(first.keyId(), Reason.RETIRED, first));

        refused(2, register(ALDER, first)).contains("registered before");
        refused(3, register(ALDER, second)).contains("registered already");
    }

    @Test
    void append_registrationOfAKeyThatTheSignerDoesNotHave_isRefused() throws Exception {
        Statement victims = Statement.parse(register(ALDER, first).payload());

        refused(0, Envelope.sign(victims.bytes(), stranger)).contains("the envelope names key");
        assertThat(history.periods()).isEmpty();
    }

    @Test
    void append_rotationByARevokedKey_isRefused() throws Exception {
        history.append(0, register(ALDER, first));
        history.append(1, statements.revoke(first.keyId(), Reason.COMPROMISED, recovery));

        refused(2, rotate(first, stranger, first)).contains("was revoked at log index 1");
        history.readTo(3);
        assertRefused(Code.BAD_KEY, () -> history.require(stranger.keyId(), 2));
    }

    @Test
    void append_rotationToARegisteredKey_isRefused() throws Exception {
        history.append(0, register(ALDER, first));
        history.append(1, register(BIRCH, second));

        refused(2, rotate(first, second, first)).contains("registered before, at log index 1");
    }

    @Test
    void append_rotationBackToAnOldKey_isRefused() throws Exception {
        history.append(0, register(ALDER, first));
        history.append(1, rotate(first, second, first));

        refused(2, rotate(second, first, second)).contains("registered before, at log index 0");
    }

    @Test
    void append_forkedRotation_countsTheFirstOnly() throws Exception {
        history.append(0, register(ALDER, first));
        Envelope one = rotate(first, second, first);
        Envelope other = rotate(first, third, first);
        history.append(1, one);

        refused(2, other).contains("has a successor already");
        refused(3, rotate(first, third, recovery)).contains("has a successor already");
        assertThat(history.newest(ALDER).orElseThrow().key()).isEqualTo(second.verifyingKey());
    }

    @Test
    void append_expiredRotation_isRefused() throws Exception {
        history.append(0, register(ALDER, first));
        Envelope heldBack = statements.rotate(first.keyId(), second, first, recovery.keyId(), 10);

        refused(10, heldBack).contains("expired at log index 10");
        assertThat(history.newest(ALDER).orElseThrow().key()).isEqualTo(first.verifyingKey());
    }

    @Test
    void append_statementForAnotherLog_isRefused() throws Exception {
        KeyStatements elsewhere = new KeyStatements("other.example", () -> NOW);
        refused(0, elsewhere.register(ALDER, first, recovery.keyId())).contains("other.example");
        history.append(1, register(ALDER, first));

        refused(2, elsewhere.revoke(first.keyId(), Reason.LOST, first)).contains("other.example");
        refused(3, elsewhere.rotate(first.keyId(), second, first, recovery.keyId(), LATER))
                .contains("other.example");
    }

    @Test
    void append_endSignedByAStranger_isRefused() throws Exception {
        history.append(0, register(ALDER, first));

        refused(1, statements.revoke(first.keyId(), Reason.LOST, stranger)).contains("signed by");
        refused(2, rotate(first, stranger, second)).contains("signed by");
        history.readTo(3);
        history.require(first.keyId(), 2);
    }

    /** The statement says that the key signs, yet somebody else did. */
    @Test
    void append_signerWhoDidNotSign_isRefused() throws Exception {
        history.append(0, register(ALDER, first));
        Statement revoke =
                Statement.parse(statements.revoke(first.keyId(), Reason.LOST, first).payload());

        refused(1, Envelope.sign(revoke.bytes(), stranger)).contains("the envelope names key");
    }

    @Test
    void append_capacityThatTheSignerDoesNotHave_isRefused() throws Exception {
        history.append(0, register(ALDER, first));
        Statement revoke =
                Statement.parse(statements.revoke(first.keyId(), Reason.LOST, first).payload());

        refused(1, Forgery.signed(revoke, first, "/predicate/signer/as", "RECOVERY"))
                .contains("signed by");
    }

    @Test
    void append_rotationToAKeyThatTheHolderDoesNotHave_isRefused() throws Exception {
        history.append(0, register(ALDER, first));
        Statement rotate = Statement.parse(rotate(first, second, first).payload());
        KeyRotatePredicate honest = (KeyRotatePredicate) rotate.predicate();
        KeyRotatePredicate stolen =
                new KeyRotatePredicate(
                        new KeyRotatePredicate.Terms(
                                LOG, first.keyId(), third.verifyingKey(), recovery.keyId(), LATER),
                        honest.signer(),
                        honest.possession(),
                        NOW);

        refusedWith(Code.BAD_SIGNATURE, 1, SignedStatement.sign(stolen.statement(), first));
    }

    @Test
    void append_possessionForOtherTerms_isRefused() throws Exception {
        history.append(0, register(ALDER, first));
        Statement rotate = Statement.parse(rotate(first, second, first).payload());

        refusedWith(
                Code.BAD_SIGNATURE, 1, Forgery.signed(rotate, first, "/predicate/expires", "1001"));
    }

    @Test
    void append_oldKeyNamingAnotherRecoveryKey_isRefused() throws Exception {
        history.append(0, register(ALDER, first));

        refused(1, statements.rotate(first.keyId(), second, first, stranger.keyId(), LATER))
                .contains("only the recovery key");
    }

    @Test
    void append_recoveryKeyAsTheNextKey_isRefused() throws Exception {
        history.append(0, register(ALDER, first));

        refused(1, statements.rotate(first.keyId(), recovery, recovery, third.keyId(), LATER))
                .contains("stays cold");
    }

    @Test
    void append_statementsAboutUnknownOrEndedKeys_areRefused() throws Exception {
        refused(0, statements.revoke(first.keyId(), Reason.LOST, first)).contains("not registered");
        refused(1, rotate(first, second, first)).contains("not registered");
        history.append(2, register(ALDER, first));
        history.append(3, statements.revoke(first.keyId(), Reason.LOST, first));

        refused(4, statements.revoke(first.keyId(), Reason.LOST, first)).contains("already");
        refused(5, statements.revoke(first.keyId(), Reason.LOST, recovery)).contains("already");
    }

    @Test
    void append_sameEnvelopeAgain_isRefused() throws Exception {
        Envelope register = register(ALDER, first);
        Envelope rotate = rotate(first, second, first);
        history.append(0, register);
        history.append(1, rotate);

        refused(2, register).contains("registered before");
        refused(3, rotate).contains("successor");
    }

    @Test
    void append_statementOfAnotherKind_isRefusedAndNotTakenForOne() throws Exception {
        Papers papers = new Papers();
        Envelope order = SignedStatement.sign(papers.order().statement(), papers.tenant);

        refusedWith(Code.BAD_STATEMENT, 0, order);
        assertThat(KeyHistory.claimedSigner(order)).isEmpty();
        assertThat(KeyHistory.claimedSigner(Envelope.sign(new byte[] {1}, first))).isEmpty();
        assertThat(KeyHistory.claimedSigner(register(ALDER, first))).contains(first.verifyingKey());
        assertThat(KeyHistory.claimedSigner(rotate(first, second, recovery)))
                .contains(recovery.verifyingKey());
    }

    @Test
    void append_outOfOrder_orBeyondWhatWasRead_isAMistakeOfTheCaller() throws Exception {
        history.append(5, register(ALDER, first));

        assertThatThrownBy(() -> history.append(5, register(BIRCH, second)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> history.require(first.keyId(), 6))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("read to 6");
    }

    /** However statements come, a holder has one valid key at most, and a key one holder. */
    @Test
    void append_randomStatements_neverGiveAHolderTwoKeysAtOnce() throws Exception {
        Random random = new Random(42);
        SigningKey[] keys = new SigningKey[8];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = SigningKey.create(new SecureRandom());
        }
        int taken = 0;
        for (long index = 0; index < 600; index++) {
            try {
                history.append(index, any(random, keys, index));
                taken++;
            } catch (VerificationException e) {
                // Refused: most are.
            }
            if (index % 60 == 59) {
                for (int i = 0; i < keys.length; i++) {
                    keys[i] = SigningKey.create(new SecureRandom());
                }
            }
        }
        assertThat(taken).isGreaterThan(20);
        for (KeyPeriod one : history.periods()) {
            for (KeyPeriod other : history.periods()) {
                if (one != other && one.holder().equals(other.holder())) {
                    assertThat(one.covers(other.from()) && other.covers(other.from())).isFalse();
                }
            }
        }
    }

    private Envelope any(Random random, SigningKey[] keys, long index) throws Exception {
        SigningKey key = keys[random.nextInt(keys.length)];
        SigningKey next = keys[random.nextInt(keys.length)];
        SigningKey by = random.nextBoolean() ? key : recovery;
        KeyHolder holder = new KeyHolder(Role.TENANT, "t" + random.nextInt(3) + "-" + index / 120);
        return switch (random.nextInt(4)) {
            case 0 -> register(holder, key);
            case 1 -> statements.revoke(key.keyId(), Reason.LOST, by);
            default -> key == next ? register(holder, key) : rotate(key, next, by);
        };
    }

    private Envelope register(KeyHolder holder, SigningKey key) throws VerificationException {
        return statements.register(holder, key, recovery.keyId());
    }

    private Envelope rotate(SigningKey old, SigningKey next, SigningKey by)
            throws VerificationException {
        KeyId recoveryKey = recovery.keyId();
        return statements.rotate(old.keyId(), next, by, recoveryKey, LATER);
    }

    private AbstractStringAssert<?> refused(long index, Envelope envelope) {
        return assertRefused(Code.BAD_KEY, () -> history.append(index, envelope));
    }

    private void refusedWith(Code code, long index, Envelope envelope) {
        assertRefused(code, () -> history.append(index, envelope));
    }
}
