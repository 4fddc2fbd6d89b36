package dev.assay.verification.audit;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.assay.verification.audit.Finding.Standing;
import dev.assay.verification.crypto.LogSigningKey;
import dev.assay.verification.log.LogReader;
import dev.assay.verification.log.SeenCheckpoints;
import dev.assay.verification.log.SignedNote;
import dev.assay.verification.log.TransparencyLog;
import dev.assay.verification.log.VerifiedCheckpoint;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What an auditor who remembers finds of a log that shows different people different things. */
final class CheckpointAuditTest {
    @TempDir private Path directory;

    private final LogSigningKey key;
    private Path honest = Path.of("");
    private Path forked = Path.of("");

    CheckpointAuditTest() throws Exception {
        key = LogSigningKey.create("log.example", new SecureRandom());
    }

    @BeforeEach
    void twoHistoriesByOneKey() throws Exception {
        honest = directory.resolve("honest");
        forked = directory.resolve("forked");
        grow(honest, "a", "b", "c");
        grow(forked, "a", "x", "c");
    }

    @Test
    void log_audited_provesItsFilesAndRemembersItsCheckpoint() throws Exception {
        AuditReport report = auditLog(honest);

        assertThat(report.passed()).as(report.toString()).isTrue();
        assertThat(proved(report)).containsExactly(Clause.LOG_FILES);
        assertThat(report.toString()).contains("is the first that was seen here");
        assertThat(memory().of(key.verifyingKey()))
                .extracting(VerifiedCheckpoint::size)
                .containsExactly(3L);
    }

    @Test
    void log_thatGrew_isProvedToBeTheSameAndTheOldCheckpointIsForgotten() throws Exception {
        auditLog(honest);
        grow(honest, "d", "e");

        AuditReport report = auditLog(honest);

        assertThat(report.passed()).as(report.toString()).isTrue();
        assertThat(proved(report)).containsExactly(Clause.LOG_FILES, Clause.CONSISTENCY);
        assertThat(memory().of(key.verifyingKey()))
                .extracting(VerifiedCheckpoint::size)
                .containsExactly(5L);
    }

    @Test
    void log_withAnotherRootOfTheSameSize_isASplitViewAndBothNotesAreKept() throws Exception {
        auditLog(honest);

        AuditReport report = auditLog(forked);

        assertThat(refuted(report)).containsExactly(Clause.SPLIT_VIEW);
        assertThat(evidence()).hasSize(2);
        assertThat(evidence())
                .extracting(bytes -> SignedNote.parse(bytes).verify(key.verifyingKey()).root())
                .containsExactlyInAnyOrder(checkpoint(honest).root(), checkpoint(forked).root());
        assertThat(memory().of(key.verifyingKey()))
                .extracting(VerifiedCheckpoint::root)
                .containsExactly(checkpoint(honest).root());
    }

    @Test
    void log_thatForkedAndGrew_isRefutedByItsTilesAndBothNotesAreKept() throws Exception {
        auditLog(honest);
        grow(forked, "d", "e");

        AuditReport report = auditLog(forked);

        assertThat(refuted(report)).containsExactly(Clause.CONSISTENCY);
        assertThat(report.toString()).contains("3 entries").contains("5 entries");
        assertThat(evidence()).hasSize(2);
    }

    @Test
    void log_thatShowsLessThanBefore_wasRolledBack() throws Exception {
        Path before = directory.resolve("before");
        grow(before, "a", "b");
        auditLog(honest);

        AuditReport report = auditLog(before);

        assertThat(refuted(report)).containsExactly(Clause.ROLLBACK);
        assertThat(memory().of(key.verifyingKey()))
                .extracting(VerifiedCheckpoint::size)
                .containsExactly(3L);
    }

    @Test
    void log_withAChangedTile_isRefutedAndTheFileNamed() throws Exception {
        Path bundle = honest.resolve("tile/entries/000.p/3");
        byte[] bytes = Files.readAllBytes(bundle);
        bytes[2] ^= 1;
        Files.write(bundle, bytes);

        AuditReport report = auditLog(honest);

        assertThat(report.with(Standing.REFUTED))
                .singleElement()
                .satisfies(
                        finding -> {
                            assertThat(finding.clause()).isEqualTo(Clause.LOG_FILES);
                            assertThat(finding.file()).isEqualTo("tile/entries/000.p/3");
                        });
    }

    @Test
    void log_signedByAnotherKey_isRefuted() throws Exception {
        LogSigningKey other = LogSigningKey.create("log.example", new SecureRandom());
        LogAtHand log = new LogAtHand("there", LogReader.in(honest));

        AuditReport report = new LogAudit(withoutTiles(memory())).audit(log, other.verifyingKey());

        assertThat(report.verdict()).isEqualTo(Outcome.FAIL);
        assertThat(report.findings().getFirst().file()).isEqualTo("checkpoint");
    }

    @Test
    void evidence_withoutTheLog_isNotProvedAndNothingIsForgotten() throws Exception {
        VerifiedCheckpoint three = checkpoint(honest);
        grow(honest, "d");
        VerifiedCheckpoint four = checkpoint(honest);

        assertThat(evidence(three, CheckpointAuditTest::withoutTiles).passed()).isTrue();
        AuditReport report = evidence(four, CheckpointAuditTest::withoutTiles);

        assertThat(report.passed()).isTrue();
        assertThat(report.with(Standing.NOT_PROVED).toString())
                .contains("the 4 entries are of one history with the 3 seen before", "--log");
        assertThat(memory().of(key.verifyingKey()))
                .extracting(VerifiedCheckpoint::size)
                .containsExactly(3L, 4L);
    }

