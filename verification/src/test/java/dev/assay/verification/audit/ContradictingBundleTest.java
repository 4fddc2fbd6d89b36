package dev.assay.verification.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.audit.Finding.Standing;
import dev.assay.verification.bundle.SigstoreBundle;
import dev.assay.verification.log.TlogProof;

import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.util.Map;

/** Bundles that say something else than the rest of a folder which its tenant signed for. */
final class ContradictingBundleTest extends AuditedStory {
    private static final String RESULT = "bundles/result.sigstore.json";

    @Test
    void bundle_ofAnotherStatement_isRefuted() throws Exception {
        Folder folder = written();
        folder.write(RESULT, folder.files().get("bundles/lease.sigstore.json"));
        folder.signAgain(papers);

        assertRefuted(
                folder.audit(),
                RESULT,
                "dsseEnvelope: is not what statements/result.dsse.json says");
    }

    /** A proof that is right, but of an older checkpoint than all the others. */
    @Test
    void bundle_ofAnotherCheckpoint_isRefuted() throws Exception {
        Folder folder = written();
        Map<String, byte[]> files = folder.files();
        SigstoreBundle honest = SigstoreBundle.parse(files.get(RESULT));
        TlogProof older = TlogProof.parse(files.get(EvidenceLayout.DRAW_PROOF));
        SigstoreBundle twin =
                new SigstoreBundle(honest.envelope(), honest.key(), honest.logId(), older);
        folder.write(RESULT, twin.bytes());
        folder.signAgain(papers);

        assertRefuted(
                folder.audit(),
                RESULT,
                "inclusionProof: is not what proofs/result.tlog-proof says");
    }

    @Test
    void bundle_ofAnotherLog_isRefuted() throws Exception {
        Folder folder = written();
        SigstoreBundle honest = SigstoreBundle.parse(folder.files().get(RESULT));
        SigstoreBundle twin =
                new SigstoreBundle(
                        honest.envelope(), honest.key(), Digest.sha256(BYTES), honest.proof());
        folder.write(RESULT, twin.bytes());
        folder.signAgain(papers);

        assertRefuted(folder.audit(), RESULT, "logId: is not what keys/log.vkey says");
    }

    @Test
    void folder_fromBeforeThereWereBundles_passesAndSaysSo() throws Exception {
        Folder folder = written();
        for (String name : folder.files().keySet()) {
            if (name.startsWith("bundles/")) {
                Files.delete(folder.file(name));
            }
        }
        folder.signAgain(papers);
        AuditReport report = folder.audit();

        assertThat(report.passed()).as(report.toString()).isTrue();
        assertThat(report.with(Standing.NOT_PROVED).toString()).contains("without bundles");
    }
}
