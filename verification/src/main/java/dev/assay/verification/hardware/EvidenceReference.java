package dev.assay.verification.hardware;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.log.LogCheckpoint;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * How a statement names hardware evidence: the kind and digest of an {@link EvidenceFile}, and from
 * what its nonce was derived.
 *
 * @param digest of the file's bytes
 * @param about what the evidence is about
 * @param aboutDigest the lease's id, or SHA-256 of the statement
 * @param checkpoint the log checkpoint that the evidence is not older than
 */
public record EvidenceReference(
        EvidenceKind kind,
        Digest digest,
        About about,
        Digest aboutDigest,
        LogCheckpoint checkpoint) {
    /** The most references of one statement. */
    public static final int MAX = 64;

    private static final String FIELD = "evidence";

    /** What evidence can be about. */
    public enum About {
        LEASE,
        STATEMENT
    }

    /** Evidence of a lease. */
    public static EvidenceReference ofLease(
            EvidenceKind kind, Digest digest, LeaseId lease, LogCheckpoint checkpoint) {
        return new EvidenceReference(kind, digest, About.LEASE, lease.digest(), checkpoint);
    }

    /** Whether it is evidence of this lease. */
    public boolean isAbout(LeaseId lease) {
        return about == About.LEASE && aboutDigest.equals(lease.digest());
    }

    /** The nonce that the evidence must hold. */
    public EvidenceNonce nonce() {
        return switch (about) {
            case LEASE -> EvidenceNonce.ofLease(new LeaseId(aboutDigest), checkpoint);
            case STATEMENT -> EvidenceNonce.ofStatement(aboutDigest, checkpoint);
        };
    }

    /**
     * Verifies a file against this reference: its digest, its kind, its nonce, and all that {@link
     * HardwareEvidence#verify} does. That the log has such a checkpoint is left to the caller.
     */
    public VerifiedHardware verify(byte[] file, TrustRoots roots, Instant at)
            throws VerificationException {
        Digest found = Digest.sha256(file);
        if (!found.equals(digest)) {
            throw new VerificationException(
                    Code.BAD_STATEMENT,
                    "evidence: the file is " + found + ", not " + digest + ", which was stated");
        }
        EvidenceFile evidence = EvidenceFile.parse(file);
        if (evidence.kind() != kind) {
            throw new VerificationException(
                    Code.BAD_STATEMENT,
                    "evidence: the file is a "
                            + evidence.kind().label()
                            + ", not a "
                            + kind.label()
                            + ", which was stated");
        }
        return evidence.evidence().verify(nonce(), roots, at);
    }

    /** As a statement holds it. */
    public ObjectNode json() {
        return CanonicalJson.object()
                .put("mediaType", kind.mediaType())
                .put("digest", digest.toString())
                .put("about", about.name())
                .put("aboutDigest", aboutDigest.toString())
                .put("checkpointOrigin", checkpoint.origin())
                .put("checkpointSize", Long.toString(checkpoint.size()))
                .put("checkpointRoot", checkpoint.root().toString());
    }

    /** Adds the field {@code evidence} to a statement's; none when nothing is named. */
    public static void put(ObjectNode statement, List<EvidenceReference> evidence) {
        if (!evidence.isEmpty()) {
            ArrayNode named = statement.putArray(FIELD);
            evidence.forEach(reference -> named.add(reference.json()));
        }
    }

    /** Reads what {@link #put} writes: a list that is there is not empty. */
    public static List<EvidenceReference> all(JsonFields statement) throws JsonException {
        if (!statement.names().contains(FIELD)) {
            return List.of();
        }
        List<EvidenceReference> evidence = new ArrayList<>();
        for (JsonFields entry : statement.objects(FIELD, MAX)) {
            try {
                evidence.add(parse(entry));
            } catch (IllegalArgumentException e) {
                throw entry.error(e.getMessage());
            }
            entry.end();
        }
        if (evidence.isEmpty()) {
            throw statement.error(FIELD, "empty; leave it out");
        }
        return List.copyOf(evidence);
    }

    /** Reads what {@link #json} writes. */
    public static EvidenceReference parse(JsonFields json) throws JsonException {
        return new EvidenceReference(
                json.parsed("mediaType", EvidenceReference::kind),
                json.digest("digest"),
                json.constant("about", About.values()),
                json.digest("aboutDigest"),
                new LogCheckpoint(
                        json.text("checkpointOrigin"),
                        json.quantity("checkpointSize"),
                        json.digest("checkpointRoot")));
    }

    private static EvidenceKind kind(String mediaType) {
        for (EvidenceKind kind : EvidenceKind.values()) {
            if (kind.mediaType().equals(mediaType)) {
                return kind;
            }
        }
        throw new IllegalArgumentException(
                "not the media type of evidence that this version knows; docs/hardware-evidence.md"
                        + " lists those it does");
    }
}
