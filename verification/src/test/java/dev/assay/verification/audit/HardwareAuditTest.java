package dev.assay.verification.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.verification.audit.Finding.Standing;
import dev.assay.verification.hardware.EvidenceKind;
import dev.assay.verification.hardware.EvidenceNonce;
import dev.assay.verification.hardware.EvidenceReference;
import dev.assay.verification.hardware.MadeTpmQuote;
import dev.assay.verification.hardware.TrustRoots;
import dev.assay.verification.log.LogCheckpoint;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * What an audit says of hardware evidence that a result names. Quotes are made here, in the right
 * form; everything else of the folder is honest, and signed and indexed as it is.
 */
final class HardwareAuditTest extends AuditedStory {
    private static final String FILE = "hardware/0.json";
    private static final String RESULT = "statements/result.dsse.json";
    private static final LeaseId OTHER_LEASE = new LeaseId(Digest.of(new byte[32]));

    private final MadeTpmQuote tpm = new MadeTpmQuote();

    /** The provider asks about this checkpoint instead of the log's at its last receipt. */
    private void certified(UnaryOperator<LogCheckpoint> asked) {
        story.hardware =
                (lease, head) -> {
                    LogCheckpoint checkpoint = asked.apply(head);
                    byte[] file = tpm.certified(EvidenceNonce.ofLease(lease, checkpoint)).bytes();
                    return Map.of(named(file, lease, checkpoint), file);
                };
    }

    private static EvidenceReference named(byte[] file, LeaseId lease, LogCheckpoint checkpoint) {
        return EvidenceReference.ofLease(
                EvidenceKind.TPM2_QUOTE, Digest.sha256(file), lease, checkpoint);
    }

    private AuditReport audited() throws Exception {
        return written().audit(tpm.roots());
    }

    @Test
    void evidence_thatStandsUp_isProvedWithItsMoment() throws Exception {
        certified(head -> head);

        AuditReport report = audited();

        assertThat(report.verdict()).as(report.toString()).isEqualTo(Outcome.PASS);
        assertThat(hardware(report, Standing.PROVED))
                .anyMatch(
                        finding ->
                                finding.file().equals(RESULT)
                                        && finding.field().equals("result.evidence[0]")
                                        && finding.message()
                                                .equals(
                                                        "its nonce holds the log through entry 3,"
                                                                + " and entry 4 names it"))
                .anyMatch(
                        finding ->
                                finding.file().equals(FILE)
                                        && finding.message().contains("certified up to CN=Test")
                                        && finding.message().contains("made for this nonce"));
        assertThat(hardware(report, Standing.NOT_PROVED))
                .anyMatch(finding -> finding.message().contains("certificate was revoked"));
    }

    @Test
    void quote_withoutCertificates_isNotProvedToBeOfATpm() throws Exception {
        story.hardware =
                (lease, head) -> {
                    byte[] file = tpm.of(EvidenceNonce.ofLease(lease, head)).bytes();
                    return Map.of(named(file, lease, head), file);
                };

        AuditReport report = audited();

        assertThat(report.verdict()).as(report.toString()).isEqualTo(Outcome.PASS);
        assertThat(hardware(report, Standing.NOT_PROVED))
                .anyMatch(
                        finding ->
                                finding.file().equals(FILE)
                                        && finding.message()
                                                .contains("that a TPM holds the key at all"));
    }

