package dev.assay.verification.audit;

import dev.assay.verification.VerificationException;
import dev.assay.verification.audit.Finding.Standing;
import dev.assay.verification.hardware.EvidenceFile;
import dev.assay.verification.hardware.EvidenceReference;
import dev.assay.verification.hardware.TrustRoots;
import dev.assay.verification.hardware.VerifiedHardware;
import dev.assay.verification.log.LogCheckpoint;
import dev.assay.verification.log.LoggedLeaf;
import dev.assay.verification.statement.ResultPredicate;

import java.util.List;
import java.util.Optional;

/**
 * Whether the hardware evidence that a result names is in the folder, stands up, and is of the
 * lease and of a moment of its log.
 *
 * <p>The folder's own proofs show that moment: what is hashed with a leaf on its way to the root is
 * also the whole tree before it, so they give the log's root when the leaf was its last. A provider
 * that foresees its own entry, and that no other comes before it, knows this root sooner; the
 * lease's it cannot foresee.
 *
 * @param roots at which certificates may end
 * @param findings where it reports
 */
record HardwareAudit(IndexedFolder folder, TrustRoots roots, List<Finding> findings) {
    private static final String RESULT = EvidenceLayout.statement(EvidenceLayout.RESULT);

    void audit(LeaseHistory.Verified history) throws Halt {
        Optional<LeaseHistory.Work> work = history.work();
        if (work.isEmpty()) {
            return;
        }
        ResultPredicate result = work.get().result().result();
        for (int i = 0; i < result.evidence().size(); i++) {
            EvidenceReference named = result.evidence().get(i);
            moment("result.evidence[" + i + "]", named.checkpoint(), history);
            file(EvidenceLayout.hardware(i), named, result);
        }
    }

    /** The nonce holds the log through an entry, and a later entry names the evidence. */
    private void moment(String field, LogCheckpoint stated, LeaseHistory.Verified history) {
        LoggedLeaf result = history.logged(EvidenceLayout.RESULT);
        if (!stated.origin().equals(history.checkpoint().origin())) {
            refuted(field, "its nonce is of another log, " + stated.origin());
        } else if (stated.size() > result.index()) {
            refuted(
                    field,
                    "its nonce is of a log of "
                            + stated.size()
                            + " entries, but the result that names it is entry "
                            + result.index());
        } else {
            Optional<LoggedLeaf> through =
                    history.logged().stream()
                            .filter(leaf -> leaf.index() + 1 == stated.size())
                            .findFirst();
            if (through.isEmpty()) {
                find(
                        Standing.NOT_PROVED,
                        RESULT,
                        field,
                        "that the log had this root at "
                                + stated.size()
                                + " entries, so that the evidence is no older: no entry of the"
                                + " folder was the last of them");
            } else if (!through.get().rootThrough().equals(stated.root())) {
                refuted(
                        field,
                        "its nonce is of a root that the log did not have at "
                                + stated.size()
                                + " entries");
            } else {
                find(
                        Standing.PROVED,
                        RESULT,
                        field,
                        "its nonce holds the log through entry "
                                + (stated.size() - 1)
                                + ", and entry "
                                + result.index()
                                + " names it");
            }
        }
    }

    private void file(String file, EvidenceReference named, ResultPredicate result) throws Halt {
        if (!folder.has(file)) {
            find(
                    Standing.UNCHECKED,
                    file,
                    Finding.WHOLE,
                    "the "
                            + named.kind().title()
                            + " "
                            + named.digest().brief()
                            + " that the result names is not in the folder; ask the provider");
            return;
        }
        byte[] bytes = folder.read(file, EvidenceFile.MAX_BYTES);
        try {
            // The lease and the tenant's index bound this time; evidence is not to expire later.
            VerifiedHardware verified = named.verify(bytes, roots, result.finishedOn());
            String title = verified.kind().title() + ": ";
            find(
                    Standing.PROVED,
                    file,
                    Finding.WHOLE,
                    title + String.join("; ", verified.proved()));
            find(
                    Standing.NOT_PROVED,
                    file,
                    Finding.WHOLE,
                    title + String.join("; ", verified.unchecked()));
        } catch (VerificationException e) {
            findings.add(Finding.of(file, Clause.HARDWARE, e));
        }
    }

    private void refuted(String field, String message) {
        find(Standing.REFUTED, RESULT, field, message);
    }

    private void find(Standing standing, String file, String field, String message) {
        findings.add(new Finding(standing, file, field, Clause.HARDWARE, message));
    }
}
