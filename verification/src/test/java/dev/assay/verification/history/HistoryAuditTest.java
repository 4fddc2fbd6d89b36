package dev.assay.verification.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.verification.VerificationException;
import dev.assay.verification.audit.Clause;
import dev.assay.verification.audit.Finding;
import dev.assay.verification.audit.Finding.Standing;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.history.Chronicle.Entry;
import dev.assay.verification.history.Chronicle.Told;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What a provider, a market or whoever hands over a history can do wrong, and that it is found:
 * lines, the log, chains and the ends of leases. Line 1 is the first lease's order, 2 the lease, 3
 * its first receipt.
 */
final class HistoryAuditTest extends ChronicleTest {
    @Test
    void honestHistory_passes() throws Exception {
        chronicle.honest(NOW);
        chronicle.others(300);
        chronicle.honest(NOW.plusSeconds(100));
        HistoryReport report = chronicle.audit();
        assertThat(report.findings())
                .as(report.toString())
                .noneMatch(finding -> finding.standing() == Standing.REFUTED);
        assertThat(report.verdict()).as(report.toString()).isEqualTo(Outcome.PASS);
        assertThat(report.counts()).isEqualTo(new HistoryReport.Counts(320, 20, 10, 2, 2, 2, 2, 0));
    }

    @Test
    void leasesSideBySide_onDevicesOfTheirOwn_pass() throws Exception {
        Told one = chronicle.lease(NOW, "GPU-1");
        Told two = chronicle.lease(NOW, "GPU-2", "GPU-3");
        for (int units = 0; units <= 32; units += 16) {
            one.receipt(units);
            two.receipt(units);
        }
        for (Told lease : List.of(two, one)) {
            lease.result();
            lease.verdict();
            lease.settlement();
        }
        assertThat(chronicle.audit().verdict()).isEqualTo(Outcome.PASS);
    }

    @Test
    void lineThatIsNoLine_isRefused() throws Exception {
        chronicle.honest(NOW);
        Path file = chronicle.write().resolve(HistoryLayout.STATEMENTS);
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        lines.set(2, lines.get(2).replace("\"index\":\"2\"", "\"index\":\"02\""));
        lines.set(3, lines.get(3).replace("{\"envelope\":", "{ \"envelope\":"));
        Files.write(file, lines);
        HistoryReport report = chronicle.auditAgain();
        assertRefuted(report, Clause.ENCODING, 3, "index");
        assertRefuted(report, Clause.ENCODING, 4, Finding.WHOLE);
        assertThat(report.refuted().get(Clause.ENCODING.id())).isEqualTo(2);
    }

