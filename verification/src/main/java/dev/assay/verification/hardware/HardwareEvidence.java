package dev.assay.verification.hardware;

import dev.assay.verification.VerificationException;

import java.time.Instant;

/** Something that hardware signed, read and not yet to be believed. Immutable. */
public sealed interface HardwareEvidence permits TpmQuote, SevSnpReport, TdxQuote, NvidiaGpuReport {
    EvidenceKind kind();

    /**
     * Verifies signatures, certificates and the nonce.
     *
     * @param nonce what the hardware was asked to sign
     * @param roots the certificates at which chains may end
     * @param at when certificates must have been valid
     * @throws VerificationException with the first thing that does not stand up; a root that is not
     *     trusted is looked for last, so that its code says that nothing else is wrong
     */
    VerifiedHardware verify(EvidenceNonce nonce, TrustRoots roots, Instant at)
            throws VerificationException;
}
