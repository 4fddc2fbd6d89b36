package dev.assay.verification.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.protocol.id.KeyId;
import dev.assay.verification.attest.Papers;
import dev.assay.verification.audit.Finding.Standing;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.crypto.SoftwareKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.keys.KeyStatements;
import dev.assay.verification.statement.KeyHolder;
import dev.assay.verification.statement.KeyHolder.Role;
import dev.assay.verification.statement.KeyRevokePredicate.Reason;

import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;

/** What a folder's statements about keys say of those who signed in it. */
final class KeyValidityTest extends AuditedStory {
    private static final KeyHolder ALDER = new KeyHolder(Role.PROVIDER, "alder");

    private final SigningKey recovery = SoftwareKey.create(new SecureRandom());
    private final SigningKey other = SoftwareKey.create(new SecureRandom());

    @Test
    void provider_registeredBeforeItSigned_isProvedToHaveBeenValid() throws Exception {
        before("order", registered(ALDER, papers.provider));

        AuditReport report = written().audit();

        assertThat(report.passed()).as(report.toString()).isTrue();
        assertThat(report.with(Standing.PROVED).toString())
                .contains(
                        "the key of provider alder was valid at the log index of each of its 3"
                                + " statements, by what key-statements/ holds");
        assertThat(report.with(Standing.NOT_PROVED).toString())
                .contains("the keys of tenant and market were valid")
                .contains("no other statement about these keys");
    }

    @Test
    void folder_withoutKeyStatements_provesNothingOfValidity() throws Exception {
        AuditReport report = written().audit();

        assertThat(report.passed()).isTrue();
        assertThat(report.with(Standing.NOT_PROVED).toString())
                .contains("the folder has no statements about keys");
    }

    @Test
    void provider_revokedBeforeItsResult_isRefuted() throws Exception {
        before("order", registered(ALDER, papers.provider));
        before("result", revoked(papers.provider));

        AuditReport report = written().audit();

        assertRefuted(report, "statements/result.dsse.json", Finding.WHOLE, Clause.KEY_VALIDITY);
        assertThat(report.toString()).contains("was revoked at log index ");
    }

    @Test
    void provider_revokedAfterItsLastStatement_wasValid() throws Exception {
        before("order", registered(ALDER, papers.provider));
        before("settlement", revoked(papers.provider));

        assertThat(written().audit().passed()).isTrue();
    }

    @Test
    void provider_registeredAfterItsFirstReceipt_isRefuted() throws Exception {
        before("receipt-0001", registered(ALDER, papers.provider));

        assertRefuted(
                written().audit(),
                "statements/receipt-0000.dsse.json",
                Finding.WHOLE,
                Clause.KEY_VALIDITY);
    }

    @Test
    void provider_thatOthersStatementsDoNotName_isRefuted() throws Exception {
        before("order", registered(new KeyHolder(Role.TENANT, "tenant"), papers.tenant));

        AuditReport report = written().audit();

        assertRefuted(
                report, "statements/receipt-0000.dsse.json", Finding.WHOLE, Clause.KEY_VALIDITY);
        assertThat(report.toString()).contains("was not registered in log");
        assertThat(report.with(Standing.PROVED).toString()).contains("the key of tenant tenant");
    }

    @Test
    void provider_withATenantsKey_isRefuted() throws Exception {
        before("order", registered(new KeyHolder(Role.TENANT, "alder"), papers.provider));

        assertRefuted(written().audit(), "keys/provider.pem", Finding.WHOLE, Clause.KEY_VALIDITY);
    }

    @Test
    void provider_byAnExpiredRotation_isRefutedTwice() throws Exception {
        before("order", registered(ALDER, other), rotated(other, papers.provider, 0));

        AuditReport report = written().audit();

        assertThat(report.with(Standing.REFUTED))
                .extracting(Finding::clause)
                .containsExactly(Clause.KEY_STATEMENT, Clause.KEY_VALIDITY);
        assertThat(report.with(Standing.REFUTED).getFirst().file())
                .isEqualTo("key-statements/1.dsse.json");
        assertThat(report.toString()).contains("the rotation expired at log index 0");
    }

    @Test
    void provider_rotatedToInTime_isProvedToHaveBeenValid() throws Exception {
        before("order", registered(ALDER, other), rotated(other, papers.provider, 100));

        assertThat(written().audit().passed()).isTrue();
    }

    @Test
    void provider_rotatedAwayFrom_isRefuted() throws Exception {
        before("order", registered(ALDER, papers.provider));
        before("receipt-0001", rotated(papers.provider, other, 100));

        AuditReport report = written().audit();

        assertRefuted(
                report, "statements/receipt-0001.dsse.json", Finding.WHOLE, Clause.KEY_VALIDITY);
        assertThat(report.toString()).contains("was rotated away at log index ");
    }

    @Test
    void keyStatement_underAnotherIndex_isRefuted() throws Exception {
        before("order", registered(ALDER, papers.provider));
        Folder folder = written();
        for (String ending : List.of(".dsse.json", ".tlog-proof")) {
            Files.move(
                    folder.file("key-statements/0" + ending),
                    folder.file("key-statements/1" + ending));
        }
        folder.signAgain(papers);

        assertRefuted(folder.audit(), "key-statements/1.tlog-proof", "index", Clause.KEY_STATEMENT);
    }

    @Test
    void keyStatement_thatTheLogDoesNotHold_isRefuted() throws Exception {
        before("order", registered(ALDER, papers.provider));
        Folder folder = written();
        folder.write(
                "key-statements/0.dsse.json",
                registered(new KeyHolder(Role.PROVIDER, "birch"), papers.provider).bytes());
        folder.signAgain(papers);

        assertRefuted(
                folder.audit(), "key-statements/0.tlog-proof", Finding.WHOLE, Clause.INCLUSION);
    }

    @Test
    void keyStatement_thatIsAnotherStatement_isRefuted() throws Exception {
        before("order", registered(ALDER, papers.provider));
        Folder folder = written();
        Map<String, byte[]> files = folder.files();
        folder.write("key-statements/0.dsse.json", files.get("statements/lease.dsse.json"));
        folder.signAgain(papers);

        assertRefuted(
                folder.audit(),
                "key-statements/0.dsse.json",
                "statement.predicateType",
                Clause.KEY_STATEMENT);
    }

    private void before(String document, Envelope... about) {
        story.keyStatements.put(document, List.of(about));
    }

    private Envelope registered(KeyHolder holder, SigningKey key) throws Exception {
        return statements().register(holder, key, cold());
    }

    private Envelope revoked(SigningKey key) throws Exception {
        return statements().revoke(key.keyId(), Reason.COMPROMISED, recovery);
    }

    private Envelope rotated(SigningKey from, SigningKey to, long expires) throws Exception {
        return statements().rotate(from.keyId(), to, from, cold(), expires);
    }

    private KeyId cold() {
        return recovery.keyId();
    }

    private static KeyStatements statements() {
        return new KeyStatements(Story.ORIGIN, () -> Papers.NOW);
    }
}
