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
        assertThat(chronicle.audit().outcome()).isEqualTo(Outcome.PASS);
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
        assertThat(report.outcome()).as(report.toString()).isEqualTo(Outcome.PASS);
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
        assertThat(report.outcome()).isEqualTo(Outcome.PASS);
        assertThat(report.findings()).anyMatch(f -> f.message().contains("changes nothing"));
    }
}
