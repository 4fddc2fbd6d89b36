package dev.assay.verification.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.verification.audit.Clause;
import dev.assay.verification.audit.Finding.Standing;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.history.Chronicle.Told;
import dev.assay.verification.keys.KeyStatements;
import dev.assay.verification.statement.KeyHolder;
import dev.assay.verification.statement.KeyHolder.Role;
import dev.assay.verification.statement.KeyRevokePredicate.Reason;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import org.junit.jupiter.api.Test;

import java.security.SecureRandom;

/** Whose keys may sign what, and when, by the log's own key statements. */
final class KeyTrailTest extends ChronicleTest {
    private static final KeyHolder ALDER = new KeyHolder(Role.PROVIDER, "alder");

    private final SigningKey recovery = SigningKey.create(new SecureRandom());
    private final SigningKey next = SigningKey.create(new SecureRandom());
    private final KeyStatements statements = new KeyStatements(Chronicle.ORIGIN, () -> NOW);

    private void register() throws Exception {
        chronicle.add(statements.register(ALDER, chronicle.provider, recovery.keyId()));
    }

    private void rotate() throws Exception {
        chronicle.add(
                statements.rotate(
                        chronicle.provider.keyId(),
                        next,
                        chronicle.provider,
                        recovery.keyId(),
                        1_000));
    }

    @Test
    void registeredKey_passes() throws Exception {
        register();
        chronicle.honest(NOW);
        assertThat(chronicle.audit().verdict()).isEqualTo(Outcome.PASS);
    }

    @Test
    void nextKeyOfTheSameHolder_passes() throws Exception {
        register();
        Told lease = chronicle.lease(NOW, Chronicle.GPU);
        lease.receipt(0);
        rotate();
        chronicle.provider = next;
        lease.receipt(32);
        lease.result();
        lease.verdict();
        lease.settlement();
        HistoryReport report = chronicle.audit();
        assertThat(report.verdict()).as(report.toString()).isEqualTo(Outcome.PASS);
    }

    /** Else whoever rotates could leave out what the key before signed. */
    @Test
    void historyUnderALaterKey_isRefuted() throws Exception {
        register();
        rotate();
        chronicle.provider = next;
        chronicle.honest(NOW);
        chronicle.first = next;
        assertThat(chronicle.audit().findings())
                .anyMatch(
                        found ->
                                found.standing() == Standing.REFUTED
                                        && found.clause() == Clause.KEY
                                        && found.file().equals(HistoryLayout.INDEX)
                                        && found.field().equals("history.provider"));
    }

    @Test
    void keyThatWasRotatedAway_isRefuted() throws Exception {
        register();
        Told lease = chronicle.lease(NOW, Chronicle.GPU);
        rotate();
        lease.receipt(0);
        assertRefuted(chronicle.audit(), Clause.KEY_VALIDITY, 5, "lease.provider");
    }

    @Test
    void revokedKey_isRefuted() throws Exception {
        register();
        Told lease = chronicle.lease(NOW, Chronicle.GPU);
        lease.receipt(0);
        chronicle.add(statements.revoke(chronicle.provider.keyId(), Reason.COMPROMISED, recovery));
        lease.receipt(8);
        assertRefuted(chronicle.audit(), Clause.KEY_VALIDITY, 6, "lease.provider");
    }

    /** A stranger names the market's key, which signs much, as its own recovery key. */
    @Test
    void recoveryKeyThatAStrangerNames_makesNothingDue() throws Exception {
        chronicle.add(
                statements.register(
                        new KeyHolder(Role.TENANT, "mallory"),
                        chronicle.stranger,
                        chronicle.market.keyId()));
        chronicle.honest(NOW);
        Told others = chronicle.lease(NOW.plusSeconds(100), Chronicle.GPU);
        chronicle.withheld.add(others.order.index());
        chronicle.withheld.add(others.lease.index());
        HistoryReport report = chronicle.audit();
        assertThat(report.verdict()).as(report.toString()).isEqualTo(Outcome.PASS);
    }

    @Test
    void keyThatIsRegisteredAsAnotherRoles_isRefuted() throws Exception {
        chronicle.add(
                statements.register(
                        new KeyHolder(Role.PROVIDER, "birch"), chronicle.market, recovery.keyId()));
        chronicle.lease(NOW, Chronicle.GPU);
        assertRefuted(chronicle.audit(), Clause.KEY_VALIDITY, 3, "lease's market");
    }

    @Test
    void keyOfSomebodyElse_isRefuted() throws Exception {
        Told lease = chronicle.lease(NOW, Chronicle.GPU);
        chronicle.provider = chronicle.stranger;
        lease.receipt(0);
        assertRefuted(chronicle.audit(), Clause.KEY_VALIDITY, 3, "lease.provider");
    }

    @Test
    void leaseThatTheProviderGrantsItself_isRefuted() throws Exception {
        Told lease = chronicle.honest(NOW);
        chronicle.lie("/predicate/deposit", "9");
        chronicle.resign(lease.lease, chronicle.provider);
        assertRefuted(chronicle.audit(), Clause.KEY_VALIDITY, 11, "lease's market");
    }

    @Test
    void keyThatIsRegisteredAfterItSigned_leavesItInconclusive() throws Exception {
        chronicle.honest(NOW);
        register();
        assertUnresolved(
                chronicle.audit(),
                Clause.KEY_VALIDITY,
                HistoryLayout.line(3),
                "signatures[0].keyid");
    }

    @Test
    void keyThatTheHistoryDoesNotHave_isRefuted() throws Exception {
        chronicle.honest(NOW);
        java.nio.file.Path keys = chronicle.write().resolve(HistoryLayout.KEYS);
        java.nio.file.Files.writeString(keys, chronicle.tenant.verifyingKey().toPem());
        assertRefuted(chronicle.auditAgain(), Clause.KEY, 2, "signatures[0].keyid");
    }

    @Test
    void keyStatementThatBreaksARule_changesNothing() throws Exception {
        register();
        chronicle.add(
                statements.register(
                        new KeyHolder(Role.PROVIDER, "birch"),
                        chronicle.provider,
                        recovery.keyId()));
        chronicle.honest(NOW);
        HistoryReport report = chronicle.audit();
        assertThat(report.verdict()).isEqualTo(Outcome.PASS);
        assertThat(report.findings()).anyMatch(f -> f.message().contains("changes nothing"));
    }
}
