package dev.assay.verification.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.models.engine.Engine;
import dev.assay.models.training.TrainingCheckpoint;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.TrainingResult;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.AttestedResult;
import dev.assay.verification.attest.Papers;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.VerdictPredicate;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/** What a provider of a training can hand in, and what its auditor says of it. */
final class TrainingContentsTest {
    private static final List<Integer> ALL = List.of(0, 1, 2);

    @TempDir private Path directory;
    private TinyTraining training;
    private List<Digest> honest;

    @BeforeEach
    void train() throws Exception {
        training = new TinyTraining(directory);
        honest = training.run(training.work.seed());
    }

    @Test
    void honestTraining_replaysAndPasses() throws Exception {
        TrainingContents contents = open(training.result(honest));
        assertThat(contents.refutation()).isEmpty();
        assertThat(contents.last().state().step()).isEqualTo(6);
        assertThat(failures(contents)).isEmpty();
        assertThat(verdict(contents).outcome()).isEqualTo(Outcome.PASS);
    }

    @Test
    void training_fromAnotherSeed_failsInItsFirstUnitOnly() throws Exception {
        assertThat(failures(open(training.result(training.run(3))))).containsExactly(0);
    }

    @Test
    void unit_thatBeginsElsewhereThanTheLastEnded_fails() throws Exception {
        List<Digest> spliced = List.of(honest.get(0), training.run(3).get(1), honest.get(2));
        assertThat(failures(open(training.result(spliced)))).containsExactly(1, 2);
    }

    @Test
    void checkpoints_fromWhichAnyReplayDiverges_fail() throws Exception {
        List<Digest> invented =
                List.of(
                        training.invented(2, 3e38f),
                        training.invented(4, 3e38f),
                        training.invented(6, 3e38f));
        TrainingContents contents = open(training.result(invented));
        assertThat(failures(contents)).isEqualTo(ALL);
        assertThat(verdict(contents).outcome()).isEqualTo(Outcome.FAIL);
    }

    @Test
    void checkpoint_ofAnotherStep_refutesTheResult() throws Exception {
        assertRefuted(
                List.of(honest.get(1), honest.get(1), honest.get(2)),
                "unit 0 ends after step 2, but its checkpoint " + honest.get(1) + " is of step 4");
        assertRefuted(
                List.of(honest.get(0), honest.get(1), training.invented(0, 1)), "is of step 0");
    }

    @Test
    void checkpoint_ofAnotherTraining_refutesTheResult() throws Exception {
        String manifest =
                new String(training.blobs.read(honest.get(1), 1 << 16), StandardCharsets.UTF_8);
        String other =
                manifest.replace(
                        training.work.digest().toString(), Digest.sha256(new byte[1]).toString());
        assertThat(other).isNotEqualTo(manifest);
        assertRefuted(
                List.of(honest.get(0), blob(other), honest.get(2)), "is none of this training: ");
    }

    @Test
    void checkpoint_thatIsNone_refutesTheResult() throws Exception {
        assertRefuted(List.of(blob("{}"), honest.get(1), honest.get(2)), "unit 0 ends after");
        Digest huge = training.blobs.put(new byte[1 << 17]);
        assertRefuted(List.of(huge, honest.get(1), honest.get(2)), "is none of this training");
    }

    @Test
    void checkpoint_withInfiniteWeights_refutesTheResult() throws Exception {
        byte[] tensors = tensors(honest.get(2));
        tensors[tensors.length - 1] = 0x7f;
        tensors[tensors.length - 2] = (byte) 0x80;
        tensors[tensors.length - 3] = 0;
        tensors[tensors.length - 4] = 0;
        Digest infinite = renamed(honest.get(2), training.blobs.put(tensors));
        assertRefuted(List.of(honest.get(0), honest.get(1), infinite), "weights must be finite");
    }

    @Test
    void output_thatIsNone_refutesTheResult() throws Exception {
        for (byte[] output :
                List.of(
                        "{}".getBytes(StandardCharsets.UTF_8),
                        new TrainingResult(honest.subList(0, 2)).bytes())) {
            assertUnusable(training.result(honest, output, training.graph.digest()));
        }
    }

    @Test
    void output_ofOtherCheckpointsThanCommitted_refutesTheResult() throws Exception {
        byte[] output = new TrainingResult(training.run(3)).bytes();
        TrainingContents contents = open(training.result(honest, output, training.graph.digest()));
        assertThat(contents.refutation())
                .hasValueSatisfying(why -> assertThat(why).contains("the output has unit root"));
    }

    @Test
    void result_thatNamesAnotherGraph_isRefuted() throws Exception {
        byte[] output = new TrainingResult(honest).bytes();
        assertUnusable(training.result(honest, output, Digest.sha256(new byte[1])));
    }

    @Test
    void checkpoint_thatIsNotThere_refutesTheResult() throws Exception {
        Digest missing = Digest.sha256(new byte[1]);
        assertRefuted(List.of(honest.get(0), missing, honest.get(2)), "no blob " + missing);
    }

    /** It opens as no training's output at all, and fails whatever is drawn. */
    private void assertUnusable(AttestedResult result) throws Exception {
        ResultContents contents = ResultContents.open(result, training.blobs);
        assertThat(contents).isInstanceOf(UnusableOutput.class);
        assertThat(verdict(contents).outcome()).isEqualTo(Outcome.FAIL);
    }

    private void assertRefuted(List<Digest> checkpoints, String why) throws Exception {
        TrainingContents contents = open(training.result(checkpoints));
        assertThat(contents.refutation())
                .hasValueSatisfying(refutation -> assertThat(refutation).contains(why));
        VerdictPredicate verdict = verdict(contents);
        assertThat(verdict.outcome()).isEqualTo(Outcome.FAIL);
        assertThat(verdict.failed()).isEqualTo(verdict.drawn()).isNotEmpty();
    }

    private TrainingContents open(AttestedResult result) throws VerificationException {
        return TrainingContents.open(result, training.blobs);
    }

    private static List<Integer> failures(TrainingContents contents) throws Exception {
        try (Engine exact = new TinyTraining.CountingEngine()) {
            return new Replay(exact).failures(contents, ALL, _ -> {});
        }
    }

    private VerdictPredicate verdict(ResultContents contents) throws Exception {
        try (Engine exact = new TinyTraining.CountingEngine()) {
            InstantSource clock = () -> Papers.NOW.plusSeconds(5);
            Envelope verdict =
                    new Audit(training.papers.tenant, Papers.SECRET, exact, clock)
                            .verdict(contents, 9, Digest.sha256(new byte[] {9}), _ -> {});
            return SignedStatement.verify(
                            verdict, training.papers.tenant.verifyingKey(), VerdictPredicate.class)
                    .predicate();
        }
    }

    private Digest blob(String text) throws Exception {
        return training.blobs.put(text.getBytes(StandardCharsets.UTF_8));
    }

    private byte[] tensors(Digest checkpoint) throws Exception {
        return training.blobs.read(tensorsOf(checkpoint), 1 << 16);
    }

    private Digest tensorsOf(Digest checkpoint) throws Exception {
        return TrainingCheckpoint.tensors(checkpoint, training.blobs).orElseThrow();
    }

    /** The same manifest, but it names another file of tensors. */
    private Digest renamed(Digest checkpoint, Digest tensors) throws Exception {
        String manifest =
                new String(training.blobs.read(checkpoint, 1 << 16), StandardCharsets.UTF_8);
        return blob(manifest.replace(tensorsOf(checkpoint).toString(), tensors.toString()));
    }
}
