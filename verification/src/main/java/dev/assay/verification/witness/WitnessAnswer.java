package dev.assay.verification.witness;

import dev.assay.verification.log.NoteSignature;

/** What a witness says to a request, with the HTTP status of C2SP tlog-witness. */
public sealed interface WitnessAnswer {
    /** The status. */
    int status();

    /** The checkpoint was kept, durably, and this is the witness's cosignature. */
    record Cosigned(NoteSignature signature) implements WitnessAnswer {
        @Override
        public int status() {
            return 200;
        }
    }

    /** Not a request at all, or its old size is above the checkpoint's. */
    record Malformed(String why) implements WitnessAnswer {
        @Override
        public int status() {
            return 400;
        }
    }

    /** No key that the witness trusts for this log signed the checkpoint. */
    record NotSigned(String why) implements WitnessAnswer {
        @Override
        public int status() {
            return 403;
        }
    }

    /** The witness does not follow this log. */
    record UnknownLog(String origin) implements WitnessAnswer {
        @Override
        public int status() {
            return 404;
        }
    }

    /**
     * The old size is not the one that the witness cosigned last, which this is; or it is, and the
     * checkpoint has another root at the same size.
     */
    record Conflict(long size) implements WitnessAnswer {
        @Override
        public int status() {
            return 409;
        }
    }

    /** The proof does not show that the checkpoint grew from the one that was cosigned last. */
    record NotConsistent(String why) implements WitnessAnswer {
        @Override
        public int status() {
            return 422;
        }
    }
}