    @Test
    void evidence_ofAForkOfTheSameSize_isRefutedWithoutTheLog() throws Exception {
        evidence(checkpoint(honest), CheckpointAuditTest::withoutTiles);

        AuditReport report = evidence(checkpoint(forked), CheckpointAuditTest::withoutTiles);

        assertThat(refuted(report)).containsExactly(Clause.SPLIT_VIEW);
    }

    @Test
    void evidence_olderThanWhatWasSeen_isProvedByTheLogAndIsNoRollback() throws Exception {
        VerifiedCheckpoint three = checkpoint(honest);
        grow(honest, "d", "e");
        auditLog(honest);

        AuditReport report = evidence(three, this::beside);

        assertThat(report.passed()).as(report.toString()).isTrue();
        assertThat(proved(report)).containsExactly(Clause.CONSISTENCY, Clause.CONSISTENCY);
        assertThat(memory().of(key.verifyingKey()))
                .extracting(VerifiedCheckpoint::size)
                .containsExactly(5L);
    }

    /** What nobody could tell at the time: both were kept, and one of them is found out. */
    @Test
    void evidence_ofAFork_isFoundOutWhenTheLogIsThere() throws Exception {
        grow(forked, "d");
        evidence(checkpoint(honest), CheckpointAuditTest::withoutTiles);
        evidence(checkpoint(forked), CheckpointAuditTest::withoutTiles);
        grow(honest, "d", "e");

        AuditReport report = evidence(checkpoint(honest), this::beside);

        assertThat(refuted(report)).containsExactly(Clause.CONSISTENCY);
        assertThat(evidence()).hasSize(2);
    }

    @Test
    void evidence_newerThanTheLogBesideIt_isInconclusive() throws Exception {
        VerifiedCheckpoint three = checkpoint(honest);
        Path old = directory.resolve("old");
        grow(old, "a", "b");

        AuditReport report = evidence(three, memory -> at(memory, old));

        assertThat(report.verdict()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(report.with(Standing.UNCHECKED))
                .extracting(Finding::clause)
                .containsExactly(Clause.ROLLBACK);
    }

    @Test
    void log_thatCannotBeRead_isInconclusive() throws Exception {
        AuditReport report =
                evidence(
                        checkpoint(honest), memory -> at(memory, directory.resolve("forked/tile")));

        assertThat(report.verdict()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(report.toString()).contains("could not be used");
    }

    @Test
    void memory_thatWasChanged_isInconclusiveAndSaysHowToGoOn() throws Exception {
        auditLog(honest);
        Path file =
                directory
                        .resolve("home")
                        .resolve(key.verifyingKey().checkpointKeyId().hex())
                        .resolve("3");
        Files.writeString(file, "nothing");

        AuditReport report = auditLog(honest);

        assertThat(report.verdict()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(report.toString()).contains(file.toString(), "--no-memory");
    }

    private interface Given {
        CheckpointAudit with(SeenCheckpoints memory) throws Exception;
    }

    private AuditReport evidence(VerifiedCheckpoint held, Given given) throws Exception {
        List<Finding> findings = new ArrayList<>();
        given.with(memory()).evidence(key.verifyingKey(), "proofs", List.of(held), findings);
        return new AuditReport(findings);
    }

    private static CheckpointAudit withoutTiles(SeenCheckpoints memory) {
        return new CheckpointAudit(Optional.of(memory), Optional.empty(), List.of());
    }

    private CheckpointAudit beside(SeenCheckpoints memory) throws Exception {
        return at(memory, honest);
    }

    private static CheckpointAudit at(SeenCheckpoints memory, Path log) throws Exception {
        return new CheckpointAudit(
                Optional.of(memory),
                Optional.of(new LogAtHand(log.toString(), LogReader.in(log))),
                List.of());
    }

    private AuditReport auditLog(Path log) throws Exception {
        return new LogAudit(withoutTiles(memory()))
                .audit(new LogAtHand(log.toString(), LogReader.in(log)), key.verifyingKey());
    }

    private SeenCheckpoints memory() {
        return SeenCheckpoints.in(directory.resolve("home"));
    }

    private List<byte[]> evidence() throws Exception {
        Path kept = directory.resolve("home").resolve(key.verifyingKey().checkpointKeyId().hex());
        List<byte[]> notes = new ArrayList<>();
        try (Stream<Path> files = Files.list(kept)) {
            for (Path file :
                    files.filter(f -> f.getFileName().toString().startsWith("fork-")).toList()) {
                notes.add(Files.readAllBytes(file));
            }
        }
        return notes;
    }

    private VerifiedCheckpoint checkpoint(Path log) throws Exception {
        return LogReader.open(LogReader.in(log), key.verifyingKey()).checkpoint();
    }

    private void grow(Path log, String... entries) throws Exception {
        try (TransparencyLog opened = TransparencyLog.open(log, key)) {
            for (String entry : entries) {
                opened.append(List.of(entry.getBytes(UTF_8)));
            }
        }
    }

    private static List<Clause> proved(AuditReport report) {
        return report.with(Standing.PROVED).stream().map(Finding::clause).toList();
    }

    private static List<Clause> refuted(AuditReport report) {
        return report.with(Standing.REFUTED).stream().map(Finding::clause).toList();
    }
}
