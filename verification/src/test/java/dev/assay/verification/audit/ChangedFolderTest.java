package dev.assay.verification.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.protocol.lease.CloseReason;
import dev.assay.verification.attest.Papers;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What somebody who passes a folder on can do to it, and the tenant who signs for it. */
final class ChangedFolderTest extends AuditedStory {
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
    @ValueSource(
            strings = {
                "extra",
                "statements/receipt-0002.dsse.json",
                "work/.hidden",
                "keys\\tenant.pem"
            })
    void file_added_isNamed(String name) throws Exception {
        Folder folder = written();
        folder.write(name, BYTES);
        assertRefuted(folder.audit(), name, "is not in the index");
    }

    @Test
    void folder_throughALink_isTheSame() throws Exception {
        Folder folder = written();
        Path link = place.resolve("link");
        Files.createSymbolicLink(link, folder.file("keys").resolveSibling("").toAbsolutePath());
        assertThat(new Folder(link).audit().passed()).isTrue();
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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "notes.txt",
                "statements/receipt-0007.dsse.json",
                "proofs/x",
                "work/x",
                "bundles/receipt-0000.sigstore.json"
            })
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
        "bundles/lease.sigstore.json, bundles/lease.sigstore.json",
        "bundles/receipt-0001.sigstore.json, bundles/receipt-0001.sigstore.json",
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
}
