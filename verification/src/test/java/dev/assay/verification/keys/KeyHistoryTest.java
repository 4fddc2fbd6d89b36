package dev.assay.verification.keys;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.attest.Papers;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.check.TinyModel;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.KeyHolder;
import dev.assay.verification.statement.KeyHolder.Role;
import dev.assay.verification.statement.KeyRevokePredicate.Reason;
import dev.assay.verification.statement.UsagePredicate;

import org.junit.jupiter.api.Test;

import java.security.SecureRandom;
import java.util.Optional;
import java.util.Random;

/** What statements about keys do. */
final class KeyHistoryTest extends KeyHistoryFixture {
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
}