    @Test
    void lineThatIsCutOff_isRefused() throws Exception {
        chronicle.honest(NOW);
        Path file = chronicle.write().resolve(HistoryLayout.STATEMENTS);
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 7));
        HistoryReport report = chronicle.auditAgain();
        assertThat(report.verdict()).isEqualTo(Outcome.FAIL);
        assertThat(report.findings()).anyMatch(f -> f.message().contains("cut off"));
    }

    @Test
    void linesBeforeOneThatIsTooLong_areLookedAt() throws Exception {
        chronicle.honest(NOW);
        Path file = chronicle.write().resolve(HistoryLayout.STATEMENTS);
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        lines.set(2, lines.get(2).replace("\"index\":\"2\"", "\"index\":\"02\""));
        lines.add("x".repeat(HistoryLine.MAX_BYTES + LineBlock.BYTES));
        Files.write(file, lines);
        HistoryReport report = chronicle.auditAgain();
        assertRefuted(report, Clause.ENCODING, 3, "index");
        assertThat(report.refuted().get(Clause.ENCODING.id())).isEqualTo(2);
        assertThat(report.counts().lines()).isEqualTo(10);
    }

    @Test
    void linkInThePlaceOfAFile_isNotRead() throws Exception {
        chronicle.honest(NOW);
        Path keys = chronicle.write().resolve(HistoryLayout.KEYS);
        Path elsewhere = place.resolve("elsewhere");
        Files.move(keys, elsewhere);
        Files.createSymbolicLink(keys, elsewhere);
        assertThatThrownBy(chronicle::auditAgain)
                .isInstanceOf(VerificationException.class)
                .hasMessageContaining("is no plain file");
    }

    @Test
    void changedStatement_losesItsSignature() throws Exception {
        chronicle.honest(NOW);
        Path file = chronicle.write().resolve(HistoryLayout.STATEMENTS);
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        Entry other = chronicle.lease(NOW).lease;
        String payload = "{\"payload\":\"";
        String line = lines.get(4);
        int from = line.indexOf(payload) + payload.length();
        String others =
                new String(other.envelope().bytes(), java.nio.charset.StandardCharsets.UTF_8);
        lines.set(
                4,
                line.substring(0, from)
                        + others.substring(payload.length(), others.indexOf("\",\"payloadType"))
                        + line.substring(line.indexOf("\",\"payloadType")));
        Files.write(file, lines);
        assertRefuted(chronicle.auditAgain(), Clause.SIGNATURE, 5, "signatures[0].sig");
    }

    @Test
    void statementThatIsNone_isRefused() throws Exception {
        Told lease = chronicle.lease(NOW, Chronicle.GPU);
        chronicle.lie("/predicate/tips", "1");
        lease.receipt(0);
        assertRefuted(chronicle.audit(), Clause.STATEMENT, 3, "statement.predicate.tips");
    }

    @Test
    void statementsInAnotherOrder_areRefused() throws Exception {
        chronicle.honest(NOW);
        Path file = chronicle.write().resolve(HistoryLayout.STATEMENTS);
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        Collections.swap(lines, 3, 4);
        Files.write(file, lines);
        assertRefuted(chronicle.auditAgain(), Clause.LOG_ORDER, 5, "index");
    }

    @Test
    void repeatedLine_isRefused() throws Exception {
        chronicle.honest(NOW);
        Path file = chronicle.write().resolve(HistoryLayout.STATEMENTS);
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        lines.add(4, lines.get(3));
        Files.write(file, lines);
        assertRefuted(chronicle.auditAgain(), Clause.LOG_ORDER, 5, "index");
    }

    @Test
    void anotherStatementThanTheLogHolds_isRefused() throws Exception {
        Told lease = chronicle.lease(NOW, Chronicle.GPU);
        Entry receipt = lease.receipt(0);
        Envelope second =
                Envelope.sign(
                        chronicle.forged(receipt, "/predicate/resources/0/id", "9 of 9 × Other"),
                        chronicle.provider);
        chronicle.replace(receipt, second);
        assertRefuted(chronicle.audit(), Clause.INCLUSION, 3, "index");
    }

    @Test
    void statementBeyondTheCheckpoint_isRefused() throws Exception {
        Told lease = chronicle.lease(NOW, Chronicle.GPU);
        Entry receipt = lease.receipt(0);
        chronicle.claim(receipt, 3);
        assertRefuted(chronicle.audit(), Clause.INCLUSION, 3, "index");
    }

    @Test
    void changedTile_isRefused() throws Exception {
        chronicle.honest(NOW);
        chronicle.others(300);
        Path tile = chronicle.write().resolve("log/tile/0/000");
        byte[] bytes = Files.readAllBytes(tile);
        bytes[40] ^= 1;
        Files.write(tile, bytes);
        HistoryReport report = chronicle.auditAgain();
        assertThat(report.verdict()).isEqualTo(Outcome.FAIL);
        assertThat(report.refuted()).containsKey(Clause.LOG_FILES.id());
    }

    @Test
    void checkpointOfAnotherLog_isRefuted() throws Exception {
        chronicle.honest(NOW);
        Path folder = chronicle.write();
        try (Chronicle other = new Chronicle(place.resolve("other"))) {
            other.honest(NOW);
            Path key = other.write().resolve(HistoryLayout.LOG_KEY);
            Files.copy(
                    key,
                    folder.resolve(HistoryLayout.LOG_KEY),
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
        HistoryReport report = chronicle.auditAgain();
        assertThat(report.verdict()).isEqualTo(Outcome.FAIL);
        assertThat(report.refuted()).containsOnlyKeys(Clause.LOG_FILES.id());
    }

    @Test
    void statementThatTheHistoryLacks_leavesItInconclusive() throws Exception {
        Told lease = chronicle.lease(NOW, Chronicle.GPU);
        lease.receipt(0);
        chronicle.withheld.add(lease.receipt(8).index());
        lease.receipt(16);
        lease.receipt(32);
        lease.result();
        lease.verdict();
        lease.settlement();
        HistoryReport report = chronicle.audit();
        assertUnresolved(report, Clause.COMPLETENESS, HistoryLayout.LOG, "entry 3");
        assertUnresolved(report, Clause.RECEIPT_CHAIN, HistoryLayout.line(4), "usage.sequence");
    }

    @Test
    void endThatTheHistoryLacks_leavesItInconclusive() throws Exception {
        Told lease = chronicle.lease(NOW, Chronicle.GPU);
        lease.receipt(32);
        chronicle.withheld.add(lease.result().index());
        HistoryReport report = chronicle.audit();
        assertUnresolved(report, Clause.COMPLETENESS, HistoryLayout.LOG, "entry 3");
        assertUnresolved(report, Clause.LIFECYCLE, HistoryLayout.line(2), "leaseId");
    }

    @Test
    void leaseWithoutAnEnd_leavesItInconclusive() throws Exception {
        chronicle.honest(NOW);
        Told lease = chronicle.lease(NOW.plusSeconds(100), Chronicle.GPU);
        lease.receipt(0);
        HistoryReport report = chronicle.audit();
        assertUnresolved(report, Clause.LIFECYCLE, HistoryLayout.line(12), "leaseId");
        assertThat(report.counts().open()).isEqualTo(1);
    }

    @Test
    void leaseWithoutItsOrder_leavesItInconclusive() throws Exception {
        Told lease = chronicle.honest(NOW);
        chronicle.withheld.add(lease.order.index());
        assertUnresolved(chronicle.audit(), Clause.STATEMENT, HistoryLayout.line(1), "lease.order");
    }

    @Test
    void receiptForAnUnknownLease_leavesItInconclusive() throws Exception {
        Told lease = chronicle.lease(NOW, Chronicle.GPU);
        lease.receipt(0);
        chronicle.withheld.add(lease.lease.index());
        assertUnresolved(
                chronicle.audit(), Clause.LIFECYCLE, HistoryLayout.line(2), "usage.leaseId");
    }

    @Test
    void countInTheIndex_thatIsNotTheLines_leavesItInconclusive() throws Exception {
        chronicle.honest(NOW);
        Path file = chronicle.write().resolve(HistoryLayout.INDEX);
        Files.writeString(
                file,
                Files.readString(file).replace("\"statements\":\"10\"", "\"statements\":\"11\""));
        assertUnresolved(
                chronicle.auditAgain(), Clause.LAYOUT, HistoryLayout.INDEX, "history.statements");
    }

    @Test
    void manyFaults_areCountedAndTheFirstKept() throws Exception {
        Told lease = chronicle.lease(NOW, Chronicle.GPU);
        lease.period = Duration.ofMillis(100);
        for (int i = 0; i < 80; i++) {
            chronicle.lie("/predicate/previousDigest", Chronicle.digest("nothing").toString());
            lease.receipt(8);
        }
        HistoryReport report = chronicle.audit();
        assertThat(report.refuted().get(Clause.RECEIPT_CHAIN.id())).isEqualTo(80);
        assertThat(report.findings().stream().filter(f -> f.clause() == Clause.RECEIPT_CHAIN))
                .hasSize(Findings.KEPT);
        assertThat(report.leftOut()).isEqualTo(80 - Findings.KEPT);
    }
}
