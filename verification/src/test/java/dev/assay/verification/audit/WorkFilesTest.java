package dev.assay.verification.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.assay.models.training.TrainingCheckpoint;
import dev.assay.protocol.id.Digest;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.AttestedResult;
import dev.assay.verification.attest.Papers;
import dev.assay.verification.check.ResultContents;
import dev.assay.verification.check.TinyTraining;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Trainings in evidence folders: what the provider did is told from what the folder lacks. */
final class WorkFilesTest {
    @TempDir private Path directory;
    private TinyTraining training;
    private List<Digest> honest;

    @BeforeEach
    void train() throws Exception {
        training = new TinyTraining(directory.resolve("blobs"));
        honest = training.run(training.work.seed());
    }

    @Test
    void training_thatIsWhole_isNotRefuted() throws Exception {
        assertThat(open(training.result(honest), honest).refutation()).isEmpty();
    }

    @Test
    void training_withAMalformedCheckpoint_isRefutedAgainFromItsFolder() throws Exception {
        Digest none = training.blobs.put("{}".getBytes(StandardCharsets.UTF_8));
        List<Digest> committed = List.of(honest.get(0), none, honest.get(2));
        assertThat(open(training.result(committed), committed).refutation())
                .hasValueSatisfying(why -> assertThat(why).contains("unit 1 ends after step 4"));
    }

    @Test
    void folder_withOtherCheckpointsThanNamed_refutesNobody() throws Exception {
        List<Digest> other = training.run(3);
        assertThatExceptionOfType(VerificationException.class)
                .isThrownBy(() -> open(training.result(honest), other))
                .withMessageContaining("work/checkpoint-0000");
    }

    @Test
    void folder_withoutACheckpoint_refutesNobody() throws Exception {
        assertThatExceptionOfType(VerificationException.class)
                .isThrownBy(() -> open(training.result(honest), honest.subList(0, 2)))
                .withMessageContaining("work/checkpoint-00002.json: is missing from the folder");
    }

    /** Opens a folder that holds these checkpoints beside what the result names. */
    private ResultContents open(AttestedResult result, List<Digest> checkpoints) throws Exception {
        Path place = directory.resolve("evidence");
        try (EvidenceWriter writer = EvidenceWriter.begin(place)) {
            writer.add(
                    EvidenceLayout.TENANT_KEY,
                    training.papers.tenant.verifyingKey().toPem().getBytes(StandardCharsets.UTF_8));
            writer.add(EvidenceLayout.MODEL, training.blobs.file(training.work.model()));
            writer.add(EvidenceLayout.DATASET, training.blobs.file(training.work.dataset()));
            writer.add(
                    EvidenceLayout.TRAINING_RESULT, training.blobs.file(result.result().output()));
            for (int unit = 0; unit < checkpoints.size(); unit++) {
                Digest digest = checkpoints.get(unit);
                writer.add(EvidenceLayout.checkpoint(unit), training.blobs.file(digest));
                Optional<Digest> tensors = TrainingCheckpoint.tensors(digest, training.blobs);
                if (tensors.isPresent()) {
                    writer.add(EvidenceLayout.tensors(unit), training.blobs.file(tensors.get()));
                }
            }
            writer.finish(
                    training.papers.verifiedLease().id(),
                    training.papers.tenant,
                    Papers.NOW.plusSeconds(9));
        }
        List<Finding> findings = new ArrayList<>();
        IndexedFolder folder = IndexedFolder.open(place, findings);
        assertThat(findings).isEmpty();
        return new WorkFiles(folder).open(result);
    }
}
