package dev.assay.verification.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.verification.attest.Papers;
import dev.assay.verification.audit.Finding.Standing;
import dev.assay.verification.audit.FolderAudit.Extent;
import dev.assay.verification.check.TinyModel;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** What an audit of a folder proves, and every way in which a party may have lied in it. */
final class FolderAuditTest {
    private static final String SETTLEMENT = "statements/settlement.dsse.json";
    private static final String OUTPUT = "work/output.safetensors";
    private static final byte[] BYTES = "anything".getBytes(StandardCharsets.UTF_8);

    @TempDir private Path place;

    private Papers papers;
    private Story story;

    @BeforeEach
    void anHonestStory() throws Exception {
        papers = new Papers();
        story = new Story(papers);
    }

    @Test
    void honestFolder_audited_provesWhatItCanAndNamesWhatItCannot() throws Exception {
        AuditReport report = written().audit();
        assertThat(report.passed()).as(report.toString()).isTrue();
        assertThat(report.with(Standing.PROVED).stream().map(Finding::clause))
                .containsExactly(
                        "index", "signature", "inclusion", "commitment", "replay", "settlement");
        assertThat(report.with(Standing.NOT_PROVED).stream().map(Finding::clause))
                .containsExactly("replay", "identity", "witness", "bid deposit", "hardware");
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

    // What somebody who passes the folder on can do.

    @Test
    void anyFile_deleted_isNamed() throws Exception {
        Folder folder = written();
        for (Map.Entry<String, byte[]> file : folder.files().entrySet()) {
            Files.delete(folder.file(file.getKey()));
            assertRefuted(folder.audit(), file.getKey(), "is missing from the folder");
            folder.write(file.getKey(), file.getValue());
        }
    }

    @Test
    void anyFile_truncatedOrLengthened_isNamed() throws Exception {
        Folder folder = written();
        for (Map.Entry<String, byte[]> file : folder.files().entrySet()) {
            byte[] bytes = file.getValue();
            for (int length : new int[] {0, bytes.length / 2, bytes.length - 1, bytes.length + 1}) {
                folder.write(file.getKey(), java.util.Arrays.copyOf(bytes, length));
                assertRefuted(folder.audit(), file.getKey(), "");
            }
            folder.write(file.getKey(), bytes);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"extra", "statements/receipt-0002.dsse.json", "work/.hidden"})
    void file_added_isNamed(String name) throws Exception {
        Folder folder = written();
        folder.write(name, BYTES);
        assertRefuted(folder.audit(), name, "is not in the index");
    }

    @Test
    void file_renamed_isNamedByBothNames() throws Exception {
        Folder folder = written();
        Files.move(folder.file("work/input.csv"), folder.file("work/input2.csv"));
        AuditReport report = folder.audit();
        assertRefuted(report, "work/input.csv", "is missing from the folder");
        assertRefuted(report, "work/input2.csv", "is not in the index");
    }

    @Test
    void files_swapped_areBothNamed() throws Exception {
        Folder folder = written();
        Map<String, byte[]> files = folder.files();
        String first = "statements/receipt-0000.dsse.json";
        String second = "statements/receipt-0001.dsse.json";
        folder.write(first, files.get(second));
        folder.write(second, files.get(first));
        AuditReport report = folder.audit();
        assertRefuted(report, first, "was changed");
        assertRefuted(report, second, "was changed");
    }

    @Test
    void file_replacedByALinkToTheSameBytes_isNamed() throws Exception {
        for (String name : List.of("work/input.csv", "keys/tenant.pem", "index.dsse.json")) {
            Folder folder = written();
            Path moved =
                    Files.move(folder.file(name), place.resolve("elsewhere-" + name.hashCode()));
            Files.createSymbolicLink(folder.file(name), moved);
            assertRefuted(folder.audit(), name, "");
        }
    }

    @Test
    void folder_linkedIn_isNamed() throws Exception {
        Folder folder = written();
        Files.createSymbolicLink(folder.file("more"), place);
        assertRefuted(folder.audit(), "more", "neither a plain file nor a folder");
    }

    @Test
    void document_largerThanAnyMayBe_isRefusedUnread() throws Exception {
        Folder folder = written();
        folder.write("index.dsse.json", new byte[IndexedFolder.MAX_DOCUMENT + 1]);
        assertRefuted(folder.audit(), "index.dsse.json", "has more than 1048576 bytes");
    }

    @Test
    void folder_ofAnotherTenant_isRefuted() throws Exception {
        Folder folder = written();
        Folder other = new Folder(new Story(new Papers()).write(place.resolve("other")));
        folder.write("keys/tenant.pem", other.files().get("keys/tenant.pem"));
        assertRefuted(folder.audit(), "keys/tenant.pem", "");
    }

    // What the tenant can do, who signs for the folder.

    @ParameterizedTest
    @ValueSource(strings = {"notes.txt", "statements/receipt-0007.dsse.json", "proofs/x", "work/x"})
    void file_addedByTheTenant_isNamedAsNoEvidence(String name) throws Exception {
        story.added = Map.of(name, BYTES);
        assertRefuted(written().audit(), name, "is no part of an evidence folder");
    }

    @ParameterizedTest
    @CsvSource({
        "keys/provider.pem, keys/provider.pem",
        "keys/market.pem, keys/market.pem",
        "keys/log.vkey, keys/log.vkey",
        "statements/order.dsse.json, statements/order.dsse.json",
        "statements/lease.dsse.json, statements/lease.dsse.json",
        "statements/receipt-0000.dsse.json, statements/receipt-0000.dsse.json",
        "statements/receipt-0001.dsse.json, statements/result.dsse.json",
        "statements/result.dsse.json, ''",
        "statements/verdict.dsse.json, ''",
        "statements/settlement.dsse.json, statements/settlement.dsse.json",
        "proofs/order.tlog-proof, proofs/order.tlog-proof",
        "proofs/settlement.tlog-proof, proofs/settlement.tlog-proof",
        "proofs/draw.tlog-proof, proofs/draw.tlog-proof",
        "work/model.json, work/model.json",
        "work/weights.safetensors, ''",
        "work/input.csv, work/input.csv",
        "work/output.safetensors, work/output.safetensors",
    })
    void file_leftOutByTheTenant_isMissed(String name, String named) throws Exception {
        story.leftOut = List.of(name);
        AuditReport report = written().audit();
        assertThat(report.passed()).as(report.toString()).isFalse();
        if (!named.isEmpty()) {
            assertRefuted(report, named, "");
        }
    }

    @Test
    void secret_notTheCommittedOne_isRefuted() throws Exception {
        story.lie("verdict", "/predicate/secret", "ab".repeat(32));
        assertRefuted(
                written().audit(), "statements/verdict.dsse.json", "SHA-256 of verdict.secret");
    }

    @Test
    void verdict_onUnitsTheTenantChose_isRefuted() throws Exception {
        story.lie("verdict", "/predicate/drawn", List.of());
        assertRefuted(written().audit(), "statements/verdict.dsse.json", "verdict.drawn");
    }

    @Test
    void verdict_failOverAGoodResult_isRefuted() throws Exception {
        story.outcome = Optional.of(Outcome.FAIL);
        story.reason = CloseReason.AUDIT_FAILED;
        assertRefuted(
                written().audit(),
                "statements/verdict.dsse.json",
                "is FAIL, but the units came out the same here");
    }

    // What the provider can do.

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

    // What the market can do.

    /** 4 is where the result stands in the log: then only what is before it differs. */
    @ParameterizedTest
    @ValueSource(ints = {0, 2, 4, 7})
    void market_thatForksItsLogToChooseTheDraw_isRefuted(int before) throws Exception {
        story.forkedAfter = OptionalInt.of(before);
        AuditReport report = written().audit();
        assertRefuted(report, "proofs/draw.tlog-proof", "");
    }

    @Test
    void draw_afterEntriesOfOthers_isNotProvedToBeOfTheSameLog() throws Exception {
        story.othersBeforeTheDraw = 3;
        AuditReport report = written().audit();
        assertThat(report.passed()).as(report.toString()).isTrue();
        assertThat(report.with(Standing.NOT_PROVED).stream().map(Finding::clause))
                .contains("consistency");
    }

    /** Time that nobody computed again is not owed because the provider says who is to blame. */
    @Test
    void settlement_thatPaysForAFailedAttempt_isRefuted() throws Exception {
        story.lie("settlement", "/predicate/reason", "failed");
        assertRefuted(written().audit(), SETTLEMENT, "is 5; recomputed: 0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/predicate/owed                | 1751 | owed",
                "/predicate/owed                | 1749 | owed",
                "/predicate/quantity            | 4    | quantity",
                "/predicate/quantity            | 9223372036854775807 | quantity",
                "/predicate/denom               | akt  | denom",
                "/predicate/transfers/0/amount  | 1401 | transfers",
                "/predicate/transfers/0/amount  | 9223372036854775807 | transfers",
                "/predicate/transfers/0/to      | tenant:me | transfers",
                "/predicate/transfers/0/from    | outside   | transfers",
                "/predicate/transfers/0/purpose | FEE       | transfers",
                "/predicate/transfers/1/amount  | 211  | transfers",
                "/predicate/transfers/1/to      | community | transfers",
                "/predicate/transfers/1/to      | pool:mine | transfers",
                "/predicate/transfers/2/amount  | 0    | transfers",
                "/predicate/transfers/3/amount  | 2249 | transfers",
                "/predicate/transfers/3/to      | pool:community | transfers",
                "/predicate/transfers/3/purpose | PAYMENT | transfers",
                "/predicate/transfers/4/to      | pool:community | bid deposit",
                "/predicate/transfers/4/purpose | SLASH | bid deposit",
                "/predicate/transfers/4/purpose | REFUND | transfers",
                "/predicate/transfers           | []   | transfers",
                "/predicate/reason              | audit_failed | reason",
                "/predicate/reason              | owner | quantity",
                "/predicate/reason              | provider_lost | quantity",
                "/predicate/reason              | no_bids | reason",
            })
    void settlement_thatIsNotWhatIsDue_isRefuted(String pointer, String value, String clause)
            throws Exception {
        Object lie = value.equals("[]") ? List.of() : value;
        story.lie("settlement", pointer, lie);
        AuditReport report = written().audit();
        assertRefuted(report, SETTLEMENT, "");
        assertThat(report.with(Standing.REFUTED).getFirst().clause()).isEqualTo(clause);
    }

    @Test
    void settlement_thatPaysTwice_isRefuted() throws Exception {
        Map<String, String> again =
                Map.of(
                        "purpose",
                        "PAYMENT",
                        "from",
                        "escrow:" + papers.verifiedOrder().id().hex(),
                        "to",
                        "provider:" + papers.provider.keyId().hex(),
                        "amount",
                        "1400");
        story.lie("settlement", "/predicate/transfers/4", again);
        assertRefuted(written().audit(), SETTLEMENT, "made, but not recomputed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"usageHead", "result", "verdict"})
    void settlement_thatCitesAnotherDocument_isRefuted(String field) throws Exception {
        story.lie("settlement", "/predicate/" + field, "sha256:" + "ab".repeat(32));
        AuditReport report = written().audit();
        assertRefuted(report, SETTLEMENT, "");
        assertThat(report.with(Standing.REFUTED).getFirst().clause()).isEqualTo(field);
    }

    @Test
    void settlement_thatPaysForAFailedResult_isRefuted() throws Exception {
        story.output = wrong();
        story.committed = wrong();
        story.outcome = Optional.of(Outcome.FAIL);
        assertRefuted(written().audit(), SETTLEMENT, "says done");
    }

    @Test
    void settlement_thatKeepsThePayOfAGoodResult_isRefuted() throws Exception {
        story.reason = CloseReason.AUDIT_FAILED;
        assertRefuted(written().audit(), SETTLEMENT, "the folder holds no failed verdict");
    }

    @Test
    void lease_aboveTheOrdersMaximum_isRefuted() throws Exception {
        story.lie("lease", "/predicate/price/rate", "800001");
        assertRefuted(
                written().audit(), "statements/lease.dsse.json", "is above the order's maximum");
    }

    @Test
    void instants_atTheEdgeOfTime_areRefutedNotAnError() throws Exception {
        story.lie("lease", "/predicate/createdOn", "-1000000000-01-01T00:00:00Z");
        assertThat(written().audit().passed()).isFalse();
    }

    private Folder written() throws Exception {
        return new Folder(
                story.write(Files.createTempDirectory(place, "story").resolve("evidence")));
    }

    private static Tensor wrong() {
        float[] values = TinyModel.output().values().clone();
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.nextUp(values[i]);
        }
        return Tensor.of(TinyModel.output().shape(), values);
    }

    private static void assertRefuted(AuditReport report, String file, String message) {
        assertThat(report.with(Standing.REFUTED))
                .as(report.toString())
                .anyMatch(
                        finding ->
                                finding.file().equals(file) && finding.message().contains(message));
    }
}
