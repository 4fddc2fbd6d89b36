package dev.assay.verification.keys;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.attest.Forgery;
import dev.assay.verification.attest.Papers;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.KeyRevokePredicate.Reason;
import dev.assay.verification.statement.KeyRotatePredicate;
import dev.assay.verification.statement.Statement;

import org.junit.jupiter.api.Test;

/** Statements about keys that count for nothing. */
final class KeyHistoryRefusalTest extends KeyHistoryFixture {
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
}
