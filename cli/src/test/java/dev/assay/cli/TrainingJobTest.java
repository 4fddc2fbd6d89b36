package dev.assay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import dev.assay.verification.audit.AuditReport;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Jobs that train a model, from order to settled escrow. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class TrainingJobTest {
    @TempDir private Path folder;
    private Path home;
    private Command command;

    @BeforeEach
    void command() {
        home = folder.resolve("home");
        command = Command.in(home, folder);
    }

    @Test
    void training_isReplayedAndItsModelRuns() throws Exception {
        Command.Outcome trained = command.run("run", "--json", job("0.05", 300).toString());

        assertThat(trained.exit()).as(trained.out() + trained.err()).isZero();
        assertThat(trained.event("audited").path("method").asText()).isEqualTo("EXACT_REPLAY");
        assertThat(trained.event("audited").path("drawn").asInt()).isEqualTo(6);
        Path model = Path.of(trained.event("result").path("model").asText());
        JsonNode progress = trained.events("progress").getLast();
        assertThat(progress.path("of").asText()).isEqualTo("steps");
        assertThat(progress.path("done").asLong()).isEqualTo(progress.path("total").asLong());
        assertThat(progress.path("loss").floatValue())
                .isEqualTo(trained.event("result").path("loss").floatValue());
        assertThat(progress.path("perSecond").asDouble()).isPositive();

        AuditReport report = audit(trained);
        assertThat(report.passed()).as(report.toString()).isTrue();

        Path inference =
                Example.edited(folder.resolve("use"), 500, "builtin:digits", model.toString());
        Command.Outcome used = command.run("run", "--json", inference.toString());

        assertThat(used.exit()).as(used.out() + used.err()).isZero();
        assertThat(used.event("result").path("correct").asInt()).isGreaterThan(450);
        Books.read(home).assertWhole();
    }

    @Test
    void training_onPytorch_isReplayedWithinTheToleranceAndLeavesNoProcess() throws Exception {
        List<Long> before = children();
        Command.Outcome trained = command.run("run", "--json", pytorch(10).toString());

        assertThat(trained.exit()).as(trained.out() + trained.err()).isZero();
        assertThat(trained.event("audited").path("method").asText()).isEqualTo("TOLERANT_REPLAY");
        assertThat(trained.event("audited").path("drawn").asInt()).isEqualTo(10);
        assertThat(trained.event("audited").path("outcome").asText()).isEqualTo("PASS");
        assertThat(children()).as("the runner has ended").isEqualTo(before);
        AuditReport report = audit(trained);
        assertThat(report.passed()).as(report.toString()).isTrue();
        assertThat(report.toString()).contains("within the tolerance");
        Books.read(home).assertWhole();
    }

    @Test
    void training_onPytorchWithLongUnits_isRefusedBeforeAnythingIsOrdered() throws Exception {
        command.run("run", pytorch(50).toString())
                .assertError(
                        3,
                        "assay: training: a training on engine pytorch takes a checkpoint every 10"
                                + " steps or more often, not 50: its units are compared within a"
                                + " tolerance that holds for no more steps");
    }

    @Test
    void training_onPytorchWithGpus_isRefusedBeforeAnythingIsOrdered() throws Exception {
        Path job = pytorch(10);
        Files.writeString(
                job, Files.readString(job).replace("{ cpu: 2 }", "{ cpu: 2, gpu: { count: 1 } }"));
        Command.Outcome refused = command.run("run", job.toString());
        assertThat(refused.exit()).isEqualTo(3);
        assertThat(refused.err()).contains("job: a training on engine pytorch uses no gpus");
    }

    @Test
    void audit_ofAFolderWithAnotherCheckpoint_namesIt() throws Exception {
        Command.Outcome trained = command.run("run", "--json", job("0.05", 100).toString());
        Path tensors =
                Path.of(trained.event("ended").path("evidence").asText())
                        .resolve("work/checkpoint-00000.safetensors");
        byte[] bytes = Files.readAllBytes(tensors);
        bytes[bytes.length - 1] ^= 1;
        Files.write(tensors, bytes);

        AuditReport report = audit(trained);

        assertThat(report.passed()).isFalse();
        assertThat(report.toString()).contains("work/checkpoint-00000.safetensors");
    }

    @Test
    void training_thatDiverges_isTheTenantsFault() throws Exception {
        Command.Outcome run = command.run("run", "--json", job("100000", 300).toString());

        assertThat(run.exit()).as(run.out() + run.err()).isEqualTo(1);
        JsonNode ended = run.event("ended");
        assertThat(ended.path("fault").asText()).isEqualTo("TENANT");
        assertThat(ended.path("detail").asText()).contains("diverged; use a lower learning rate");
        Books.read(home).assertWhole();
    }

    @Test
    void dataset_withoutLabels_isRefusedBeforeAnythingIsOrdered() throws Exception {
        Path job = job("0.05", 100);
        Files.writeString(folder.resolve("digits.csv"), "0,".repeat(63) + "0\n");

        command.run("run", job.toString())
                .assertError(
                        3,
                        "assay: the dataset has no labels; add one column with each row's class");
    }

    private Path pytorch(int checkpoint) throws IOException {
        Path job = job("0.05", 100);
        String text = Files.readString(job);
        return Files.writeString(
                job,
                text.replace("  dataset:", "  engine: pytorch\n  dataset:")
                        .replace("checkpoint: 50", "checkpoint: " + checkpoint));
    }

    private static List<Long> children() {
        return ProcessHandle.current().children().map(ProcessHandle::pid).sorted().toList();
    }

    private Path job(String rate, int steps) throws IOException {
        Files.write(folder.resolve("digits.csv"), Example.rows(1_500));
        return Files.writeString(
                folder.resolve("train.yaml"),
                """
                version: assay/v1
                name: train
                resources: { cpu: 2 }
                training:
                  model: builtin:digits
                  dataset: digits.csv
                  optimizer: { name: sgd, rate: "%s", momentum: "0.9" }
                  steps: %d
                  batch: 32
                  checkpoint: 50
                  seed: 20
                price: { max: "0.10", denom: usdc, per: cpu-hour }
                verify: { audit: 100%% }
                """
                        .formatted(rate, steps));
    }

    private static AuditReport audit(Command.Outcome run) throws Exception {
        return LocalNetworkTest.audit(Path.of(run.event("ended").path("evidence").asText()));
    }
}
