package dev.assay.verification.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.models.tensor.Tensor;
import dev.assay.verification.attest.Papers;
import dev.assay.verification.audit.Finding.Standing;
import dev.assay.verification.check.TinyModel;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A story told in an evidence folder, honest unless a test changes it, and what an audit says. */
abstract class AuditedStory {
    static final String SETTLEMENT = "statements/settlement.dsse.json";
    static final String OUTPUT = "work/output.safetensors";
    static final byte[] BYTES = "anything".getBytes(StandardCharsets.UTF_8);

    @TempDir Path place;
    Papers papers;
    Story story;

    @BeforeEach
    void anHonestStory() throws Exception {
        papers = new Papers();
        story = new Story(papers);
    }

    Folder written() throws Exception {
        return new Folder(
                story.write(Files.createTempDirectory(place, "story").resolve("evidence")));
    }

    static Tensor wrong() {
        float[] values = TinyModel.output().values().clone();
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.nextUp(values[i]);
        }
        return Tensor.of(TinyModel.output().shape(), values);
    }

    static void assertRefuted(AuditReport report, String file, String message) {
        assertThat(report.with(Standing.REFUTED))
                .as(report.toString())
                .anyMatch(
                        finding ->
                                finding.file().equals(file)
                                        && (finding.field() + ": " + finding.message())
                                                .contains(message));
    }

    /** That this is the only thing that is wrong. */
    static void assertRefuted(AuditReport report, String file, String field, Clause clause) {
        assertThat(report.with(Standing.REFUTED))
                .as(report.toString())
                .singleElement()
                .satisfies(
                        finding -> {
                            assertThat(finding.file()).isEqualTo(file);
                            assertThat(finding.field()).isEqualTo(field);
                            assertThat(finding.clause()).isEqualTo(clause);
                        });
    }
}
