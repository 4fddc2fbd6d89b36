package dev.assay.verification.check;

import dev.assay.models.ModelException;
import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import java.nio.file.Path;

/**
 * The files that a provider must leave, whole and where its auditor finds them. That one is not
 * there is {@link Code#BAD_OUTPUT}; that a disk does not give it is nobody's fault.
 */
final class ProviderFiles {
    private ProviderFiles() {}

    static Path find(BlobStore blobs, Digest digest) throws VerificationException {
        try {
            return blobs.file(digest);
        } catch (BlobException e) {
            throw missing(e);
        }
    }

    static byte[] read(BlobStore blobs, Digest digest, long maxBytes) throws VerificationException {
        try {
            return blobs.read(digest, maxBytes);
        } catch (BlobException e) {
            throw missing(e);
        }
    }

    static VerificationException missing(BlobException e) {
        return switch (e.code()) {
            case MISSING, DIGEST_MISMATCH, TOO_LARGE -> bad(e);
            case IO ->
                    new VerificationException(Code.BAD_CONTENTS, String.valueOf(e.getMessage()), e);
        };
    }

    /** A file that was there a moment ago and cannot be read now says nothing of the provider. */
    static VerificationException malformed(ModelException e) {
        return switch (e.code()) {
            case BAD_GRAPH, BAD_FORMAT, NOT_FINITE, DIGEST_MISMATCH -> bad(e);
            case MISSING ->
                    new VerificationException(Code.BAD_CONTENTS, String.valueOf(e.getMessage()), e);
        };
    }

    static VerificationException bad(Exception e) {
        return new VerificationException(Code.BAD_OUTPUT, String.valueOf(e.getMessage()), e);
    }

    /** A field of the result says something else than the files. */
    static VerificationException bad(String field, String problem) {
        return new VerificationException(Code.BAD_OUTPUT, field, problem);
    }

    static VerificationException bad(String problem) {
        return new VerificationException(Code.BAD_OUTPUT, problem);
    }
}
