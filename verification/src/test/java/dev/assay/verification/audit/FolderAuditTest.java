package dev.assay.verification.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.verification.audit.Finding.Standing;
import dev.assay.verification.audit.FolderAudit.Extent;
import dev.assay.verification.check.TinyModel;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.util.Optional;

/** What an audit of an honest folder proves, and what it finds of one that lies in part. */
final class FolderAuditTest extends AuditedStory {
    @Test
    void honestFolder_audited_provesWhatItCanAndNamesWhatItCannot() throws Exception {
        AuditReport report = written().audit();
        assertThat(report.passed()).as(report.toString()).isTrue();
        assertThat(report.with(Standing.PROVED).stream().map(Finding::clause))
                .containsExactly(
                        Clause.INDEX,
                        Clause.SIGNATURE,
                        Clause.INCLUSION,
                        Clause.COMMITMENT,
                        Clause.REPLAY,
                        Clause.SETTLEMENT);
        assertThat(report.with(Standing.NOT_PROVED).stream().map(Finding::clause))
                .containsExactly(
                        Clause.KEY_VALIDITY,
                        Clause.WITNESS,
                        Clause.REPLAY,
                        Clause.IDENTITY,
                        Clause.BID_DEPOSIT,
                        Clause.HARDWARE);
        assertThat(report.findings().toString())
                .contains("2 of 3 units replayed here came out the same, bit for bit")
                .contains("1 units were not drawn")
                .contains("recomputed: provider 0.001400, pools 0.000350, refund 0.002250 usdc");
    }

    @Test
    void honestFolder_auditedWhole_replaysEveryUnit() throws Exception {
        AuditReport report = written().audit(Extent.ALL);
        assertThat(report.passed()).isTrue();
        assertThat(report.toString()).contains("3 of 3 units replayed here");
    }

    @Test
    void unchallengedResult_audited_replaysEveryUnitItself() throws Exception {
        story.outcome = Optional.empty();
        AuditReport report = written().audit();
        assertThat(report.passed()).as(report.toString()).isTrue();
        assertThat(report.toString())
                .contains("3 of 3 units replayed here")
                .contains("2 receipts, result and settlement are signed");
    }

    @Test
    void emptyOrAbsentFolder_audited_isRefuted() throws Exception {
        assertRefuted(new Folder(place.resolve("absent")).audit(), "keys/tenant.pem", "missing");
        Files.createDirectory(place.resolve("empty"));
        assertRefuted(new Folder(place.resolve("empty")).audit(), "keys/tenant.pem", "missing");
    }

    @Test
    void wrongOutput_thatWasCommittedTo_isRefutedByReplayWhateverTheVerdict() throws Exception {
        story.output = wrong();
        story.committed = wrong();
        AuditReport report = written().audit(Extent.ALL);
        assertRefuted(report, OUTPUT, "units [0, 1, 2] replayed here did not come out the same");
    }

    @Test
    void output_thatIsNotTheOneCommittedTo_isRefuted() throws Exception {
        story.output = wrong();
        assertRefuted(written().audit(), OUTPUT, "the output has unit root ");
    }

    @Test
    void failedResult_honestlyJudgedAndRefunded_isStillNoGoodResult() throws Exception {
        story.output = wrong();
        story.committed = wrong();
        story.outcome = Optional.of(Outcome.FAIL);
        story.reason = CloseReason.AUDIT_FAILED;
        AuditReport report = written().audit();
        assertThat(report.with(Standing.REFUTED)).hasSize(1);
        assertRefuted(report, OUTPUT, "did not come out the same");
        assertThat(report.with(Standing.PROVED).toString())
                .contains("provider 0.000000, pools 0.000000, refund 0.004000 usdc");
    }

    @Test
    void output_ofAnotherShape_isRefuted() throws Exception {
        story.output = Tensor.of(Shape.of(1, 10), TinyModel.output().values());
        assertRefuted(written().audit(), OUTPUT, "expected one tensor 'output' of shape");
    }

    @Test
    void garbage_honestlyFailedAndRefunded_isAuditedToItsSettlement() throws Exception {
        story.output = Tensor.of(Shape.of(1, 10), TinyModel.output().values());
        story.outcome = Optional.of(Outcome.FAIL);
        story.reason = CloseReason.AUDIT_FAILED;
        AuditReport report = written().audit();
        assertThat(report.with(Standing.REFUTED)).hasSize(1);
        assertThat(report.with(Standing.PROVED).toString()).contains("refund 0.004000 usdc");
    }
}
