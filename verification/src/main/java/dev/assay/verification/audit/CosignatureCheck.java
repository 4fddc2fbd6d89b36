package dev.assay.verification.audit;

import dev.assay.verification.VerificationException;
import dev.assay.verification.audit.Finding.Standing;
import dev.assay.verification.log.NoteSignature;
import dev.assay.verification.log.SignedNote;
import dev.assay.verification.log.VerifiedCheckpoint;
import dev.assay.verification.witness.VerifiedCosignature;
import dev.assay.verification.witness.WitnessKey;

import java.util.List;

/** Says which witnesses cosigned a checkpoint. */
final class CosignatureCheck {
    private CosignatureCheck() {}

    static void run(
            List<WitnessKey> witnesses,
            VerifiedCheckpoint checkpoint,
            String file,
            List<Finding> findings) {
        SignedNote note = checkpoint.note();
        for (WitnessKey witness : witnesses) {
            findings.add(finding(witness, note, file));
        }
        if (witnesses.isEmpty()) {
            List<String> others =
                    note.signatures().stream()
                            .map(NoteSignature::name)
                            .filter(name -> !name.equals(checkpoint.origin()))
                            .toList();
            findings.add(
                    Finding.of(
                            Standing.NOT_PROVED,
                            file,
                            Clause.WITNESS,
                            "that the log showed everyone the same history: "
                                    + (others.isEmpty()
                                            ? "no witness cosigned its checkpoint"
                                            : "the checkpoint names "
                                                    + others
                                                    + " as witnesses; give their keys with"
                                                    + " --witness to have them checked")));
        }
    }

    private static Finding finding(WitnessKey witness, SignedNote note, String file) {
        if (note.signatures().stream().noneMatch(witness::isOwn)) {
            return Finding.of(
                    Standing.UNCHECKED,
                    file,
                    Clause.WITNESS,
                    "witness "
                            + witness.name()
                            + ", whose word you asked for, did not cosign the checkpoint of "
                            + note.checkpoint().size()
                            + " entries");
        }
        try {
            VerifiedCosignature cosigned = witness.verify(note);
            return Finding.of(
                    Standing.PROVED,
                    file,
                    Clause.WITNESS,
                    "witness "
                            + witness.name()
                            + " cosigned the checkpoint of "
                            + note.checkpoint().size()
                            + " entries at "
                            + cosigned.time());
        } catch (VerificationException e) {
            return Finding.of(file, Clause.WITNESS, e);
        }
    }
}