    @Test
    void root_thatNobodyNamed_leavesItUnchecked() throws Exception {
        certified(head -> head);

        AuditReport report = written().audit(TrustRoots.none());

        assertThat(report.verdict()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(report.with(Standing.UNCHECKED))
                .singleElement()
                .satisfies(
                        finding -> {
                            assertThat(finding.file()).isEqualTo(FILE);
                            assertThat(finding.clause()).isEqualTo(Clause.HARDWARE);
                            assertThat(finding.message()).contains("name it if you trust it");
                        });
    }

    /** A wrong nonce is wrong whoever certified the key. */
    @Test
    void quote_forAnotherLease_isRefutedWhateverItsRoot() throws Exception {
        story.hardware =
                (lease, head) -> {
                    byte[] file = tpm.certified(EvidenceNonce.ofLease(OTHER_LEASE, head)).bytes();
                    return Map.of(named(file, lease, head), file);
                };

        for (TrustRoots roots : List.of(tpm.roots(), TrustRoots.none())) {
            AuditReport report = written().audit(roots);
            assertRefuted(report, FILE, "*", Clause.HARDWARE);
            assertRefuted(report, FILE, "made for another nonce");
        }
    }

    @Test
    void file_otherThanTheOneNamed_isRefuted() throws Exception {
        story.hardware =
                (lease, head) -> {
                    EvidenceNonce nonce = EvidenceNonce.ofLease(lease, head);
                    byte[] one = tpm.certified(nonce).bytes();
                    byte[] other = new MadeTpmQuote().certified(nonce).bytes();
                    return Map.of(named(one, lease, head), other);
                };

        AuditReport report = audited();
        assertRefuted(report, FILE, "*", Clause.HARDWARE);
        assertRefuted(report, FILE, "which was stated");
    }

    @Test
    void file_ofAnotherKindThanNamed_isRefuted() throws Exception {
        story.hardware =
                (lease, head) -> {
                    byte[] file = tpm.certified(EvidenceNonce.ofLease(lease, head)).bytes();
                    return Map.of(
                            EvidenceReference.ofLease(
                                    EvidenceKind.SEV_SNP_REPORT, Digest.sha256(file), lease, head),
                            file);
                };

        assertRefuted(audited(), FILE, "the file is a tpm2-quote, not a sev-snp-report");
    }

    @Test
    void file_thatIsNoEvidence_isRefuted() throws Exception {
        story.hardware = (lease, head) -> Map.of(named(BYTES, lease, head), BYTES);

        assertRefuted(audited(), FILE, "*", Clause.HARDWARE);
    }

    @Test
    void file_leftOut_isUnchecked() throws Exception {
        certified(head -> head);
        story.leftOut = List.of(FILE);

        AuditReport report = audited();

        assertThat(report.verdict()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(report.with(Standing.UNCHECKED))
                .singleElement()
                .satisfies(
                        finding -> {
                            assertThat(finding.file()).isEqualTo(FILE);
                            assertThat(finding.message()).contains("is not in the folder");
                        });
    }

    @Test
    void file_thatNothingNames_hasNoPlace() throws Exception {
        certified(head -> head);
        story.added = Map.of("hardware/1.json", BYTES);

        assertRefuted(audited(), "hardware/1.json", "*", Clause.LAYOUT);
    }

    @Test
    void nonce_ofAnotherLog_isRefuted() throws Exception {
        certified(head -> new LogCheckpoint("other.example", head.size(), head.root()));

        assertRefuted(audited(), RESULT, "result.evidence[0]", Clause.HARDWARE);
    }

    @Test
    void nonce_ofARootThatTheLogNeverHad_isRefuted() throws Exception {
        certified(head -> new LogCheckpoint(head.origin(), head.size(), Digest.sha256(BYTES)));

        assertRefuted(audited(), RESULT, "result.evidence[0]", Clause.HARDWARE);
    }

    /** What names it would have to be older than its own entry. */
    @Test
    void nonce_ofALogWithTheResultInIt_isRefuted() throws Exception {
        certified(head -> new LogCheckpoint(head.origin(), head.size() + 1, head.root()));

        assertRefuted(audited(), RESULT, "the result that names it is entry 4");
    }

    @Test
    void nonce_ofAMomentThatTheFolderDoesNotShow_isNotProved() throws Exception {
        certified(head -> new LogCheckpoint(head.origin(), 0, Digest.sha256(new byte[0])));

        AuditReport report = audited();

        assertThat(report.verdict()).as(report.toString()).isEqualTo(Outcome.PASS);
        assertThat(hardware(report, Standing.NOT_PROVED))
                .anyMatch(finding -> finding.field().equals("result.evidence[0]"));
    }

    private static List<Finding> hardware(AuditReport report, Standing standing) {
        return report.with(standing).stream()
                .filter(finding -> finding.clause() == Clause.HARDWARE)
                .toList();
    }
}
