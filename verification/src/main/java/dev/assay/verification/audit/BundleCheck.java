package dev.assay.verification.audit;

import dev.assay.verification.VerificationException;
import dev.assay.verification.bundle.SigstoreBundle;
import dev.assay.verification.crypto.LogVerifyingKey;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.log.TlogProof;

import java.util.Arrays;
import java.util.List;

/**
 * Compares each bundle of an evidence folder with what was verified beside it: whoever reads only
 * the bundles must read the same story.
 */
final class BundleCheck {
    private final IndexedFolder folder;
    private final LogVerifyingKey logKey;

    BundleCheck(IndexedFolder folder, LogVerifyingKey logKey) {
        this.folder = folder;
        this.logKey = logKey;
    }

    /** A statement that was verified, with its key and the proof that the log holds it. */
    record Logged(String name, Envelope envelope, VerifyingKey key, TlogProof proof) {}

    /**
     * Whether the folder has bundles; folders that were written before there were any have none.
     * Throws when only some are missing, or one cannot be read or says something else.
     */
    boolean run(List<Logged> statements) throws Halt {
        List<String> bundled =
                EvidenceLayout.bundled(statements.stream().map(Logged::name).toList());
        if (bundled.stream().noneMatch(name -> folder.has(EvidenceLayout.bundle(name)))) {
            return false;
        }
        for (Logged statement : statements) {
            if (bundled.contains(statement.name())) {
                compare(statement);
            }
        }
        return true;
    }

    private void compare(Logged statement) throws Halt {
        String file = EvidenceLayout.bundle(statement.name());
        SigstoreBundle bundle = read(file);
        if (!Arrays.equals(bundle.envelope().bytes(), statement.envelope().bytes())) {
            throw contradicts(file, "dsseEnvelope", EvidenceLayout.statement(statement.name()));
        }
        if (!bundle.key().equals(statement.key())) {
            throw contradicts(file, "publicKey", "keys");
        }
        if (!bundle.logId().equals(logKey.checkpointKeyId())) {
            throw contradicts(file, "logId", EvidenceLayout.LOG_KEY);
        }
        if (!Arrays.equals(bundle.proof().bytes(), statement.proof().bytes())) {
            throw contradicts(file, "inclusionProof", EvidenceLayout.proof(statement.name()));
        }
    }

    private SigstoreBundle read(String file) throws Halt {
        try {
            return SigstoreBundle.parse(folder.read(file, SigstoreBundle.MAX_BYTES));
        } catch (VerificationException e) {
            throw Halt.because(file, e);
        }
    }

    private static Halt contradicts(String file, String field, String other) {
        return Halt.refuted(file, field, Clause.BUNDLE, "is not what " + other + " says");
    }
}
